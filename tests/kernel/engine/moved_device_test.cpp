// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <net/if.h>
#include <unistd.h>

#include <cstdlib>
#include <map>
#include <string>

#include <bpf/bpf.h>

#include "stage.hpp"

// Devices that go to other network namespaces, with what is attached to them.

using namespace live_engine;
using linchpin::attachment_state;

namespace {

void ip(const std::string& words) {
  INFO("ip " << words);
  REQUIRE(std::system(("ip " + words).c_str()) == 0);
}

// The component runs, and its interface has gone to another network namespace with its number, which
// another device has here now.
struct moved_away {
  explicit moved_away(const std::string& new_device) {
    if (std::system("command -v ip > /dev/null") != 0) SKIP("no ip of iproute2");
    must(edge.apply({here.three_hooks()}));
    linked = here.links(here.ingress()).at(0) != linchpin::link_id{};
    const auto number = std::to_string(::if_nametoindex(stage::interface));
    ip(std::string{"link set "} + stage::interface + " netns " + there.path());
    ip("link add " + new_device + " index " + number + " type veth peer name lpe9");
  }

  stage here;
  loose_orchestrator<ordered> edge = here.open();
  linchpin::testing::netns there = must(linchpin::testing::netns::make());
  bool linked = false;  // by tcx; filters end where their device leaves
};

std::uint32_t pinned_program(const std::string& path) {
  bpf_prog_info info{};
  std::uint32_t size = sizeof info;
  const int program = ::bpf_obj_get(path.c_str());
  REQUIRE(program >= 0);
  REQUIRE(::bpf_obj_get_info_by_fd(program, &info, &size) == 0);
  ::close(program);
  return info.id;
}

// The kinds of links that are pinned below a directory, with what they run.
std::map<std::uint32_t, std::uint32_t> programs_by_link_type(const stage& here) {
  std::map<std::uint32_t, std::uint32_t> found;
  for (const auto& path : here.pins(here.root())) {
    if (path.find("/link-") == std::string::npos) continue;
    bpf_link_info info{};
    std::uint32_t size = sizeof info;
    const int link = ::bpf_obj_get(path.c_str());
    REQUIRE(link >= 0);
    REQUIRE(::bpf_obj_get_info_by_fd(link, &info, &size) == 0);
    ::close(link);
    found[info.type] = info.prog_id;
  }
  return found;
}

}  // namespace

TEST_CASE("a device that takes its number to another network namespace takes its link along",
          "[kernel][engine][identity]") {
  moved_away device{"lpe0"};
  auto& here = device.here;
  REQUIRE(here.chain(here.ingress()).empty());
  CHECK(state_at(device.edge, "ts_in") ==
        (device.linked ? attachment_state::elsewhere : attachment_state::target_gone));

  must(device.edge.apply({here.three_hooks(bpf_objects::turnstile_v2())}));
  CHECK(here.chain(here.ingress()).size() == 1);
  CHECK(must(device.edge.status()).healthy());
  CHECK(must(device.edge.plan({here.three_hooks(bpf_objects::turnstile_v2())})).empty());
  must(linchpin::testing::in_netns(device.there.descriptor(), [&]() -> linchpin::result<void> {
    CHECK(here.chain(here.ingress()).empty());
    return {};
  }));
}

TEST_CASE("a device elsewhere is upgraded though another one has its number here",
          "[kernel][engine][identity]") {
  moved_away device{"lpx0"};
  auto& here = device.here;
  must(device.edge.apply({here.three_hooks(bpf_objects::turnstile_v2())}));
  CHECK(must(device.edge.plan({here.three_hooks(bpf_objects::turnstile_v2())})).empty());
  CHECK(here.chain(linchpin::hook::tcx_ingress{"lpx0"}).empty());
  if (!device.linked) return;
  constexpr std::uint32_t tcx = 11;  // BPF_LINK_TYPE_TCX
  CHECK(state_at(device.edge, "ts_in") == attachment_state::elsewhere);
  CHECK(programs_by_link_type(here).at(tcx) ==
        pinned_program(here.root() + "/turnstile/gen-2/prog-ts_in"));
}

TEST_CASE("a device that comes back under another number keeps its links",
          "[kernel][engine][identity]") {
  if (std::system("command -v ip > /dev/null") != 0) SKIP("no ip of iproute2");
  stage here;
  footing::need(here.kernel.facts()
                    .of(linchpin::hook::tcx_link)
                    .available);  // filters end where their device leaves
  auto edge = here.open();
  must(edge.apply({here.three_hooks()}));
  const auto links = here.links(here.ingress());
  const auto former = ::if_nametoindex(stage::interface);
  const auto home = must(linchpin::testing::netns::current());
  const auto there = must(linchpin::testing::netns::make());
  const auto from_there = [&](const std::string& words) {
    must(linchpin::testing::in_netns(there.descriptor(), [&]() -> linchpin::result<void> {
      ip(words);
      return {};
    }));
  };
  // Takes the first numbers.
  from_there("link add lpt0 type veth peer name lpt1");
  ip(std::string{"link set "} + stage::interface + " netns " + there.path());
  from_there(std::string{"link set "} + stage::interface + " netns " + home.path());
  REQUIRE(::if_nametoindex(stage::interface) != 0);
  REQUIRE(::if_nametoindex(stage::interface) != former);

  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({here.three_hooks()})).empty());
  must(edge.apply({here.three_hooks(bpf_objects::turnstile_v2())}));
  CHECK(here.links(here.ingress()) == links);
  CHECK(must(edge.plan({here.three_hooks(bpf_objects::turnstile_v2())})).empty());
  { auto ended = std::move(edge); }
  edge = here.open();
  CHECK(must(edge.plan({here.three_hooks(bpf_objects::turnstile_v2())})).empty());
  must(edge.remove_all());
  CHECK(wait_until(here.kernel, [&] { return here.chain(here.ingress()).empty(); }));
}

TEST_CASE("a filter is not put at a device that has the number of one that went elsewhere",
          "[kernel][engine][identity]") {
  if (std::system("command -v ip > /dev/null") != 0) SKIP("no ip of iproute2");
  static constexpr linchpin::mechanism clsact[] = {linchpin::hook::clsact_filter};
  stage here;
  const linchpin::any_hook hook = linchpin::hook::tcx_ingress{stage::interface};
  const auto desired = [&](std::span<const std::byte> object) {
    linchpin::desired_component made{"turnstile",
                                     linchpin::object_source::memory("turnstile", object)};
    made.attach("ts_in", {hook.family(), stage::interface, clsact});
    made.attach("ts_xdp", here.xdp());
    return std::vector{made};
  };
  auto edge = here.open();
  must(edge.apply(desired(bpf_objects::turnstile())));
  const auto there = must(linchpin::testing::netns::make());
  const auto number = std::to_string(::if_nametoindex(stage::interface));
  ip(std::string{"link set "} + stage::interface + " netns " + there.path());
  ip("link add lpx0 index " + number + " type veth peer name lpx1");
  must(edge.apply(desired(bpf_objects::turnstile_v2())));
  CHECK(here.chain({hook.family(), "lpx0", clsact}).empty());
  CHECK(must(edge.plan(desired(bpf_objects::turnstile_v2()))).empty());
  CHECK(state_at(edge, "ts_in") == attachment_state::target_gone);
  CHECK(state_at(edge, "ts_xdp") == attachment_state::elsewhere);
}
