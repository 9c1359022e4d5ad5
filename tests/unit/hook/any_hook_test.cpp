// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/typed_hook.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>

using namespace linchpin;

static_assert(typed_hook<hook::xdp>);
static_assert(typed_hook<hook::tcx_ingress>);
static_assert(typed_hook<hook::tcx_egress>);
static_assert(typed_hook<hook::cgroup_connect4>);
static_assert(typed_hook<hook::sk_lookup>);
static_assert(typed_hook<hook::flow_dissector>);
static_assert(!typed_hook<any_hook>);

TEST_CASE("a hook reads as its family and its target", "[hook]") {
  CHECK(any_hook{hook::tcx_ingress{"eth0"}}.text() == "tcx_ingress eth0");
  CHECK(any_hook{hook::xdp{"eth0"}}.text() == "xdp eth0");
  CHECK(any_hook{hook::cgroup_connect4{"/sys/fs/cgroup/web"}}.text() ==
        "cgroup_connect4 /sys/fs/cgroup/web");
  CHECK(any_hook{hook::sk_lookup{"/run/netns/blue"}}.text() == "sk_lookup /run/netns/blue");
  CHECK(any_hook{hook::sk_lookup{}}.text() == "sk_lookup own netns");
  CHECK(any_hook{hook::sk_msg{"sockets"}}.text() == "sk_msg map sockets");
  CHECK(any_hook{hook::tcp_congestion{}}.text() == "tcp_congestion kernel");
  CHECK(any_hook{hook::tcx_egress{"eth0", "/run/netns/blue"}}.text() ==
        "tcx_egress eth0 in /run/netns/blue");
}

TEST_CASE("a network namespace is named by a path, a process or a descriptor", "[hook]") {
  CHECK(netns_name{}.file().empty());
  CHECK(netns_name::own() == netns_name{});
  CHECK(netns_name::path("/run/netns/blue").file() == "/run/netns/blue");
  CHECK(netns_name::of_process(4711).file() == "/proc/4711/ns/net");
  CHECK(netns_name::of_descriptor(fd_ref::borrow(7)).file() == "/proc/self/fd/7");
  const any_hook native = hook::xdp{"eth0", netns_name::of_process(4711)}.native();
  CHECK(native.on() == target{hook::interface_target, "eth0", "/proc/4711/ns/net"});
  CHECK_FALSE(native == any_hook{hook::xdp{"eth0"}});
  const any_hook cgroup{hook::cgroup_connect4_family, "/web",
                        hook::cgroup_connect4_family.mechanisms, "/run/netns/blue"};
  CHECK(cgroup.on().netns.empty());
}

TEST_CASE("a family is found by the name that manifests write, and by no other", "[hook]") {
  for (const auto* family : hook_families()) CHECK(find_hook_family(family->name) == family);
  CHECK(find_hook_family("tcx") == nullptr);
  CHECK(find_hook_family("") == nullptr);
  CHECK(find_hook_family("XDP") == nullptr);
}

TEST_CASE("hooks of one family are one place, wherever the family is stored", "[hook]") {
  const hook_family stored_elsewhere = hook::xdp_family;
  CHECK(any_hook{stored_elsewhere, "eth0", stored_elsewhere.mechanisms} ==
        any_hook{hook::xdp{"eth0"}});
}

TEST_CASE("no two families share a name or a place in the kernel", "[hook]") {
  std::set<std::string_view> names;
  std::set<std::pair<uapi::program_type, uapi::attach_type>> places;
  for (const auto* family : hook_families()) {
    CHECK(names.insert(family->name).second);
    CHECK(places.insert({family->program, family->attach}).second);
    CHECK_FALSE(family->mechanisms.empty());
  }
  CHECK(names.size() == 25);
}

TEST_CASE("equal hooks are the same place, however they are to be realised", "[hook]") {
  CHECK(any_hook{hook::xdp{"eth0"}} == any_hook{hook::xdp{"eth0"}.generic()});
  CHECK_FALSE(any_hook{hook::xdp{"eth0"}} == any_hook{hook::xdp{"eth1"}});
  CHECK_FALSE(any_hook{hook::tcx_ingress{"eth0"}} == any_hook{hook::tcx_egress{"eth0"}});
}

TEST_CASE("xdp prefers the driver and can be narrowed to either mode", "[hook]") {
  const any_hook either = hook::xdp{"eth0"};
  REQUIRE(either.mechanisms().size() == 2);
  CHECK(either.mechanisms()[0] == hook::xdp_native);
  CHECK(either.mechanisms()[1] == hook::xdp_generic);

  const any_hook native = hook::xdp{"eth0"}.native();
  REQUIRE(native.mechanisms().size() == 1);
  CHECK(native.mechanisms()[0] == hook::xdp_native);

  const any_hook generic = hook::xdp{"eth0"}.generic();
  REQUIRE(generic.mechanisms().size() == 1);
  CHECK(generic.mechanisms()[0] == hook::xdp_generic);
}

TEST_CASE("every mechanism has a name of its own", "[hook]") {
  std::set<std::string_view> names;
  for (int number = 1; number <= 6; ++number) {
    const auto name = mechanism_name(static_cast<mechanism>(number));
    CHECK(name != "unknown mechanism");
    CHECK(names.insert(name).second);
  }
}
