// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "narrow.hpp"

// Somebody removes pins while the service runs. What it holds runs on, and the next service would miss
// them.

using namespace engine_test;

namespace {

struct three_that_run : three_components {
  three_that_run() { must(edge.apply(old_state())); }

  [[nodiscard]] std::vector<std::string> sorted_pins() const {
    auto all = pins();
    std::sort(all.begin(), all.end());
    return all;
  }
  [[nodiscard]] bool told(const std::string& path) {
    const auto status = must(edge.status());
    auto all = status.problems;
    for (const auto& component : status.components)
      all.insert(all.end(), component.problems.begin(), component.problems.end());
    return all == std::vector{path + " is gone"};
  }

  fake_kernel kernel{*this};
  stubborn_kernel stubborn{kernel};
  loose_orchestrator<ordered_in_place> edge = open<ordered_in_place>(stubborn);
};

bool is_link(const std::string& path) {
  return path.find("/link-") != std::string::npos;
}

}  // namespace

TEST_CASE("each pin that goes while the service runs is told of and made again",
          "[engine][damage]") {
  three_that_run host;
  const auto before = host.sorted_pins();
  const auto ran = host.run(host.ingress("eth0"));
  for (const auto& path : before) {
    if (is_link(path) || path.ends_with('/')) continue;
    CAPTURE(path);
    REQUIRE(must(host.edge.status()).healthy());
    host.remove_tree(path);
    CHECK(host.told(path));
    must(host.edge.apply(host.old_state()));
    CHECK(host.sorted_pins() == before);
  }
  CHECK(must(host.edge.status()).healthy());
  CHECK(host.run(host.ingress("eth0")) == ran);
}

TEST_CASE("a component whose whole directory goes is whole again", "[engine][damage]") {
  three_that_run host;
  const auto before = host.count();
  const bool upgraded = GENERATE(false, true);
  host.remove_tree(two_root);
  CHECK_FALSE(status_of(host.edge, "two").problems.empty());
  CHECK(status_of(host.edge, "one").problems.empty());
  const auto desired = upgraded ? host.new_state() : host.old_state();
  must(host.edge.apply(desired));
  CHECK(must(host.edge.status()).healthy());
  CHECK(host.count() == before);
  check_settled(host.edge, desired);
}

TEST_CASE("what cannot be pinned again is told of until it can", "[engine][damage]") {
  three_that_run host;
  const auto path = two_root + "/gen-1/prog-guard_in";
  host.remove_tree(path);
  host.stubborn.refuse(verb::pin, path.substr(std::string{root}.size()), EPERM);
  for (int i = 0; i < 2; ++i) {
    CHECK(host.told(path));
    must(host.edge.apply(host.old_state()));
  }
  host.stubborn.relent();
  CHECK(host.told(path));
  must(host.edge.apply(host.old_state()));
  CHECK(must(host.edge.status()).healthy());
}

TEST_CASE("somebody else's pin in the place of a lost one stays", "[engine][damage]") {
  three_that_run host;
  const auto path = two_root + "/gen-1/prog-guard_in";
  host.remove_tree(path);
  CHECK(host.told(path));
  other_service{host}.pin_map(path);
  must(host.edge.apply(host.old_state()));
  CHECK(has_pin(host, path));
  must(host.edge.apply(host.new_state()));
  CHECK(has_pin(host, path));
  check_settled_beside(host.edge, two_root + "/gen-1", host.new_state());
}

TEST_CASE("somebody else's pin in the place of a lost record is told of until it is gone",
          "[engine][damage]") {
  three_that_run host;
  host.remove_tree(two_root + "/record");
  CHECK(host.told(two_root + "/record"));
  host.remove_tree(two_root + "/record-copy");
  other_service{host}.pin_map(two_root + "/record-copy");
  must(host.edge.apply(host.old_state()));
  CHECK(has_pin(host, two_root + "/record"));
  REQUIRE(status_of(host.edge, "two").problems.size() == 1);
  CHECK(status_of(host.edge, "two").problems.front().starts_with(two_root + "/record-copy: "));
  must(host.kernel.remove_pin(two_root + "/record-copy"));
  must(host.edge.apply(host.old_state()));
  CHECK(must(host.edge.status()).healthy());
}

TEST_CASE("somebody else's pin in the place of one of ours is told of while it is there",
          "[engine][damage]") {
  three_that_run host;
  const auto before = host.sorted_pins();
  for (const auto& path : before) {
    if (is_link(path) || path.ends_with('/')) continue;
    CAPTURE(path);
    REQUIRE(must(host.edge.status()).healthy());
    host.remove_tree(path);
    const bool program = GENERATE(false, true);
    other_service other{host};
    if (program) {
      other.pin_program(path);
    } else {
      other.pin_map(path);
    }
    for (int i = 0; i < 2; ++i) {
      const auto status = must(host.edge.status());
      auto told = status.problems;
      for (const auto& component : status.components)
        told.insert(told.end(), component.problems.begin(), component.problems.end());
      REQUIRE(told.size() == 1);
      CHECK(told.front().starts_with(path));
      must(host.edge.apply(host.old_state()));
      CHECK(has_pin(host, path));
    }
    must(host.kernel.remove_pin(path));
    must(host.edge.status());
    must(host.edge.apply(host.old_state()));
    CHECK(host.sorted_pins() == before);
  }
  CHECK(must(host.edge.status()).healthy());
}

TEST_CASE("a directory that cannot be listed while the service runs is a problem of its component",
          "[engine][damage]") {
  three_that_run host;
  host.stubborn.refuse(verb::list_pins, "/two/gen-1/", EACCES);
  CHECK(status_of(host.edge, "one").problems.empty());
  REQUIRE(status_of(host.edge, "two").problems.size() == 1);
  CHECK(status_of(host.edge, "two").problems.front().starts_with("whether its pins are there "));
  must(host.edge.apply(host.old_state()));
  host.stubborn.relent();
  CHECK(must(host.edge.status()).healthy());
}
