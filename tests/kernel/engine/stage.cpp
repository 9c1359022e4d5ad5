// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "stage.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <linux/bpf.h>
#include <linux/if_link.h>

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace live_engine {

using namespace linchpin;

namespace {

constexpr std::string_view our_prefix = "ts_";

testing::veth_pair join(const testing::netns& far) {
  return footing::join({stage::interface, {std::string{stage::near_address} + "/24"}, nullptr},
                       {"lpe1", {std::string{stage::far_address} + "/24"}, &far});
}

template <class Next>
std::uint32_t last(Next next) {
  std::uint32_t id = 0;
  while (next(id, &id) == 0) {
  }
  return id;
}

// Calls `look(descriptor, id)` for each object with a greater id that is still there when it is
// opened.
template <class Next, class Open, class Look>
void each_after(std::uint32_t id, Next next, Open open, Look look) {
  while (next(id, &id) == 0) {
    const int fd = open(id);
    if (fd < 0) continue;
    look(fd, id);
    ::close(fd);
  }
}

}  // namespace

stage_lock::stage_lock()
    : lock_(::open("/tmp/linchpin-stage.lock", O_CREAT | O_RDWR | O_NOFOLLOW | O_CLOEXEC,
                   S_IRUSR | S_IWUSR)) {
  if (lock_ < 0) FAIL("cannot open the lock of the stage: " << std::strerror(errno));
  int locked = -1;
  do locked = ::flock(lock_, LOCK_EX);
  while (locked != 0 && errno == EINTR);
  if (locked != 0) FAIL("cannot lock the stage: " << std::strerror(errno));
}

stage_lock::~stage_lock() {
  ::close(lock_);
}

newest::newest()
    : program(last(bpf_prog_get_next_id)),
      map(last(bpf_map_get_next_id)),
      link(last(bpf_link_get_next_id)) {}

census stage::take_census() const {
  census taken;
  each_after(before_.program, bpf_prog_get_next_id, bpf_prog_get_fd_by_id,
             [&](int fd, std::uint32_t id) {
               bpf_prog_info info{};
               std::uint32_t size = sizeof info;
               if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0 &&
                   std::string_view{info.name}.starts_with(our_prefix))
                 taken.programs.insert(id);
             });
  each_after(before_.map, bpf_map_get_next_id, bpf_map_get_fd_by_id, [&](int fd, std::uint32_t id) {
    bpf_map_info info{};
    std::uint32_t size = sizeof info;
    if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0 &&
        std::string_view{info.name}.starts_with(our_prefix))
      taken.maps.insert(id);
  });
  each_after(
      before_.link, bpf_link_get_next_id, bpf_link_get_fd_by_id, [&](int fd, std::uint32_t id) {
        bpf_link_info info{};
        std::uint32_t size = sizeof info;
        if (bpf_obj_get_info_by_fd(fd, &info, &size) == 0 && taken.programs.contains(info.prog_id))
          taken.links.insert(id);
      });
  return taken;
}

std::string text(const census& taken) {
  return fmt::format("programs {}\nmaps {}\nlinks {}", fmt::join(taken.programs, " "),
                     fmt::join(taken.maps, " "), fmt::join(taken.links, " "));
}

stage::stage()
    : box_(footing::enter("engine")), far_(must(testing::netns::make())), veth_(join(far_)) {
  make_cgroup();
}

void stage::remove_interface() {
  must(veth_.remove());
}

void stage::make_interface() {
  veth_ = join(far_);
}

void stage::remove_cgroup() {
  must(box_.remove_cgroup(cgroup_));
}

void stage::make_cgroup() {
  cgroup_ = footing::make_cgroup(box_, "web");
}

attach_point stage::at(const any_hook& hook) {
  const target asked[] = {hook.on()};
  const auto identities = must(kernel.resolve(asked));
  REQUIRE(identities.front());
  std::string missing;
  for (const auto how : hook.mechanisms()) {
    if (filters && how == hook::tcx_link) continue;
    const auto able = hook.family().available(how, kernel.facts());
    if (!able.is_no()) return {how, hook.family().attach, hook.on(), *identities.front()};
    missing += missing.empty() ? able.reason() : "; " + able.reason();
  }
  if (missing.empty()) FAIL("no way to attach at " << hook.text());
  SKIP("no way to attach at " << hook.text() << ": " << missing);
  return {};
}

std::vector<program_id> stage::chain(const any_hook& hook) {
  std::vector<program_id> ids;
  for (const auto& entry : must(kernel.query(at(hook))).entries) ids.push_back(entry.program);
  return ids;
}

program_info stage::program_at(const any_hook& hook) {
  const auto ids = chain(hook);
  REQUIRE_FALSE(ids.empty());
  const handle program{kernel, ::bpf_prog_get_fd_by_id(ids[0].value)};
  return must(kernel.describe_program(program.ref()));
}

std::vector<link_id> stage::links(const any_hook& hook) {
  std::vector<link_id> ids;
  for (const auto& entry : must(kernel.query(at(hook))).entries) ids.push_back(entry.link);
  return ids;
}

std::vector<std::string> stage::pins(const std::string& below) const {
  namespace fs = std::filesystem;
  std::vector<std::string> found;
  if (!fs::exists(below)) return found;
  for (const auto& entry : fs::recursive_directory_iterator(below))
    found.push_back(entry.path().string() + (entry.is_directory() ? "/" : ""));
  std::sort(found.begin(), found.end());
  return found;
}

desired_component stage::three_hooks(std::span<const std::byte> object, int priority) const {
  desired_component made{"turnstile", object_source::memory("turnstile", object)};
  made.attach("ts_in", ingress()).priority(priority);
  made.attach("ts_xdp", xdp()).priority(priority);
  made.attach("ts_skb", skb()).priority(priority);
  return made;
}

desired_component stage::five_hooks(std::span<const std::byte> object) const {
  auto made = three_hooks(object);
  made.attach("ts_out", egress()).priority(10);
  made.attach("ts_connect4", connect4()).priority(10);
  return made;
}

desired_component stage::linked_hooks(std::span<const std::byte> object) {
  if (at(ingress()).how == hook::tcx_link) return five_hooks(object);
  desired_component made{"turnstile", object_source::memory("turnstile", object)};
  made.attach("ts_xdp", xdp());
  made.attach("ts_skb", skb());
  made.attach("ts_connect4", connect4());
  return made;
}

desired_component stage::one(std::string name, std::string program, any_hook hook,
                             std::span<const std::byte> object) {
  desired_component made{std::move(name), object_source::memory("turnstile", object)};
  made.attach(std::move(program), std::move(hook));
  return made;
}

stranger::stranger(stage& on, const any_hook& hook) : on_(on), hook_(hook), at_(on.at(hook)) {
  bpf_prog_type type = BPF_PROG_TYPE_SCHED_CLS;
  int verdict = -1;
  if (at_.type == uapi::attach_type::xdp) {
    type = BPF_PROG_TYPE_XDP;
    verdict = XDP_PASS;
  } else if (at_.type == uapi::attach_type::cgroup_inet_ingress) {
    type = BPF_PROG_TYPE_CGROUP_SKB;
    verdict = 1;
  }
  program_ = handle{on.kernel, footing::load_verdict(type, {}, verdict, "stranger")};
  id_ = must(on.kernel.describe_program(program_.ref())).id;
  attached_ = must(on.kernel.attach(at_, program_.ref(), {}));
}

stranger::~stranger() {
  // A link goes with its handle, a filter with the interface; what is gone already is fine.
  if (!attached_.link) static_cast<void>(on_.kernel.detach(at_, attached_.id, {}, id_).has_value());
}

bool stranger::runs() {
  const auto ids = on_.chain(hook_);
  return std::count(ids.begin(), ids.end(), id_) == 1;
}

linchpin::attachment_state state_at(linchpin::orchestrator_core& edge, const std::string& program) {
  const auto status = must(edge.status());
  for (const auto& component : status.components) {
    for (const auto& attachment : component.attachments) {
      if (attachment.program == program) return attachment.state;
    }
  }
  FAIL("no attachment of " << program);
  return {};
}

}  // namespace live_engine
