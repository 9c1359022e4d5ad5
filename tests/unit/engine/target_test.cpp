// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "fixture.hpp"
#include "stubborn_kernel.hpp"

using namespace engine_test;
using linchpin::attachment_state;
using linchpin::change;
using linchpin::testing::fake_kernel;

TEST_CASE("a target that goes away is a state, not an error", "[engine][target]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  host.remove_interface("eth1");
  host.remove_cgroup("/sys/fs/cgroup/web");

  const auto status = must(edge.status());
  CHECK_FALSE(status.healthy());
  CHECK(status.components.front().attachments[1].state == attachment_state::target_gone);
  CHECK(status.components.front().attachments[4].state == attachment_state::target_gone);

  const auto report = must(edge.apply({guard(bpf_objects::guard_v2())}));
  CHECK(report.updated == 3);
  CHECK(report.gone == 2);
  CHECK(must(edge.plan({guard(bpf_objects::guard_v2())})).empty());
  CHECK(host.links().size() == 3);
}

TEST_CASE("a target that comes back is attached again", "[engine][target]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  host.remove_interface("eth1");
  must(edge.apply({guard()}));
  host.add_interface("eth1");
  const auto report = must(edge.apply({guard()}));
  CHECK(report.attached == 1);
  CHECK(report.loaded == 0);
  CHECK(host.run(host.ingress("eth1")).size() == 1);
  CHECK(must(edge.plan({guard()})).empty());
  CHECK(must(edge.status()).healthy());
}

TEST_CASE("a link whose target goes by another name stays and is upgraded", "[engine][target]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guide()}));
  host.rename_interface("eth0", "wan0");
  CHECK(must(edge.plan({guide()})).empty());
  CHECK(must(edge.apply({guide(bpf_objects::guide_v2())})).updated == 1);
  CHECK(host.run(host.ingress("wan0")).size() == 1);
}

TEST_CASE("an interface that was replaced by one of the same name is attached anew",
          "[engine][target]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  host.remove_interface("eth0");
  host.add_interface("eth0");
  const auto report = must(edge.apply({guard(bpf_objects::guard_v2())}));
  CHECK(report.attached == 3);
  CHECK(report.updated == 2);
  for (const auto& hook : host.guarded()) CHECK(host.run(hook).size() == 1);
  CHECK(must(edge.status()).healthy());
  CHECK(host.links().size() == 5);
}

TEST_CASE("a link that somebody put another program into is taken back", "[engine][drift]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guide()}));
  const auto ours = host.run(host.ingress("eth0"));
  const auto link = must(edge.status()).components.front().attachments.front().id.link;
  must(host.replace_program(link, "intruder"));
  CHECK(must(edge.status()).components.front().attachments.front().state ==
        attachment_state::altered);
  const auto plan = must(edge.plan({guide()}));
  REQUIRE(plan.components().front().attachments.front().what == change::update);
  must(edge.apply(plan));
  CHECK(host.run(host.ingress("eth0")) == ours);
  CHECK(must(edge.plan({guide()})).empty());
}

TEST_CASE("a filter of somebody else's in the place of ours is left alone", "[engine][drift]") {
  machine host;
  host.facts().of(linchpin::hook::tcx_link).available = linchpin::answer::no("kernel before 6.6");
  const auto filters = host.point(linchpin::hook::clsact_filter, attach_type::tcx_ingress, "eth0");
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guide()}));
  const auto ours = must(edge.status()).components.front().attachments.front();
  must(kernel.detach(filters, ours.id, {}, ours.running));
  const auto theirs = must(host.add_foreign_program(filters, "theirs"));
  REQUIRE(must(kernel.query(filters)).entries.front().tc_priority == ours.id.tc_priority);

  CHECK(must(edge.status()).components.front().attachments.front().state == attachment_state::lost);
  must(edge.apply({guide()}));
  CHECK(host.run(filters).size() == 2);
  CHECK(must(edge.status()).healthy());
  must(edge.remove_all());
  CHECK(host.run(filters) == std::vector{theirs});
}

TEST_CASE("a link whose pin somebody removed is attached again", "[engine][drift]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guide()}));
  must(kernel.remove_pin(std::string{root} + "/guide/link-0"));
  CHECK(host.run(host.ingress("eth0")).empty());
  const auto report = must(edge.apply({guide()}));
  CHECK(report.attached == 1);
  CHECK(host.run(host.ingress("eth0")).size() == 1);
  CHECK(must(edge.plan({guide()})).empty());
}

TEST_CASE("a link whose pin somebody removed is attached again once it has left its chain",
          "[engine][drift]") {
  machine host;
  fake_kernel inner{host};
  stubborn_kernel kernel{inner};
  auto edge = open(kernel);
  must(edge.apply({guide()}));
  const auto at = host.ingress("eth0");
  kernel.linger(at, 4);
  must(kernel.remove_pin(std::string{root} + "/guide/link-0"));
  REQUIRE(must(kernel.query(at)).entries.size() == 1);

  const auto report = must(edge.apply({guide()}));
  CHECK(report.held_back.empty());
  CHECK(report.attached == 1);
  CHECK(must(kernel.query(at)).entries.size() == 1);
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({guide()})).empty());
}

TEST_CASE("a filter that somebody removed is attached again", "[engine][drift]") {
  machine host;
  host.facts().of(linchpin::hook::tcx_link).available = linchpin::answer::no("kernel before 6.6");
  const auto filters = host.point(linchpin::hook::clsact_filter, attach_type::tcx_ingress, "eth0");
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guide()}));
  const auto ours = must(edge.status()).components.front().attachments.front();
  must(kernel.detach(filters, ours.id, {}, ours.running));
  REQUIRE(host.run(filters).empty());

  const auto report = must(edge.apply({guide()}));
  CHECK(report.attached == 1);
  CHECK(report.detached == 0);
  CHECK(host.run(filters) == std::vector{ours.running});
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({guide()})).empty());
}

TEST_CASE("a pin that is removed between plan and apply undoes the upgrade and says so",
          "[engine][drift]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  const auto upgrade = must(edge.plan({guard(bpf_objects::guard_v2())}));
  const auto path = std::string{root} + "/guard/link-1";
  must(kernel.remove_pin(path));
  const auto told = refused(edge.apply(upgrade));
  CHECK(told.is(linchpin::outcome::rolled_back));
  CHECK(told.expected() == "a link pinned at " + path);
  CHECK(told.still_running() ==
        "guard generation 1; 2 hooks were switched and have been switched back");
  must(edge.apply({guard(bpf_objects::guard_v2())}));
  CHECK(must(edge.status()).healthy());
}
