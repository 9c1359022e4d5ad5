// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>

#include "fixture.hpp"

using namespace engine_test;
using linchpin::errc;
using linchpin::testing::fake_kernel;

TEST_CASE("a first start loads and attaches everything that is asked for", "[engine]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto report = must(edge.apply({guard(), guide()}));
  CHECK(report.loaded == 2);
  CHECK(report.attached == 6);
  for (const auto& hook : host.guarded()) {
    CHECK(host.run(hook).size() == (hook == host.ingress("eth0") ? 2 : 1));
  }
  CHECK(must(edge.status()).healthy());
}

TEST_CASE("applying what already runs writes nothing", "[engine]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard(), guide()}));
  const auto before = host.text();
  kernel.reset_calls();
  const auto again = must(edge.plan({guard(), guide()}));
  CHECK(again.empty());
  must(edge.apply(again));
  CHECK(kernel.calls().writes() == 0);
  CHECK(host.text() == before);
}

TEST_CASE("a process after kill -9 adopts what runs and changes nothing", "[engine]") {
  machine host;
  {
    fake_kernel first{host};
    auto edge = open(first);
    must(edge.apply({guard(), guide()}));
    first.kill();
  }
  const auto before = host.text();
  {
    fake_kernel second{host};
    auto edge = open(second);
    CHECK(must(edge.plan({guard(), guide()})).empty());
    CHECK(second.calls().writes() == 0);
    CHECK(must(edge.status()).healthy());
    CHECK(edge.recovered().empty());
  }
  CHECK(host.text() == before);
}

TEST_CASE("an upgrade leaves exactly the new generation", "[engine]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  const auto maps_before = host.maps().size();
  const auto programs_before = host.programs();
  const auto links_before = host.links();

  const auto next = must(edge.plan({guard(bpf_objects::guard_v2())}));
  REQUIRE_FALSE(next.empty());
  const auto report = must(edge.apply(next));
  CHECK(report.loaded == 1);
  CHECK(report.updated == 5);
  CHECK(report.attached == 0);
  CHECK(host.links() == links_before);
  CHECK(host.maps().size() == maps_before);
  CHECK(host.programs().size() == programs_before.size());
  for (const auto& hook : host.guarded()) {
    const auto ran = host.run(hook);
    REQUIRE(ran.size() == 1);
    CHECK(ran.front() > programs_before.back());
  }
  CHECK(must(edge.plan({guard(bpf_objects::guard_v2())})).empty());
}

TEST_CASE("a program that the new version renamed takes over its predecessor's hook", "[engine]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  linchpin::desired_component before{"guard", elf(bpf_objects::guard())};
  before.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  must(edge.apply({before}));
  linchpin::desired_component after{"guard", elf(bpf_objects::guard_renamed())};
  after.attach("guard_entry", linchpin::hook::tcx_ingress{"eth0"});
  const auto report = must(edge.apply({after}));
  CHECK(report.updated == 1);
  CHECK(report.attached == 0);
  CHECK(host.run(host.ingress("eth0")).size() == 1);
}

TEST_CASE("hooks that are no longer asked for are detached, new ones attached", "[engine]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guide()}));
  linchpin::desired_component moved{"guide", elf(bpf_objects::guide())};
  moved.attach("guide_in", linchpin::hook::tcx_ingress{"eth1"});
  const auto report = must(edge.apply({moved}));
  CHECK(report.loaded == 0);
  CHECK(report.attached == 1);
  CHECK(report.detached == 1);
  CHECK(host.run(host.ingress("eth0")).empty());
  CHECK(host.run(host.ingress("eth1")).size() == 1);
  CHECK(must(edge.plan({moved})).empty());
}

TEST_CASE("a component that is no longer asked for goes, the others stay", "[engine]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard(), guide()}));
  const auto report = must(edge.apply({guard()}));
  CHECK(report.detached == 1);
  CHECK(host.run(host.ingress("eth0")).size() == 1);
  CHECK(must(edge.plan({guard()})).empty());
}

TEST_CASE("removing everything leaves nothing of ours", "[engine]") {
  machine host;
  {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({guard(), guide()}));
    must(edge.remove("guide"));
    CHECK(host.run(host.ingress("eth0")).size() == 1);
    must(edge.remove_all());
    CHECK(host.links().empty());
    CHECK(host.programs().empty());
    CHECK(host.maps().empty());
  }
  CHECK(host.pins() == std::vector<std::string>{"/sys/fs/bpf/", std::string{root} + "/"});
}

TEST_CASE("ephemeral components end with their process", "[engine]") {
  struct ephemeral : ordered {
    using lifetime = linchpin::lifetime::ephemeral;
  };
  machine host;
  {
    fake_kernel kernel{host};
    auto edge = open<ephemeral>(kernel);
    must(edge.apply({guard()}));
    CHECK(must(edge.plan({guard()})).empty());
    const auto report = must(edge.apply({guard(bpf_objects::guard_v2())}));
    CHECK(report.updated == 5);
    CHECK(must(edge.status()).healthy());
    CHECK(host.run(host.xdp("eth0")).size() == 1);
    kernel.kill();
  }
  CHECK(host.links().empty());
  CHECK(host.programs().empty());
  CHECK(host.maps().empty());
}

TEST_CASE("a plan that another apply has overtaken is refused", "[engine]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto stale = must(edge.plan({guard()}));
  must(edge.apply({guide()}));
  CHECK(refused(edge.apply(stale)).is(errc::conflict));
  CHECK(host.run(host.ingress("eth1")).empty());
}

TEST_CASE("a plan of another orchestrator is refused", "[engine]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  auto other = must(loose_orchestrator<ordered>::open("/sys/fs/bpf/other", {.on = &kernel}));
  const auto plan = must(edge.plan({guide()}));
  kernel.reset_calls();
  const auto told = refused(other.apply(plan));
  CHECK(told.is(errc::conflict));
  CHECK(told.expected() == "a plan that this orchestrator made, against what runs now");
  CHECK(kernel.calls().writes() == 0);
  must(edge.apply(plan));
}

TEST_CASE("what others pinned below a component outlives it, and is told of", "[engine]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  const std::string theirs = std::string{root} + "/guard/theirs";
  {
    const auto map =
        must(kernel.open_pin(must(edge.map_path("guard", "flows")), linchpin::pin_kind::map));
    must(kernel.pin(map.ref(), theirs));
  }
  const auto report = must(edge.remove("guard"));
  REQUIRE(report.left_alone.size() == 1);
  CHECK(report.left_alone.front().find("/guard") != std::string::npos);
  CHECK(must(kernel.open_pin(theirs, linchpin::pin_kind::map)));
}

TEST_CASE("a second orchestrator on the same store is told who holds it", "[engine]") {
  machine host;
  fake_kernel first{host};
  fake_kernel second{host};
  auto edge = open(first);
  const auto told = refused(loose_orchestrator<>::open(root, {.on = &second}));
  CHECK(told.is(errc::busy));
  CHECK(told.found().find(std::to_string(first.pid())) != std::string_view::npos);
}

TEST_CASE("a restart with another policy is seen", "[engine]") {
  machine host;
  fake_kernel first{host};
  {
    auto edge = open<linchpin::default_policies>(first);
    must(edge.apply({guide()}));
  }
  auto edge = open<ordered>(first);
  const auto plan = must(edge.plan({guide()}));
  CHECK(plan.empty());
  REQUIRE(plan.notes().size() == 1);
  CHECK(plan.notes().front() ==
        "policy is now order.priority/1; what runs was put there under order.append/1");
}

TEST_CASE("what stands in a directory before it is a store is left alone", "[engine]") {
  machine host;
  fake_kernel kernel{host};
  const auto theirs = std::string{root} + "/theirs/gen-1/prog-theirs";
  auto loaded = must(kernel.load(must(elf(bpf_objects::guide()).read()), {}));
  must(kernel.pin(loaded.programs.front().program.ref(), theirs));
  {
    auto edge = open(kernel);
    must(edge.apply({guard()}));
  }
  auto edge = open(kernel);
  const auto pins = host.pins();
  CHECK(std::find(pins.begin(), pins.end(), theirs) != pins.end());
}
