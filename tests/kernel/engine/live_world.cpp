// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "live_world.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>

#include <linux/bpf.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "property.bpf.hpp"
#include "property_v2.bpf.hpp"

namespace live_engine {

using namespace property;

namespace {

std::uint32_t program_of_fd(int fd) {
  bpf_prog_info info{};
  std::uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0)
    FAIL("cannot describe a program: " << std::strerror(errno));
  return info.id;
}

/// What a hook is for bpf(2).
struct raw_hook {
  std::string path;  ///< of a cgroup; empty: the interface or the own netns
  bpf_attach_type type{};
  bpf_prog_type program{};
  int verdict = 1;
};

raw_hook raw_of(const linchpin::any_hook& hook) {
  const auto type = static_cast<bpf_attach_type>(hook.family().attach);
  const auto program = static_cast<bpf_prog_type>(hook.family().program);
  raw_hook made{hook.on().kind == linchpin::hook::cgroup_target ? hook.on().name : "", type,
                program, 1};
  if (hook.family().name.starts_with("tcx")) made.verdict = -1;
  if (hook.family().name == "xdp") made.verdict = XDP_PASS;
  return made;
}

}  // namespace

descriptor::~descriptor() {
  if (number_ >= 0) ::close(number_);
}

child_cgroup::child_cgroup(std::string path) : path_(std::move(path)) {
  REQUIRE(::mkdir(path_.c_str(), 0755) == 0);
}

child_cgroup::~child_cgroup() {
  ::rmdir(path_.c_str());
}

live_world::live_world(bool interfaces) : jobs_(here.cgroup() + "/jobs") {
  for (const auto& path : {here.cgroup(), jobs_.path()}) {
    hooks_.push_back({linchpin::hook::cgroup_connect4{path}, "connect4"});
    hooks_.push_back({linchpin::hook::cgroup_connect6{path}, "connect6"});
    hooks_.push_back({linchpin::hook::cgroup_skb_ingress{path}, "skb"});
  }
  hooks_.push_back({linchpin::hook::cgroup_sock_create{here.cgroup()}, "sock"});
  hooks_.push_back({linchpin::hook::sk_lookup{}, "lookup"});
  if (interfaces) {
    const auto& facts = here.kernel.facts();
    if (facts.of(linchpin::hook::tcx_link).available.is_yes()) {
      hooks_.push_back({here.ingress(), "in"});
      hooks_.push_back({here.egress(), "out"});
    }
    hooks_.push_back({here.xdp(), "xdp", true});
  }
}

bool live_world::has_order(std::string_view family) {
  if (family.starts_with("tcx")) return true;
  return family.starts_with("cgroup") &&
         here.kernel.facts().of(linchpin::hook::cgroup_link).ordered.is_yes();
}

std::vector<object_choice> live_world::objects() {
  return {
      {"property",
       [](bool second) { return second ? bpf_objects::property_v2() : bpf_objects::property(); },
       {{"in", "ts_p_in"},
        {"out", "ts_p_out"},
        {"xdp", "ts_p_xdp"},
        {"connect4", "ts_p_connect4"},
        {"connect6", "ts_p_connect6"},
        {"skb", "ts_p_skb"},
        {"sock", "ts_p_sock"},
        {"lookup", "ts_p_lookup"}},
       "ts_p_seen",
       8,
       2}};
}

std::vector<std::uint32_t> live_world::raw(const linchpin::any_hook& hook) const {
  const auto name = hook.family().name;
  if (name == "xdp") {
    std::uint32_t id = 0;
    const int index = static_cast<int>(::if_nametoindex(stage::interface));
    if (bpf_xdp_query_id(index, 0, &id) != 0)
      FAIL("cannot ask for the XDP program: " << std::strerror(errno));
    if (id == 0) return {};
    return {id};
  }
  descriptor target;
  std::uint32_t ids[64] = {};
  bpf_attr attr{};
  attr.query.attach_type = static_cast<std::uint32_t>(hook.family().attach);
  attr.query.prog_ids = reinterpret_cast<std::uintptr_t>(ids);
  attr.query.prog_cnt = std::size(ids);
  if (hook.on().kind == linchpin::hook::interface_target) {
    attr.query.target_fd = ::if_nametoindex(stage::interface);
  } else {
    const bool own = hook.on().name.empty();
    target = descriptor{
        ::open(own ? "/proc/thread-self/ns/net" : hook.on().name.c_str(), O_RDONLY | O_CLOEXEC)};
    attr.query.target_fd = static_cast<std::uint32_t>(target.get());
  }
  if (::syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof attr.query) != 0) {
    if (errno == ENOENT) return {};  // no chain was ever made there
    FAIL("cannot ask for the chain at " << hook.text() << ": " << std::strerror(errno));
  }
  return {ids, ids + attr.query.prog_cnt};
}

std::size_t live_world::standing() const {
  std::size_t count = 0;
  for (const auto& hook : hooks_) count += raw(hook.hook).size();
  return count;
}

std::optional<std::uint32_t> live_world::add_stranger(std::size_t index, const char* name) {
  const auto& hook = hooks_[index].hook;
  const auto as = raw_of(hook);
  stranger_program made;
  made.program = descriptor{footing::load_verdict(as.program, as.type, as.verdict, name)};
  made.hook = index;
  descriptor target;
  int on = 0;
  if (hook.on().kind == linchpin::hook::interface_target) {
    on = static_cast<int>(::if_nametoindex(stage::interface));
  } else {
    target = descriptor{::open(as.path.empty() ? "/proc/thread-self/ns/net" : as.path.c_str(),
                               O_RDONLY | O_CLOEXEC)};
    on = target.get();
  }
  made.link = descriptor{bpf_link_create(made.program.get(), on, as.type, nullptr)};
  if (made.link.get() < 0) return std::nullopt;
  const auto id = program_of_fd(made.program.get());
  strangers_[id] = name;
  standing_.emplace(id, std::move(made));
  return id;
}

std::optional<std::uint32_t> live_world::remove_stranger(chooser& chance) {
  if (standing_.empty()) return std::nullopt;
  auto which = standing_.begin();
  std::advance(which, static_cast<std::ptrdiff_t>(chance.below(standing_.size())));
  const auto id = which->first;
  standing_.erase(which);
  return id;
}

std::optional<std::uint32_t> live_world::intrude(std::uint32_t id, const std::string& component,
                                                 std::size_t hook) {
  const descriptor link{bpf_link_get_fd_by_id(id)};
  if (link.get() < 0) return std::nullopt;
  const auto as = raw_of(hooks_[hook].hook);
  const descriptor program{footing::load_verdict(as.program, as.type, as.verdict, "intruder")};
  if (bpf_link_update(link.get(), program.get(), nullptr) != 0) return std::nullopt;
  const auto intruder = program_of_fd(program.get());
  strangers_[intruder] = "intruder";
  intruders[intruder] = component;
  return intruder;
}

}  // namespace live_engine
