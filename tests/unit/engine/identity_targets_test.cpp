// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/generators/catch_generators.hpp>

#include <algorithm>

#include "gate.hpp"

// A name is no identity: interfaces, cgroups, network namespaces and hooks are known by what they are.

using namespace engine_test;
using linchpin::attachment_state;

TEST_CASE("a renamed interface that is asked for by its present name keeps its links",
          "[engine][identity][target]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({three_on("eth0")}));
  const auto links = host.links();
  host.rename_interface("eth0", "wan0");
  const auto plan = must(edge.plan({three_on("wan0")}));
  INFO(plan.text());
  CHECK(plan.empty());
  const auto report = must(edge.apply({three_on("wan0", bpf_objects::guard_v2())}));
  CHECK(report.updated == 3);
  CHECK(report.attached == 0);
  CHECK(host.links() == links);
  check_settled(edge, {three_on("wan0", bpf_objects::guard_v2())});
}

TEST_CASE("two interfaces that exchange their names keep their links",
          "[engine][identity][target]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({at_both()}));
  const auto links = host.links();
  host.rename_interface("eth0", "away");
  host.rename_interface("eth1", "eth0");
  host.rename_interface("away", "eth1");
  const auto plan = must(edge.plan({at_both()}));
  INFO(plan.text());
  CHECK(plan.empty());
  must(edge.apply({at_both(bpf_objects::guard_v2())}));
  CHECK(host.links() == links);
  CHECK(host.run(host.ingress("eth0")).size() == 1);
  CHECK(host.run(host.ingress("eth1")).size() == 1);
}

TEST_CASE("a name that means another interface now is attached there before the old one is left",
          "[engine][identity][target]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open<ordered_in_place>(kernel);
  must(edge.apply({three_on("eth0")}));
  host.rename_interface("eth0", "wan0");
  host.add_interface("eth0");
  const auto report = must(edge.apply({three_on("eth0")}));
  CHECK(report.attached == 3);
  CHECK(report.detached == 3);
  for (const auto& hook : {host.ingress("eth0"), host.egress("eth0"), host.xdp("eth0")})
    CHECK(host.run(hook).size() == 1);
  for (const auto& hook : {host.ingress("wan0"), host.egress("wan0"), host.xdp("wan0")})
    CHECK(host.run(hook).empty());
  check_settled(edge, {three_on("eth0")});
}

TEST_CASE("one cgroup in two spellings is one hook", "[engine][identity][target]") {
  const char* spelling = GENERATE("/sys/fs/cgroup/web/", "/sys/fs/cgroup//web",
                                  "/sys/fs/cgroup/./web", "/sys/fs/cgroup/web/../web");
  CAPTURE(spelling);
  scene host{place::cgroup};
  fake_kernel kernel{host};
  auto edge = open(kernel);

  SECTION("in one component it is asked for twice") {
    linchpin::desired_component twice{"gate", elf(bpf_objects::guard())};
    twice.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
    twice.attach("guard_connect", linchpin::hook::cgroup_connect4{spelling});
    const auto outcome = edge.apply({twice});
    CHECK(host.run(host.at()).size() == (outcome ? 1U : 0U));
    if (!outcome) CHECK(outcome.error().message().find("cgroup_connect4") != std::string::npos);
  }
  SECTION("a component that changes the spelling keeps its link") {
    must(edge.apply({host.one("gate")}));
    linchpin::desired_component respelled{"gate", elf(bpf_objects::guard())};
    respelled.attach("guard_connect", linchpin::hook::cgroup_connect4{spelling});
    CHECK(must(edge.plan({respelled})).empty());
  }
  SECTION("two components are ordered at one hook") {
    linchpin::desired_component late{"late", elf(bpf_objects::guard_v2())};
    late.attach("guard_connect", linchpin::hook::cgroup_connect4{spelling}).priority(9);
    must(edge.apply({late, host.one("early", 1)}));
    CHECK(host.names(edge) == names{"early", "late"});
    check_settled(edge, {late, host.one("early", 1)});
  }
}

TEST_CASE("a hook that is asked for twice with one program is refused in words",
          "[engine][identity]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  auto twice = host.one("gate");
  twice.attach("guard_in", host.hook());
  const auto told = refused(edge.plan({twice}));
  INFO(told.message());
  CHECK(told.message().find("tcx_ingress eth0") != std::string::npos);
}

TEST_CASE("what is known of a target that goes elsewhere is told", "[engine][identity][target]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({three_on("eth0"), guide()}));
  SECTION("another name") {
    host.rename_interface("eth0", "wan0");
    for (const auto& attachment : status_of(edge, "gate").attachments)
      CHECK(attachment.state == attachment_state::renamed);
    CHECK(must(edge.plan({three_on("eth0"), guide()})).empty());
    CHECK(host.run(host.ingress("wan0")).size() == 2);
  }
  SECTION("another network namespace") {
    host.add_netns("/run/netns/blue");
    const auto before = host.links();
    host.move_interface_to_netns("eth0", "/run/netns/blue");
    const auto status = status_of(edge, "gate");
    for (const auto& attachment : status.attachments)
      CHECK(attachment.state != attachment_state::live);
    must(edge.apply({three_on("eth0"), guide()}));
    CHECK(must(edge.plan({three_on("eth0"), guide()})).empty());
    CHECK(host.links() == before);
    CHECK(host.run(host.point(linchpin::hook::tcx_link, attach_type::tcx_ingress, "eth0",
                              "/run/netns/blue"))
              .size() == 2);
  }
}

TEST_CASE("a service that is restarted in another network namespace touches nothing of the old one",
          "[engine][identity][target]") {
  const bool same_name = GENERATE(false, true);
  CAPTURE(same_name);
  scene host;
  host.add_netns("/run/netns/blue");
  if (same_name) host.add_interface("eth0", "/run/netns/blue");
  {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({three_on("eth0")}));
  }
  const auto links = host.links();
  const auto ran = host.run(host.ingress("eth0"));
  fake_kernel next{host, "/run/netns/blue"};
  auto edge = open(next);
  static_cast<void>(must(edge.status()));
  const auto outcome = edge.apply({three_on("eth0")});
  INFO((outcome ? std::string{} : outcome.error().message()));
  for (const auto link : links) {
    const auto alive = host.links();
    CHECK(std::find(alive.begin(), alive.end(), link) != alive.end());
  }
  CHECK(host.run(host.ingress("eth0")) == ran);
  CHECK(host.run(host.egress("eth0")).size() == 1);
  CHECK(host.run(host.xdp("eth0")).size() == 1);
}

TEST_CASE("a device that comes back under another number keeps its links",
          "[engine][identity][target]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({three_on("eth0"), guide()}));
  const auto links = host.links();
  host.renumber_interface("eth0");
  SECTION("while the service runs") {}
  SECTION("while it does not") {
    { auto ended = std::move(edge); }
    edge = open(kernel);
  }
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({three_on("eth0"), guide()})).empty());
  const auto report = must(edge.apply({three_on("eth0", bpf_objects::guard_v2()), guide()}));
  CHECK(report.updated == 3);
  CHECK(report.attached == 0);
  CHECK(host.links() == links);
  check_settled(edge, {three_on("eth0", bpf_objects::guard_v2()), guide()});
  must(edge.apply({guide()}));
  CHECK(host.run(host.xdp("eth0")).empty());
  must(edge.remove_all());
  CHECK(host.links().empty());
}

TEST_CASE("a device that was moved to where the service is started next keeps its links",
          "[engine][identity][target]") {
  const bool renumbered = GENERATE(false, true);
  CAPTURE(renumbered);
  scene host;
  host.add_netns("/run/netns/blue");
  {
    fake_kernel kernel{host};
    must(open(kernel).apply({three_on("eth0")}));
  }
  const auto links = host.links();
  host.move_interface_to_netns("eth0", "/run/netns/blue");
  if (renumbered) host.renumber_interface("eth0", "/run/netns/blue");
  fake_kernel next{host, "/run/netns/blue"};
  auto edge = open(next);
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({three_on("eth0")})).empty());
  must(edge.apply({three_on("eth0", bpf_objects::guard_v2())}));
  CHECK(host.links() == links);
  check_settled(edge, {three_on("eth0", bpf_objects::guard_v2())});
  must(edge.remove_all());
  CHECK(host.links().empty());
}

TEST_CASE("an upgrade of a device under another number that fails leaves it as it was",
          "[engine][identity][target]") {
  scene host;
  fake_kernel kernel{host};
  faulty_kernel faulty{kernel};
  auto edge = open(faulty);
  must(edge.apply({three_on("eth0")}));
  const auto links = host.links();
  const auto ran = host.run(host.xdp("eth0"));
  host.renumber_interface("eth0");
  faulty.arm({.nth = 3, .only = verb::update});
  const auto told = refused(edge.apply({three_on("eth0", bpf_objects::guard_v2())}));
  CHECK(told.is(linchpin::outcome::rolled_back));
  faulty.disarm();
  CHECK(host.links() == links);
  CHECK(host.run(host.xdp("eth0")) == ran);
  check_settled(edge, {three_on("eth0")});
}

TEST_CASE("a hook of a kind that this build does not know is refused, not taken for another",
          "[engine][identity]") {
  auto family = linchpin::hook::tcx_ingress_family;
  family.name = "tcx_sideways";
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  linchpin::desired_component strange{"gate", elf(bpf_objects::guard())};
  strange.attach("guard_in", linchpin::any_hook{family, "eth0", family.mechanisms});
  const auto before = host.text();
  const auto told = refused(edge.plan({strange}));
  INFO(told.message());
  CHECK(told.message().find("tcx_sideways") != std::string::npos);
  CHECK(host.text() == before);
}

TEST_CASE("a copy of a known family under another address is refused or works as the known one",
          "[engine][identity]") {
  auto family = linchpin::hook::tcx_ingress_family;
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  linchpin::desired_component copied{"gate", elf(bpf_objects::guard())};
  copied.attach("guard_in", linchpin::any_hook{family, "eth0", family.mechanisms});
  if (!edge.apply({copied})) {
    CHECK(host.run(host.at()).empty());
    return;
  }
  CHECK(host.run(host.at()).size() == 1);
  check_settled(edge, {host.one("gate")});
}
