// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "optional.bpf.hpp"
#include "scene.hpp"

// Programs that an object calls optional are there when a hook runs them. What a generation consists of
// is decided when it is built, and a second copy of it is made of the same.

using namespace engine_test;

namespace {

linchpin::desired_component optional_caller(int priority, const char* optional_at = nullptr) {
  linchpin::desired_component made{"caller", elf(bpf_objects::optional())};
  made.attach("op_entry", linchpin::hook::tcx_ingress{"eth0"}).priority(priority);
  if (optional_at != nullptr) {
    made.attach("op_optional", linchpin::hook::tcx_ingress{optional_at}).priority(priority + 1);
  }
  return made;
}

// The optional program is called by the array of the one that moves.
struct called : scene {
  fake_kernel kernel{*this};
  loose_orchestrator<ordered> edge{open(kernel)};

  called() {
    must(edge.apply({optional_caller(1, "eth1"), one("guard", 5), one("next", 6)}));
    const auto array = must(kernel.describe_map(must(edge.map_handle("caller", "op_jumps")))).id;
    fill_prog_array(array, 0, run(ingress("eth1")).front());
  }
};

}  // namespace

TEST_CASE("a hook that runs a program which was not loaded gets a new generation",
          "[engine][plan]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open<ordered>(kernel);
  must(edge.apply({optional_caller(1)}));
  auto next = optional_caller(1, "eth0");
  SECTION("beside the one that runs") {}
  SECTION("in its place") {
    next = {"caller", elf(bpf_objects::optional())};
    next.attach("op_optional", linchpin::hook::tcx_ingress{"eth0"}).priority(1);
  }
  const auto plan = must(edge.plan({next}));
  CHECK(plan.text().find("program op_optional was not loaded") != std::string::npos);
  must(edge.apply(plan));
  CHECK(host.run(host.at()).size() == next.attachments().size());
  check_settled(edge, {next});
  // Once it is there, nothing is built for it again.
  const auto generation = status_of(edge, "caller").generation;
  must(edge.apply({optional_caller(1)}));
  must(edge.apply({optional_caller(1, "eth1")}));
  CHECK(status_of(edge, "caller").generation == generation);
}

TEST_CASE("a second copy has the programs of the first, whatever its hooks are by now",
          "[engine][order]") {
  called host;
  SECTION("one leaves its hook as another moves") {}
  SECTION("one has left its hook before") {
    must(host.edge.apply({optional_caller(1), host.one("guard", 5), host.one("next", 6)}));
  }
  must(host.edge.apply({optional_caller(9), host.one("guard", 5), host.one("next", 6)}));
  CHECK(host.names(host.edge) == names{"guard", "next", "caller"});
  check_settled(host.edge, {optional_caller(9), host.one("guard", 5), host.one("next", 6)});
}
