// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>

#include "gate.hpp"

// A service that is started again in another network namespace touches nothing of the old one.

using namespace engine_test;
using linchpin::attachment_state;

namespace {

// A machine without TCX, on which the component runs by clsact filters in the first namespace.
struct filters : scene {
  filters() : scene{place::clsact} {
    add_netns(blue);
    add_interface("blue0", blue);
    fake_kernel kernel{*this};
    auto edge = open(kernel);
    must(edge.apply({at_both()}));
    ran = run(at());
    REQUIRE(ran.size() == 1);
  }
  std::vector<linchpin::program_id> ran;
};

linchpin::desired_component on_cgroup_and(
    const std::string& interface, std::span<const std::byte> object = bpf_objects::guard()) {
  linchpin::desired_component made{"gate", elf(object)};
  made.attach("guard_in", linchpin::hook::tcx_ingress{interface});
  made.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
  return made;
}

bool tells(const std::vector<std::string>& lines, std::string_view what) {
  return std::any_of(lines.begin(), lines.end(), [what](const std::string& line) {
    return line.find(what) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("a filter in another network namespace is elsewhere, not gone",
          "[engine][identity][target]") {
  filters host;
  fake_kernel next{host, blue};
  auto edge = open(next);
  for (const auto& attachment : status_of(edge, "gate").attachments)
    CHECK(attachment.state == attachment_state::elsewhere);
  CHECK(must(edge.observe()).chains.size() == 2);
}

TEST_CASE("a filter in another network namespace is neither attached again nor upgraded",
          "[engine][identity][target]") {
  filters host;
  const auto before = host.text();
  {
    fake_kernel next{host, blue};
    auto edge = open(next);
    const auto plan = must(edge.plan({at_both()}));
    INFO(plan.text());
    CHECK(plan.empty());
    CHECK(tells(plan.notes(), "in another network namespace"));
    CHECK(tells(must(edge.apply(plan)).left_alone, "in another network namespace"));
    CHECK(host.run(host.at()) == host.ran);
    must(edge.apply({at_both(bpf_objects::guard_v2())}));
    CHECK(host.run(host.at()) == host.ran);
    CHECK(must(edge.plan({at_both(bpf_objects::guard_v2())})).empty());
    CHECK(has_pin(host, component_root + "/gen-1/prog-guard_in"));
  }
  // Back in its own namespace it goes on where it was.
  fake_kernel back{host};
  auto edge = open(back);
  CHECK(must(edge.apply({at_both(bpf_objects::guard_v2())})).updated == 2);
  CHECK(host.run(host.at()).size() == 1);
  CHECK(host.run(host.at()) != host.ran);
  check_settled(edge, {at_both(bpf_objects::guard_v2())});
}

TEST_CASE("a filter at an interface of the same name in another network namespace stays on record",
          "[engine][identity][target]") {
  filters host;
  host.add_interface("eth0", blue);
  host.add_interface("eth1", blue);
  {
    fake_kernel next{host, blue};
    auto edge = open(next);
    CHECK(must(edge.apply({at_both()})).attached == 2);
    CHECK(status_of(edge, "gate").attachments.size() == 4);
    CHECK(must(edge.plan({at_both()})).empty());
  }
  CHECK(host.run(host.at()) == host.ran);
  fake_kernel back{host};
  auto edge = open(back);
  const auto report = must(edge.apply({at_both()}));
  CHECK(report.attached == 0);
  CHECK(host.run(host.at()) == host.ran);
}

TEST_CASE("links of another network namespace are not upgraded from here",
          "[engine][identity][target]") {
  scene host;
  host.add_netns(blue);
  {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({on_cgroup_and("eth0")}));
  }
  const auto ran = host.run(host.at());
  {
    fake_kernel next{host, blue};
    auto edge = open(next);
    const auto report = must(edge.apply({on_cgroup_and("eth0", bpf_objects::guard_v2())}));
    CHECK(report.updated == 1);
    CHECK(tells(report.left_alone, "tcx_ingress eth0"));
    CHECK(host.run(host.at()) == ran);
    CHECK(must(edge.plan({on_cgroup_and("eth0", bpf_objects::guard_v2())})).empty());
  }
  fake_kernel back{host};
  auto edge = open(back);
  CHECK(must(edge.apply({on_cgroup_and("eth0", bpf_objects::guard_v2())})).updated == 1);
  CHECK(host.run(host.at()) != ran);
  check_settled(edge, {on_cgroup_and("eth0", bpf_objects::guard_v2())});
}

TEST_CASE("what a removed component runs in another network namespace is left alone and on record",
          "[engine][identity][target]") {
  const auto where = GENERATE(place::tcx, place::clsact);
  CAPTURE(name_of(where));
  scene host{where};
  host.add_netns(blue);
  {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({on_cgroup_and("eth0")}));
  }
  const auto ran = host.run(host.at());
  {
    fake_kernel next{host, blue};
    auto edge = open(next);
    linchpin::apply_report report;
    SECTION("no longer asked for") {
      const auto plan = must(edge.plan(linchpin::nothing));
      INFO(plan.text());
      CHECK(plan.text().find("gate: removed, but for what is left alone") != std::string::npos);
      report = must(edge.apply(plan));
    }
    SECTION("removed by its name") {
      report = must(edge.remove("gate"));
    }
    SECTION("removed with all others") {
      report = must(edge.remove_all());
    }
    CHECK(report.detached == 1);
    CHECK(tells(report.left_alone, "tcx_ingress eth0"));
    CHECK(host.run(host.connect4()).empty());
    CHECK(host.run(host.at()) == ran);
    const auto status = status_of(edge, "gate");
    REQUIRE(status.attachments.size() == 1);
    CHECK(status.attachments.front().hook == "tcx_ingress eth0");
    CHECK(must(edge.plan(linchpin::nothing)).empty());
    const auto left = host.text();
    CHECK(tells(must(edge.remove("gate")).left_alone, "tcx_ingress eth0"));
    CHECK(host.text() == left);
  }
  // It is not lost: in its own namespace it is found, and ends.
  fake_kernel back{host};
  auto edge = open(back);
  CHECK(must(edge.remove_all()).left_alone.empty());
  CHECK(host.run(host.at()).empty());
  CHECK(host.programs().empty());
}

TEST_CASE("a removed component's link that is out of reach stays on record", "[engine][damage]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({at_both()}));
  other_service other{host};
  const auto held = other.open(component_root + "/link-0", linchpin::pin_kind::link);
  must(kernel.remove_pin(component_root + "/link-0"));
  kernel.may_open_by_id(false);
  CHECK(tells(must(edge.remove("gate")).left_alone, "tcx_ingress eth0"));
  CHECK(host.run(host.at()).size() == 1);
  CHECK(host.run(host.ingress("eth1")).empty());
  REQUIRE(status_of(edge, "gate").attachments.size() == 1);
  kernel.may_open_by_id(true);
  must(edge.remove("gate"));
  CHECK(host.run(host.at()).empty());
  CHECK(must(edge.status()).components.empty());
}

TEST_CASE("a link without its pin whose target cannot be seen from here is not taken for lost",
          "[engine][identity][target]") {
  scene host;
  host.add_netns(blue);
  const auto one_hook = [] {
    linchpin::desired_component made{"gate", elf(bpf_objects::guard())};
    made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
    return made;
  };
  other_service other{host};
  linchpin::handle held;
  {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({one_hook()}));
    held = other.open(component_root + "/link-0", linchpin::pin_kind::link);
    must(kernel.remove_pin(component_root + "/link-0"));
  }
  fake_kernel next{host, blue};
  next.may_open_by_id(false);
  auto edge = open(next);
  CHECK(status_of(edge, "gate").attachments.front().state == attachment_state::unreachable);
  CHECK(must(edge.plan(linchpin::nothing)).empty());
  CHECK(status_of(edge, "gate").attachments.size() == 1);
}

TEST_CASE("what was cut short at filters waits until it can be looked at",
          "[engine][identity][target][recovery]") {
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("died at call " << nth);
    filters host;
    const std::vector former{at_both()};
    const std::vector next{at_both(bpf_objects::guard_v2())};
    bool died = false;
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open(faulty);
      faulty.arm({.what = fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(next, 1).has_value());
      died = faulty.struck();
    }
    {
      fake_kernel kernel{host, blue};
      const auto edge = loose_orchestrator<>::open(root, {.on = &kernel});
      CHECK(edge.has_value());
    }
    fake_kernel kernel{host};
    auto edge = open(kernel);
    CHECK(must(edge.status()).healthy());
    CHECK(must(edge.plan(former)).empty() != must(edge.plan(next)).empty());
    CHECK(host.run(host.at()).size() == 1);
    must(edge.apply(next));
    CHECK(host.run(host.at()).size() == 1);
    check_settled(edge, next);
    if (!died) break;
  }
}
