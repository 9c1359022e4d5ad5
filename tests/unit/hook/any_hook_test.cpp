// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/typed_hook.hpp>

#include <catch2/catch_test_macros.hpp>

#include <set>
#include <tuple>

using namespace linchpin;

static_assert(!typed_hook<any_hook>);

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

TEST_CASE("no two families share a name, a place in the kernel, or links that look alike",
          "[hook]") {
  std::set<std::string_view> names;
  std::set<std::tuple<mechanism, uapi::attach_type, std::string_view>> places;
  for (const auto* family : hook_families()) {
    CHECK(names.insert(family->name).second);
    CHECK_FALSE(family->mechanisms.empty());
    for (const auto how : family->mechanisms) {
      CHECK(places.insert({how, family->attach, family->structure}).second);
      CHECK(find_hook_family(how, family->attach) == family);
    }
  }
}

TEST_CASE("equal hooks are the same place, however they are to be realised", "[hook]") {
  CHECK(any_hook{hook::xdp{"eth0"}} == any_hook{hook::xdp{"eth0"}.generic()});
  CHECK_FALSE(any_hook{hook::xdp{"eth0"}} == any_hook{hook::xdp{"eth1"}});
  CHECK_FALSE(any_hook{hook::tcx_ingress{"eth0"}} == any_hook{hook::tcx_egress{"eth0"}});
}

TEST_CASE("every mechanism has a name of its own", "[hook]") {
  std::set<std::string_view> names;
  for (const auto* traits : hook_mechanisms()) {
    const auto name = mechanism_name(traits->how);
    CHECK(name != "unknown mechanism");
    CHECK(names.insert(name).second);
  }
}
