// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>

#include "gate.hpp"

// Both copies of a record are lost: what runs is found again, and no program runs twice.

using namespace engine_test;

namespace {

void lose_record(fake_kernel& kernel) {
  must(kernel.remove_pin(component_root + "/record"));
  must(kernel.remove_pin(component_root + "/record-copy"));
}

linchpin::desired_component on_all(std::span<const std::byte> object = bpf_objects::guard()) {
  auto made = at_both(object);
  made.attach("guard_out", linchpin::hook::tcx_egress{"eth0"});
  return made;
}

}  // namespace

TEST_CASE("filters are found again when the records of their component are lost",
          "[engine][damage]") {
  scene host{place::clsact};
  fake_kernel kernel{host};
  const auto out = host.point(linchpin::hook::clsact_filter, attach_type::tcx_egress, "eth0");
  const auto theirs = host.stranger("theirs");
  must(open(kernel).apply({on_all()}));
  const auto ran = host.run(host.at());
  lose_record(kernel);
  auto edge = open(kernel);
  const auto refused = edge.apply({on_all()});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(linchpin::errc::bad_format));
  CHECK_FALSE(refused.error().retryable());
  CHECK(refused.error().message().find("adopt_again()") != std::string::npos);
  REQUIRE(host.run(host.at()) == ran);
  must(edge.adopt_again("gate"));
  CHECK(status_of(edge, "gate").attachments.size() == 3);
  CHECK(must(edge.status()).healthy());
  CHECK(host.run(host.at()) == ran);

  must(edge.apply({on_all(bpf_objects::guard_v2())}));
  CHECK(host.run(host.at()).size() == 2);
  CHECK(host.run(host.at("eth1")).size() == 1);
  CHECK(host.run(out).size() == 1);
  check_settled(edge, {on_all(bpf_objects::guard_v2())});
  must(edge.remove_all());
  CHECK(host.run(host.at()) == std::vector{theirs});
  CHECK(host.run(out).empty());
}

TEST_CASE("a link that lost its pin with its component's records is found by its id",
          "[engine][damage]") {
  scene host;
  fake_kernel kernel{host};
  must(open(kernel).apply({at_both()}));
  other_service other{host};
  const auto held = other.open(component_root + "/link-0", linchpin::pin_kind::link);
  must(kernel.remove_pin(component_root + "/link-0"));
  lose_record(kernel);
  auto edge = open(kernel);

  SECTION("where this process may look at all links") {
    must(edge.adopt_again("gate"));
    CHECK(status_of(edge, "gate").attachments.size() == 2);
    must(edge.apply({at_both(bpf_objects::guard_v2())}));
    CHECK(host.run(host.at()).size() == 1);
    check_settled(edge, {at_both(bpf_objects::guard_v2())});
  }
  SECTION("where it may not, the program is not attached a second time") {
    kernel.may_open_by_id(false);
    must(edge.adopt_again("gate"));
    CHECK(status_of(edge, "gate").attachments.size() == 1);
    const auto ran = host.run(host.at());
    // With maps of its own there is nothing to compare, which takes the same privilege.
    auto emptied = at_both(bpf_objects::guard_v2());
    emptied.map("flows").carry(linchpin::carry::discard{});
    emptied.map("totals").carry(linchpin::carry::discard{});
    const auto plan = must(edge.plan({emptied, guide()}));
    INFO(plan.text());
    REQUIRE(plan.components().front().held_back.size() == 1);
    const auto& why = plan.components().front().held_back.front();
    CHECK(why.find("tcx_ingress eth0 runs program " + std::to_string(ran.front().value)) !=
          std::string::npos);
    CHECK(plan.text().find("left as it is: " + why) != std::string::npos);
    const auto report = must(edge.apply(plan));
    CHECK(report.held_back.size() == 1);
    // The rest goes on.
    CHECK(host.run(host.at()).size() == 2);
    CHECK(host.run(host.at()).front() == ran.front());
  }
}

TEST_CASE("what was taken over without a record, and cannot be compared, keeps nothing else back",
          "[engine][damage]") {
  scene host;
  fake_kernel kernel{host};
  must(open(kernel).apply({at_both()}));
  const auto ran = host.run(host.at());
  lose_record(kernel);
  kernel.may_open_by_id(false);
  auto edge = open(kernel);
  must(edge.adopt_again("gate"));
  const std::vector desired{at_both(bpf_objects::guard_v2()), guide()};
  const auto report = must(edge.apply(desired));
  REQUIRE(report.held_back.size() == 1);
  INFO(report.held_back.front());
  CHECK(report.held_back.front().starts_with("component gate: map "));
  CHECK(report.held_back.front().find("CAP_SYS_ADMIN") != std::string::npos);
  CHECK(report.loaded == 1);
  REQUIRE(host.run(host.at()).size() == 2);
  CHECK(host.run(host.at()).front() == ran.front());

  kernel.may_open_by_id(true);
  CHECK(must(edge.apply(desired)).held_back.empty());
  CHECK(host.run(host.at()).size() == 2);
  check_settled(edge, desired);
}

TEST_CASE("a filter of ours that no record explains keeps its program from being attached again",
          "[engine][damage]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  scene host{where};
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("gate")}));
  const auto ran = host.run(host.at());
  // Somebody attaches our program once more, and takes our own attachment away.
  const auto program = must(kernel.open_pin(component_root + "/gen-1/prog-" + host.program(),
                                            linchpin::pin_kind::program));
  if (where == place::tcx) {
    // The same program is not taken twice: the first goes first.
    must(kernel.remove_pin(component_root + "/link-0"));
    const auto theirs = must(kernel.attach(host.at(), program.ref(), {}));
    const auto plan = must(edge.plan({host.one("gate")}));
    CHECK_FALSE(plan.components().front().held_back.empty());
    CHECK(host.run(host.at()) == ran);
    return;
  }
  const auto theirs = must(kernel.attach(host.at(), program.ref(), {}));
  if (where == place::clsact) {
    const auto ours = status_of(edge, "gate").attachments.front();
    must(kernel.detach(host.at(), ours.id, {}, ours.running));
  } else {
    must(kernel.remove_pin(component_root + "/link-0"));
  }
  const auto plan = must(edge.plan({host.one("gate")}));
  INFO(plan.text());
  CHECK_FALSE(plan.components().front().held_back.empty());
  must(edge.apply(plan));
  CHECK(host.run(host.at()) == ran);
}

TEST_CASE("names of others beside lost records are passed over", "[engine][damage]") {
  for (const auto* const name : {"/link-9/x", "/gen-9", "/link-4000000000", "/gen-1/prog-x/y"}) {
    DYNAMIC_SECTION(name) {
      scene host;
      fake_kernel kernel{host};
      must(open(kernel).apply({at_both()}));
      other_service other{host};
      other.pin_map(component_root + name);
      lose_record(kernel);
      auto edge = open(kernel);
      must(edge.adopt_again("gate"));
      CHECK(status_of(edge, "gate").attachments.size() == 2);
      must(edge.apply({at_both(bpf_objects::guard_v2())}));
      CHECK(host.run(host.at()).size() == 1);
      CHECK(must(edge.plan({at_both(bpf_objects::guard_v2())})).empty());
    }
  }
}
