// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <catch2/generators/catch_generators.hpp>

#include <algorithm>

#include "gate.hpp"

// A path is no identity: what is pinned where ours was or will be is ours only if the kernel's own
// number says so, and a link of ours stays ours without its pin.

using namespace engine_test;
using linchpin::attachment_state;

namespace {

// Other people's links at every path that the next attachments of component "gate" could be pinned at.
std::vector<linchpin::program_id> take_link_paths(other_service& other,
                                                  const linchpin::attach_point& at,
                                                  const char* program, int first) {
  std::vector<linchpin::program_id> theirs;
  for (int slot = first; slot < first + 3; ++slot) {
    theirs.push_back(other.pin_link(at, program, component_root + "/link-" + std::to_string(slot)));
  }
  return theirs;
}

void check_theirs(const scene& host, const linchpin::attach_point& at,
                  const std::vector<linchpin::program_id>& theirs, int first) {
  const auto ran = host.run(at);
  for (const auto id : theirs) CHECK(std::count(ran.begin(), ran.end(), id) == 1);
  for (int slot = first; slot < first + static_cast<int>(theirs.size()); ++slot)
    CHECK(has_pin(host, component_root + "/link-" + std::to_string(slot)));
}

linchpin::desired_component at_eth0(const scene& host) {
  return host.one("gate");
}

}  // namespace

TEST_CASE(
    "somebody else's link at the path that our next link would get survives our failed attach",
    "[engine][identity]") {
  const bool first_start = GENERATE(false, true);
  CAPTURE(first_start);
  const int taken = first_start ? 0 : 1;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("call " << nth << " fails");
    scene host;
    fake_kernel kernel{host};
    faulty_kernel faulty{kernel};
    other_service other{host};
    auto edge = open(faulty);
    if (!first_start) must(edge.apply({at_eth0(host)}));
    const auto elsewhere = host.egress("eth1");
    const auto theirs = take_link_paths(other, elsewhere, "guard_out", taken);
    faulty.arm({.nth = nth});
    const auto outcome = edge.apply(std::vector{at_both()}, 1);
    const bool struck = faulty.struck();
    faulty.disarm();
    check_theirs(host, elsewhere, theirs, taken);
    if (!struck) {
      // Whether another path was taken or the thing refused, it is said.
      if (outcome) {
        CHECK(must(edge.plan({at_both()})).empty());
      } else {
        INFO(outcome.error().message());
        CHECK(outcome.error().message().find("link-" + std::to_string(taken)) != std::string::npos);
      }
      must(edge.remove_all());
      check_theirs(host, elsewhere, theirs, taken);
      break;
    }
  }
}

TEST_CASE("somebody else's link at the path that our next link would get survives our death",
          "[engine][identity]") {
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("dies at call " << nth);
    scene host;
    other_service other{host};
    const auto elsewhere = host.egress("eth1");
    std::vector<linchpin::program_id> theirs;
    bool struck = false;
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open(faulty);
      must(edge.apply({at_eth0(host)}));
      theirs = take_link_paths(other, elsewhere, "guard_out", 1);
      faulty.arm({.what = fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(std::vector{at_both()}, 1).has_value());
      struck = faulty.struck();
    }
    fake_kernel next{host};
    auto edge = open(next);
    check_theirs(host, elsewhere, theirs, 1);
    const auto ran = host.run(host.ingress("eth0"));
    CHECK(ran.size() == 1);
    if (!struck) break;
  }
}

TEST_CASE("somebody else's link that comes to a path after the plan chose it survives",
          "[engine][identity]") {
  const bool dies = GENERATE(false, true);
  CAPTURE(dies);
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("dies at call " << nth);
    scene host;
    other_service other{host};
    const auto elsewhere = host.egress("eth1");
    std::vector<linchpin::program_id> theirs;
    bool struck = false;
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open(faulty);
      must(edge.apply({at_eth0(host)}));
      const auto plan = must(edge.plan({at_both()}));
      theirs = take_link_paths(other, elsewhere, "guard_out", 1);
      if (dies) faulty.arm({.what = fault::kind::die, .nth = nth});
      const auto told = refused(edge.apply(plan));
      INFO(told.message());
      struck = faulty.struck();
      if (!struck) CHECK(told.message().find("link-1") != std::string::npos);
    }
    check_theirs(host, elsewhere, theirs, 1);
    fake_kernel next{host};
    auto edge = open(next);
    check_theirs(host, elsewhere, theirs, 1);
    CHECK(host.run(host.ingress("eth0")).size() == 1);
    CHECK(host.run(host.ingress("eth1")).empty());
    if (!struck) break;
  }
}

TEST_CASE("somebody else's link in the place of our link's pin is neither updated nor detached",
          "[engine][identity]") {
  scene host;
  fake_kernel kernel{host};
  other_service other{host};
  auto edge = open(kernel);
  must(edge.apply({at_both()}));
  const auto path = component_root + "/link-1";
  must(kernel.remove_pin(path));
  const auto theirs = other.pin_link(host.egress("eth1"), "guard_out", path);
  const auto upgraded = edge.apply({at_both(bpf_objects::guard_v2())});
  if (!upgraded) CHECK(upgraded.error().message().find(path) != std::string::npos);
  CHECK(host.run(host.egress("eth1")) == std::vector{theirs});
  static_cast<void>(edge.remove("gate").has_value());
  CHECK(host.run(host.egress("eth1")) == std::vector{theirs});
  CHECK(has_pin(host, path));
}

TEST_CASE("pins of others below a generation of ours stay through an upgrade and are told of",
          "[engine][identity]") {
  const char* name = GENERATE("map-theirs", "map-", "prog-theirs");
  CAPTURE(name);
  scene host;
  fake_kernel kernel{host};
  other_service other{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("gate")}));
  auto directory = must(edge.map_path("gate", "flows"));
  directory.resize(directory.rfind('/') + 1);
  const auto path = directory + name;
  std::string_view{name}.starts_with("map") ? other.pin_map(path) : other.pin_program(path);
  const auto report = must(edge.apply({host.one("gate", 0, bpf_objects::guard_v2())}));
  CHECK(has_pin(host, path));
  CHECK_FALSE(report.left_alone.empty());
  directory.pop_back();
  check_settled_beside(edge, directory, {host.one("gate", 0, bpf_objects::guard_v2())});
}

TEST_CASE("a map of others in the place of ours stays through an upgrade", "[engine][identity]") {
  scene host;
  fake_kernel kernel{host};
  other_service other{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("gate")}));
  const auto path = must(edge.map_path("gate", "totals"));
  must(kernel.remove_pin(path));
  other.pin_map(path);
  const auto upgraded = edge.apply({host.one("gate", 0, bpf_objects::guard_v2())});
  INFO((upgraded ? std::string{} : upgraded.error().message()));
  CHECK(has_pin(host, path));
  CHECK(host.run(host.at()).size() == 1);
}

TEST_CASE("a link whose pin is gone while somebody holds it is not attached a second time",
          "[engine][identity][drift]") {
  scene host;
  fake_kernel kernel{host};
  other_service other{host};
  auto edge = open(kernel);
  auto desired = three_on("eth0");
  desired.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
  must(edge.apply({desired}));
  std::vector<linchpin::handle> held;
  for (int slot = 0; slot < 4; ++slot) {
    const auto path = component_root + "/link-" + std::to_string(slot);
    held.push_back(other.open(path, linchpin::pin_kind::link));
    must(kernel.remove_pin(path));
  }
  const auto links = host.links();
  auto upgrade = three_on("eth0", bpf_objects::guard_v2());
  upgrade.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
  const bool upgrades = GENERATE(false, true);
  CAPTURE(upgrades);
  const auto& wanted = upgrades ? upgrade : desired;
  must(edge.apply({wanted}));
  for (const auto& hook :
       {host.ingress("eth0"), host.egress("eth0"), host.xdp("eth0"), host.connect4()})
    CHECK(host.run(hook).size() == 1);
  CHECK(host.links() == links);
  // Pinned again: its holder may let go.
  held.clear();
  CHECK(host.links() == links);
  check_settled(edge, {wanted});
}

TEST_CASE("a link without its pin that may not be opened by its id is reported, not doubled",
          "[engine][identity][drift]") {
  scene host;
  fake_kernel kernel{host};
  other_service other{host};
  {
    auto edge = open(kernel);
    must(edge.apply({three_on("eth0"), guide()}));
  }
  const auto path = component_root + "/link-0";
  const auto held = other.open(path, linchpin::pin_kind::link);
  must(kernel.remove_pin(path));
  fake_kernel next{host};
  next.may_open_by_id(false);
  auto edge = open(next);
  CHECK(status_of(edge, "gate").attachments.front().state == attachment_state::unreachable);
  const auto before = host.run(host.ingress("eth0"));
  const auto outcome = edge.apply({three_on("eth0"), guide(bpf_objects::guide_v2())});
  INFO((outcome ? std::string{} : outcome.error().message()));
  CHECK(outcome);
  CHECK(host.run(host.ingress("eth0")).size() == before.size());
  CHECK(host.run(host.xdp("eth0")).size() == 1);
}
