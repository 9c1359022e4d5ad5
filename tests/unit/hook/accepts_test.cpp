// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/catch_test_macros.hpp>

using namespace linchpin;

namespace {

program_spec declared_as(std::string section, uapi::program_type type,
                         uapi::attach_type attach = {}) {
  return {"prog", std::move(section), type, attach, true};
}

}  // namespace

TEST_CASE("every family accepts a program declared for it", "[hook][accepts]") {
  for (const auto* family : hook_families()) {
    INFO(family->name);
    CHECK_FALSE(why_not(*family, declared_as("any", family->program, family->attach)));
  }
}

TEST_CASE("a program that declares no attach type is loaded for the hook", "[hook][accepts]") {
  using uapi::program_type;
  CHECK_FALSE(why_not(hook::tcx_ingress_family, declared_as("tc", program_type::sched_cls)));
  CHECK_FALSE(why_not(hook::tcx_egress_family, declared_as("classifier", program_type::sched_cls)));
  CHECK_FALSE(why_not(hook::xdp_family, declared_as("xdp", program_type::xdp)));
  CHECK_FALSE(
      why_not(hook::cgroup_skb_egress_family, declared_as("cgroup/skb", program_type::cgroup_skb)));
}

TEST_CASE("a connect6 program is refused at a connect4 hook, which the kernel is not sure to do",
          "[hook][accepts]") {
  const auto reason = why_not(hook::cgroup_connect4_family,
                              declared_as("cgroup/connect6", uapi::program_type::cgroup_sock_addr,
                                          uapi::attach_type::cgroup_inet6_connect));
  REQUIRE(reason);
  CHECK(*reason ==
        "a program for cgroup_connect6 (section \"cgroup/connect6\") at cgroup_connect4");
}

TEST_CASE("ingress and egress are told apart although one of them is number 0", "[hook][accepts]") {
  const auto ingress = declared_as("cgroup_skb/ingress", uapi::program_type::cgroup_skb,
                                   uapi::attach_type::cgroup_inet_ingress);
  const auto egress = declared_as("cgroup_skb/egress", uapi::program_type::cgroup_skb,
                                  uapi::attach_type::cgroup_inet_egress);
  CHECK_FALSE(why_not(hook::cgroup_skb_ingress_family, ingress));
  CHECK_FALSE(why_not(hook::cgroup_skb_egress_family, egress));
  CHECK(why_not(hook::cgroup_skb_ingress_family, egress));
  CHECK(why_not(hook::cgroup_skb_egress_family,
                declared_as("?cgroup_skb/ingress", uapi::program_type::cgroup_skb)));
  const auto reason = why_not(hook::cgroup_skb_egress_family, ingress);
  REQUIRE(reason);
  CHECK(*reason ==
        "a program for cgroup_skb_ingress (section \"cgroup_skb/ingress\") at cgroup_skb_egress");
}

TEST_CASE("a program of another type is refused with both types named", "[hook][accepts]") {
  const auto reason = why_not(hook::tcx_ingress_family,
                              declared_as("xdp", uapi::program_type::xdp, uapi::attach_type::xdp));
  REQUIRE(reason);
  CHECK(*reason ==
        "a program of type xdp (section \"xdp\") where tcx_ingress takes sched_cls programs");
}

TEST_CASE("a type or place that linchpin has no name for is told by number", "[hook][accepts]") {
  const auto type =
      why_not(hook::xdp_family, declared_as("new", static_cast<uapi::program_type>(99)));
  REQUIRE(type);
  CHECK(type->find("type 99") != std::string::npos);

  const auto place = why_not(hook::xdp_family, declared_as("xdp/devmap", uapi::program_type::xdp,
                                                           static_cast<uapi::attach_type>(35)));
  REQUIRE(place);
  CHECK(*place == "a program for attach type 35 (section \"xdp/devmap\") at xdp");
}
