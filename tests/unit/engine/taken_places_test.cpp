// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <optional>

#include "narrow.hpp"

// Somebody else's pins stand where a store writes. Another place does as well, or the one component
// waits; nothing else is kept from going on.

using namespace engine_test;

namespace {

const std::string journal_place = std::string{root} + "/journal";

void take(scene& host, const std::string& path, const std::string& with) {
  other_service other{host};
  if (with == "a map") other.pin_map(path);
  if (with == "a program") other.pin_program(path);
  if (with == "a directory") other.pin_map(path + "/theirs");
}

}  // namespace

TEST_CASE("somebody else's pin in the place of the journal stops no change", "[engine][damage]") {
  const std::string with = GENERATE("a map", "a program", "a directory");
  CAPTURE(with);
  const bool while_it_runs = GENERATE(false, true);
  CAPTURE(while_it_runs);
  three_components host;
  fake_kernel kernel{host};
  std::optional edge{open<ordered_in_place>(kernel)};
  must(edge->apply(host.old_state()));
  take(host, journal_place, with);
  if (!while_it_runs) {
    edge.reset();
    edge.emplace(open<ordered_in_place>(kernel));
    REQUIRE(must(edge->status()).problems.size() == 1);
    CHECK(must(edge->status()).problems.front().starts_with(journal_place + ": "));
  }
  must(edge->apply(host.new_state()));
  CHECK(must(edge->plan(host.new_state())).empty());
  CHECK(host.names(*edge) == names{"one", "two", "three"});
  must(edge->remove("two"));
  must(edge->remove_all());
  CHECK(host.links().empty());
  CHECK(has_pin(host, journal_place + (with == "a directory" ? "/theirs" : "")));
}

TEST_CASE("a journal in its second place is recovered from as in the first", "[engine][damage]") {
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("death at call " << nth);
    three_components host;
    fake_kernel kernel{host};
    bool struck = false;
    {
      faulty_kernel faulty{kernel};
      auto edge = open<ordered_in_place>(faulty);
      must(edge.apply(host.old_state()));
      take(host, journal_place, "a map");
      faulty.arm({.what = linchpin::testing::fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(host.new_state(), 1).has_value());
      struck = faulty.struck();
    }
    if (!struck) break;
    fake_kernel next{host};
    auto edge = open<ordered_in_place>(next);
    const auto old_plan = must(edge.plan(host.old_state()));
    const auto new_plan = must(edge.plan(host.new_state()));
    CHECK(old_plan.empty() != new_plan.empty());
    must(edge.apply(host.new_state()));
    CHECK(must(edge.plan(host.new_state())).empty());
    CHECK_FALSE(has_pin(host, journal_place + "-second"));
    CHECK(has_pin(host, journal_place));
  }
}

TEST_CASE("a pin where the directory of a generation was keeps nothing from an end",
          "[engine][damage]") {
  const bool removed = GENERATE(false, true);
  CAPTURE(removed);
  three_components host;
  fake_kernel kernel{host};
  std::optional edge{open<ordered_in_place>(kernel)};
  must(edge->apply(host.old_state()));
  const auto place = two_root + "/gen-1";
  host.remove_tree(place);
  take(host, place, "a map");
  if (removed) {
    CHECK_FALSE(must(edge->remove("two")).left_alone.empty());
    CHECK(host.names(*edge) == names{"one", "three"});
  } else {
    CHECK_FALSE(must(edge->apply(host.new_state())).left_alone.empty());
    CHECK(must(edge->plan(host.new_state())).empty());
    CHECK(host.names(*edge) == names{"one", "two", "three"});
  }
  CHECK(has_pin(host, place));
  edge.reset();
  auto again = open<ordered_in_place>(kernel);
  CHECK(must(again.remove_all()).left_alone.empty() == removed);
  CHECK(host.links().empty());
  CHECK(has_pin(host, place));
}

TEST_CASE("what is unfinished waits in memory while both places for it are taken",
          "[engine][damage]") {
  three_components host;
  fake_kernel kernel{host};
  stubborn_kernel stubborn{kernel};
  auto edge = open<ordered_in_place>(stubborn);
  must(edge.apply(host.old_state()));
  take(host, two_root + "/unfinished", "a map");
  take(host, two_root + "/unfinished-second", "a program");
  stubborn.refuse(verb::remove_pin, "/two/gen-1/", EIO);
  static_cast<void>(edge.apply(host.new_state()).has_value());
  for (int i = 0; i < 2; ++i) {
    const auto status = must(edge.status());
    CHECK(speaks_of_the_change(status_of(edge, "two").problems));
    CHECK(status_of(edge, "one").problems.empty());
    CHECK(must(edge.plan(host.new_state())).empty());
  }
  // Another transaction that is cut short makes the service look anew at everything.
  stubborn.refuse(verb::remove_pin, "/three/gen-2/", EIO);
  stubborn.refuse(verb::remove_pin, "/journal", EIO);
  static_cast<void>(edge.remove("three").has_value());
  CHECK_FALSE(edge.status());
  stubborn.relent();
  stubborn.refuse(verb::remove_pin, "/two/gen-1/", EIO);
  CHECK(speaks_of_the_change(status_of(edge, "two").problems));
  stubborn.relent();
  must(edge.status());
  auto desired = host.new_state();
  desired.pop_back();
  CHECK(must(edge.plan(desired)).empty());
  CHECK(host.names(edge) == names{"one", "two"});
  CHECK_FALSE(speaks_of_the_change(status_of(edge, "two").problems));
}

TEST_CASE("others' names that come while a service runs are told of as after a restart",
          "[engine][damage]") {
  three_components host;
  fake_kernel kernel{host};
  std::optional edge{open<ordered_in_place>(kernel)};
  must(edge->apply(host.old_state()));
  REQUIRE(must(edge->status()).healthy());
  for (const auto* const name : {"/link-7", "/gen-9/map-x"}) {
    take(host, two_root + name, "a map");
    CAPTURE(name);
    REQUIRE(status_of(*edge, "two").problems.size() == 1);
    const auto told = status_of(*edge, "two").problems;
    edge.reset();
    edge.emplace(open<ordered_in_place>(kernel));
    CHECK(status_of(*edge, "two").problems == told);
    host.remove_tree(two_root + name);
    host.remove_tree(two_root + "/gen-9");
    CHECK(must(edge->status()).healthy());
  }
}

TEST_CASE("a directory that is put back while a service runs is not started over",
          "[engine][damage]") {
  three_components host;
  fake_kernel kernel{host};
  std::optional edge{open<ordered_in_place>(kernel)};
  must(edge->apply(host.old_state()));
  const auto released = must(edge->release("two"));
  must(host.rename_path(released, two_root));
  const auto ran = host.run(host.ingress("eth0"));
  const auto report = must(edge->apply(host.new_state()));
  REQUIRE(report.held_back.size() == 1);
  CHECK(report.held_back.front().find(two_root + "/record") != std::string::npos);
  CHECK(report.loaded == 2);
  CHECK(host.run(host.ingress("eth0")).size() == ran.size());
  edge.reset();
  edge.emplace(open<ordered_in_place>(kernel));
  must(edge->apply(host.new_state()));
  CHECK(host.run(host.ingress("eth0")).size() == ran.size());
  check_settled(*edge, host.new_state());
}

TEST_CASE("a pin where the directory of a component was costs that component", "[engine][damage]") {
  three_components host;
  fake_kernel kernel{host};
  std::optional edge{open<ordered_in_place>(kernel)};
  must(edge->apply(host.old_state()));
  host.remove_tree(two_root);
  take(host, two_root, "a map");
  must(edge->remove("two"));
  must(edge->status());
  edge.reset();
  edge.emplace(open<ordered_in_place>(kernel));
  CHECK(host.names(*edge) == names{"one", "three"});
  auto desired = host.new_state();
  desired.erase(desired.begin() + 1);
  must(edge->apply(desired));
  CHECK(must(edge->plan(desired)).empty());
  CHECK(has_pin(host, two_root));
}
