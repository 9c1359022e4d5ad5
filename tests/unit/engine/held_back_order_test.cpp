// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "narrow.hpp"

// Who cannot be changed at the moment stays where it stands, and the others are placed around it.

using namespace engine_test;

namespace {

struct appended : linchpin::default_policies {
  using attach_order = linchpin::order::append;
  using update_strategy = linchpin::update::in_place;
};

// Of the places, at cgroups this kernel can only append.
struct appending_scene : scene {
  explicit appending_scene(place where = place::cgroup) : scene(where) {
    facts().of(linchpin::hook::cgroup_link).ordered = linchpin::answer::no("kernel before 6.17");
  }
};

std::string cannot_read(const std::string& component) {
  return "/" + component + "/gen-1";
}

// h1 of priority 20, then h2 of priority 10.
void leave_out_of_order(scene& host) {
  fake_kernel kernel{host};
  auto edge = open<appended>(kernel);
  must(edge.apply({host.one("h1", 20)}));
  must(edge.apply({host.one("h1", 20), host.one("h2", 10)}));
}

}  // namespace

TEST_CASE("programs that are held back stay where they are in the planned chain",
          "[engine][held_back]") {
  appending_scene host{any_place()};
  leave_out_of_order(host);
  fake_kernel kernel{host};
  stubborn_kernel stubborn{kernel};
  stubborn.refuse(verb::open_pin, cannot_read("h1"), EIO);
  stubborn.refuse(verb::open_pin, cannot_read("h2"), EIO);
  auto edge = open<ordered_in_place>(stubborn);
  const std::vector desired{host.one("h1", 20), host.one("h2", 10), host.one("a", 30)};
  const auto plan = must(edge.plan(desired));
  INFO(plan.text());
  REQUIRE(plan.chains().size() == 1);
  names planned;
  for (const auto& entry : plan.chains().front().entries) planned.push_back(entry.component);
  CHECK(planned == names{"h1", "h2", "a"});
  CHECK(must(edge.apply(plan)).held_back.size() == 2);
  CHECK(host.run(host.at()).size() == 3);
  CHECK(must(edge.plan(desired)).empty());
  stubborn.relent();
  must(edge.apply(desired));
  check_settled(edge, desired);
  CHECK(host.names(edge) == names{"h2", "h1", "a"});
}

TEST_CASE("where one that is held back is in the way, only the program that comes waits",
          "[engine][held_back]") {
  appending_scene host;
  {
    fake_kernel kernel{host};
    auto edge = open<ordered_in_place>(kernel);
    must(edge.apply({host.one("h", 20)}));
  }
  fake_kernel kernel{host};
  stubborn_kernel stubborn{kernel};
  stubborn.refuse(verb::open_pin, cannot_read("h"), EIO);
  auto edge = open<ordered_in_place>(stubborn);
  const std::vector desired{host.one("early", 10), host.one("h", 20), host.one("late", 30)};
  const auto plan = must(edge.plan(desired));
  INFO(plan.text());
  CHECK(plan.text().find("early: left as it is: ") != std::string::npos);
  CHECK(plan.text().find("a place before component h, which is left as it is") !=
        std::string::npos);
  CHECK(must(edge.apply(plan)).held_back.size() == 2);
  CHECK(host.run(host.at()).size() == 2);
  CHECK(must(edge.plan(desired)).empty());
}

TEST_CASE("a component that would have to be attached again before one that is held back waits",
          "[engine][held_back]") {
  appending_scene host;
  const auto v2 = bpf_objects::guard_v2();
  {
    fake_kernel kernel{host};
    auto edge = open<ordered_twice>(kernel);
    must(edge.apply({host.one("early", 10), host.one("h", 20), host.one("late", 30)}));
  }
  const auto before = host.run(host.at());
  fake_kernel kernel{host};
  stubborn_kernel stubborn{kernel};
  stubborn.refuse(verb::open_pin, cannot_read("h"), EIO);
  auto edge = open<ordered_twice>(stubborn);
  const std::vector desired{host.one("early", 10, v2), host.one("h", 20, v2),
                            host.one("late", 30, v2)};
  const auto plan = must(edge.plan(desired));
  INFO(plan.text());
  const auto report = must(edge.apply(plan));
  CHECK(report.loaded == 1);
  CHECK(report.held_back.size() == 2);
  const auto after = host.run(host.at());
  REQUIRE(after.size() == 3);
  CHECK(after[0] == before[0]);
  CHECK(after[1] == before[1]);
  CHECK(after[2] != before[2]);
  CHECK(must(edge.plan(desired)).empty());
}

TEST_CASE("a program that cannot be opened does not move, and the others move around it",
          "[engine][held_back]") {
  scene host;
  {
    fake_kernel kernel{host};
    auto edge = open<ordered_in_place>(kernel);
    must(edge.apply({host.one("x", 1), host.one("y", 2)}));
  }
  const auto missing = GENERATE(as<std::string>{}, "/x/gen-1/prog-guard_in", "/x/gen-1/map-flows");
  host.remove_tree(std::string{root} + missing);
  fake_kernel kernel{host};
  kernel.may_open_by_id(false);
  auto edge = open<ordered_in_place>(kernel);
  const std::vector desired{host.one("x", 3), host.one("y", 2)};
  must(edge.apply(desired));
  CHECK(must(edge.plan(desired)).empty());
}

TEST_CASE("a second copy of a generation never runs with maps of its own", "[engine][held_back]") {
  scene host;
  {
    fake_kernel kernel{host};
    auto edge = open<ordered_in_place>(kernel);
    must(edge.apply({host.one("x", 1), host.one("y", 2)}));
  }
  host.remove_tree(std::string{root} + "/x/gen-1/map-flows");
  host.remove_tree(std::string{root} + "/y/gen-1/map-flows");
  fake_kernel kernel{host};
  kernel.may_open_by_id(false);
  struct count_loads final : call_observer {
    void after(verb called) override { loads += called == verb::load ? 1 : 0; }
    int loads = 0;
  } counts;
  auto edge = open<ordered_in_place>(kernel);
  kernel.observe(&counts);
  const std::vector desired{host.one("x", 2), host.one("y", 1)};
  const auto plan = must(edge.plan(desired));
  INFO(plan.text());
  CHECK(plan.text().find("map flows cannot be opened") != std::string::npos);
  CHECK(must(edge.apply(plan)).held_back.size() == 1);
  CHECK(counts.loads == 0);
  CHECK(must(edge.plan(desired)).empty());
  kernel.observe(nullptr);
}
