// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../support/footing.hpp"

#include <linchpin/hook/families.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <catch2/catch_test_macros.hpp>

#include <net/if.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace linchpin;

TEST_CASE("the kernel suite runs with privilege", "[kernel][ground]") {
  REQUIRE(geteuid() == 0);
}

// Without these most of the suite would have nothing to stand on, so none of them may be missing.
TEST_CASE("the ground holds: a sandbox, a veth pair, a cgroup and a program that loads",
          "[kernel][ground]") {
  auto box = testing::sandbox::enter("ground");
  INFO((box ? "" : box.error().message()));
  REQUIRE(box);

  const auto pair = testing::veth_pair::make({.name = "ground0"}, {.name = "ground1"});
  INFO((pair ? "" : pair.error().message()));
  REQUIRE(pair);
  CHECK(if_nametoindex("ground0") == pair->near_index().value);

  if (footing::has_cgroup2()) {
    const auto cgroup = box->make_cgroup("ground");
    INFO((cgroup ? "" : cgroup.error().message()));
    REQUIRE(cgroup);
    struct stat status {};
    CHECK(::stat((*cgroup + "/cgroup.procs").c_str(), &status) == 0);
  }

  live_kernel kernel;
  const handle program{kernel,
                       footing::load_verdict(BPF_PROG_TYPE_XDP, BPF_XDP, XDP_PASS, "lp_ground")};
  CHECK(kernel.describe_program(program.ref()).value().name == "lp_ground");
}

TEST_CASE("no probe of the kernel fails", "[kernel][ground]") {
  live_kernel kernel;
  const auto& facts = kernel.facts();
  for (const auto* fact :
       {&facts.of(hook::xdp_native).available, &facts.of(hook::tcx_link).available,
        &facts.of(hook::cgroup_link).available, &facts.of(hook::cgroup_link).ordered,
        &facts.of(hook::netns_link).available, &facts.map_batch}) {
    INFO(fact->reason());
    CHECK_FALSE(fact->is_unknown());
  }
}
