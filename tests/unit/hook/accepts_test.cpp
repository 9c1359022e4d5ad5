// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/netns.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/hook/xdp.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace linchpin;

namespace {

program_spec program(std::string section, uapi::program_type type, uapi::attach_type attach = {}) {
  return {"prog", std::move(section), type, attach, true};
}

}  // namespace

TEST_CASE("every family accepts a program declared for it", "[hook][accepts]") {
  for (const auto* family : hook_families()) {
    INFO(family->name);
    CHECK_FALSE(family->accepts(program("any", family->program, family->attach)));
  }
}

TEST_CASE("a program that declares no attach type is loaded for the hook", "[hook][accepts]") {
  using uapi::program_type;
  CHECK_FALSE(hook::tcx_ingress_family.accepts(program("tc", program_type::sched_cls)));
  CHECK_FALSE(hook::tcx_egress_family.accepts(program("classifier", program_type::sched_cls)));
  CHECK_FALSE(hook::xdp_family.accepts(program("xdp", program_type::xdp)));
  CHECK_FALSE(
      hook::cgroup_skb_egress_family.accepts(program("cgroup/skb", program_type::cgroup_skb)));
}

TEST_CASE("a connect6 program is refused at a connect4 hook, which the kernel is not sure to do",
          "[hook][accepts]") {
  const auto reason = hook::cgroup_connect4_family.accepts(
      program("cgroup/connect6", uapi::program_type::cgroup_sock_addr,
              uapi::attach_type::cgroup_inet6_connect));
  REQUIRE(reason);
  CHECK(*reason ==
        "a program for cgroup_connect6 (section \"cgroup/connect6\") at cgroup_connect4");
}

TEST_CASE("ingress and egress are told apart although one of them is number 0", "[hook][accepts]") {
  const auto ingress = program("cgroup_skb/ingress", uapi::program_type::cgroup_skb,
                               uapi::attach_type::cgroup_inet_ingress);
  const auto egress = program("cgroup_skb/egress", uapi::program_type::cgroup_skb,
                              uapi::attach_type::cgroup_inet_egress);
  CHECK_FALSE(hook::cgroup_skb_ingress_family.accepts(ingress));
  CHECK_FALSE(hook::cgroup_skb_egress_family.accepts(egress));
  CHECK(hook::cgroup_skb_ingress_family.accepts(egress));
  CHECK(hook::cgroup_skb_egress_family.accepts(
      program("?cgroup_skb/ingress", uapi::program_type::cgroup_skb)));
  const auto reason = hook::cgroup_skb_egress_family.accepts(ingress);
  REQUIRE(reason);
  CHECK(*reason ==
        "a program for cgroup_skb_ingress (section \"cgroup_skb/ingress\") at cgroup_skb_egress");
}

TEST_CASE("a program of another type is refused with both types named", "[hook][accepts]") {
  const auto reason = hook::tcx_ingress_family.accepts(
      program("xdp", uapi::program_type::xdp, uapi::attach_type::xdp));
  REQUIRE(reason);
  CHECK(*reason ==
        "a program of type xdp (section \"xdp\") where tcx_ingress takes sched_cls programs");
}

TEST_CASE("a type or place that linchpin has no name for is told by number", "[hook][accepts]") {
  const auto type = hook::xdp_family.accepts(program("new", static_cast<uapi::program_type>(99)));
  REQUIRE(type);
  CHECK(type->find("type 99") != std::string::npos);

  const auto place = hook::xdp_family.accepts(
      program("xdp/devmap", uapi::program_type::xdp, static_cast<uapi::attach_type>(35)));
  REQUIRE(place);
  CHECK(*place == "a program for attach type 35 (section \"xdp/devmap\") at xdp");
}
