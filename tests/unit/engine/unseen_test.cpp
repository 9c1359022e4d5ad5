// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "narrow.hpp"

// A component that cannot be looked at is told of and left as it is. The others are planned, applied
// and removed as ever.

using namespace engine_test;
using linchpin::attachment_state;
using linchpin::errc;

namespace {

struct running_three : three_components {
  running_three() { must(edge.apply(old_state())); }

  fake_kernel kernel{*this};
  stubborn_kernel stubborn{kernel};
  loose_orchestrator<ordered_in_place> edge = open<ordered_in_place>(stubborn);
};

const linchpin::component_status& part(const linchpin::status& whole, std::string_view name) {
  const auto found = std::find_if(whole.components.begin(), whole.components.end(),
                                  [name](const auto& component) { return component.name == name; });
  REQUIRE(found != whole.components.end());
  return *found;
}

void check_two_is_held_back(running_three& host, std::string_view why) {
  const auto plan = must(host.edge.plan(host.new_state()));
  INFO(plan.text());
  const auto report = must(host.edge.apply(plan));
  REQUIRE(report.held_back.size() == 1);
  CHECK(report.held_back.front().starts_with("component two: "));
  CHECK(report.held_back.front().find(why) != std::string::npos);
  CHECK(report.loaded == 2);
  const auto status = must(host.edge.status());
  for (const auto* name : {"one", "three"}) {
    CHECK(part(status, name).generation.value == 2);
    CHECK(part(status, name).problems.empty());
  }
  CHECK(part(status, "two").generation.value == 1);
  host.stubborn.relent();
  must(host.edge.apply(host.new_state()));
  CHECK(must(host.edge.plan(host.new_state())).empty());
  CHECK(must(host.edge.status()).healthy());
  CHECK(host.names(host.edge) == names{"one", "two", "three"});
}

}  // namespace

TEST_CASE("a link pin that cannot be opened is a problem of its component", "[engine][unseen]") {
  const int number = GENERATE(EACCES, EIO);
  running_three host;
  host.stubborn.refuse(verb::open_pin, "/two/link-0", number);
  const auto status = must(host.edge.status());
  INFO(status.text());
  const auto& two = part(status, "two");
  REQUIRE(two.problems.size() == 1);
  CHECK(two.problems.front().find("cannot be looked at: ") != std::string::npos);
  CHECK(two.problems.front().find("/proc/") == std::string::npos);
  CHECK(two.attachments[0].state == attachment_state::unseen);
  CHECK(two.attachments[1].state == attachment_state::live);
  CHECK(part(status, "one").problems.empty());
  CHECK(must(host.edge.observe()).find("two")->unseen == two.problems.front());
  check_two_is_held_back(host, two.problems.front());
}

TEST_CASE("a failure to look that passes holds nothing back", "[engine][unseen]") {
  running_three host;
  host.stubborn.refuse_once(verb::open_pin, "/two/link-0", EIO);
  CHECK(must(host.edge.status()).healthy());
  host.stubborn.refuse_once(verb::describe_link, "/two/link-1", EIO);
  CHECK(must(host.edge.apply(host.new_state())).held_back.empty());
  CHECK(host.stubborn.refused());
}

TEST_CASE("what cannot be looked at is left out of what is removed", "[engine][unseen]") {
  running_three host;
  host.stubborn.refuse(verb::open_pin, "/two/link-0", EACCES);
  SECTION("by name") {
    const auto told = refused(host.edge.remove("two"));
    CHECK(told.is(errc::conflict));
    CHECK(told.found().find("cannot be looked at") != std::string_view::npos);
    CHECK(host.links().size() == 6);
    must(host.edge.remove("one"));
    CHECK(host.links().size() == 4);
    host.stubborn.relent();
    CHECK(host.names(host.edge) == names{"two", "three"});
  }
  SECTION("by leaving it out") {
    const std::vector rest{host.old_state()[0], host.old_state()[2]};
    const auto plan = must(host.edge.plan(rest));
    CHECK(plan.text().find("note: two: not asked for, but left as it is") != std::string::npos);
    must(host.edge.apply(plan));
    CHECK(host.links().size() == 6);
    host.stubborn.relent();
    must(host.edge.apply(rest));
    CHECK(host.names(host.edge) == names{"one", "three"});
  }
  SECTION("all of them") {
    const auto report = must(host.edge.remove_all());
    REQUIRE(report.left_alone.size() == 1);
    CHECK(report.left_alone.front().starts_with("component two: "));
    CHECK(host.links().size() == 2);
    host.stubborn.relent();
    must(host.edge.remove_all());
    CHECK(host.links().empty());
  }
  SECTION("given up") {
    must(host.edge.release("two"));
    CHECK(must(host.edge.status()).healthy());
  }
}

TEST_CASE("a directory that cannot be listed holds its component back", "[engine][unseen]") {
  running_three host;
  host.stubborn.refuse(verb::list_pins, "/two/", EIO);
  CHECK(status_of(host.edge, "one").problems.empty());
  CHECK(status_of(host.edge, "two").problems.size() == 1);
  check_two_is_held_back(host, "/two cannot be listed");
}

TEST_CASE("a map that cannot be described is a problem of its component", "[engine][unseen]") {
  three_components host;
  fake_kernel kernel{host};
  stubborn_kernel stubborn{kernel};
  {
    auto first = open<ordered_in_place>(kernel);
    must(first.apply(host.old_state()));
  }
  auto edge = open<ordered_in_place>(stubborn);
  stubborn.refuse(verb::describe_map, "/two/gen-1/map-flows", EIO);
  const auto status = must(edge.status());
  CHECK_FALSE(status.healthy());
  const auto problems = part(status, "two").problems;
  CHECK(std::any_of(problems.begin(), problems.end(), [](const std::string& line) {
    return line.starts_with("map flows: cannot be looked at: ");
  }));
  CHECK(part(status, "two").maps.size() + 1 == part(status, "one").maps.size());
  CHECK(part(status, "one").problems.empty());
}
