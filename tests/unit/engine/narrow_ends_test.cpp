// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "narrow.hpp"

// A component whose last change is not finished: what can be asked of it, and how it ends.

using namespace engine_test;
using linchpin::errc;

TEST_CASE("a component whose change is not finished is left out of what is removed",
          "[engine][narrow]") {
  three_components host;
  leave_unfinished(host);
  fake_kernel kernel{host};
  stubborn_kernel stubborn{kernel};
  stubborn.refuse(verb::detach, below_two, EBUSY);
  auto edge = open<ordered_twice>(stubborn);
  const auto links = host.links().size();

  SECTION("by name") {
    const auto told = refused(edge.remove("two"));
    CHECK(told.is(errc::conflict));
    CHECK(told.found().find("its last change is not finished") != std::string_view::npos);
    CHECK(told.advice().find("release()") != std::string_view::npos);
    CHECK(host.links().size() == links);
  }
  SECTION("by leaving it out") {
    const std::vector rest{host.old_state()[0], host.old_state()[2]};
    const auto plan = must(edge.plan(rest));
    CHECK(plan.text().find("note: two: not asked for, but left as it is") != std::string::npos);
    must(edge.apply(plan));
    CHECK(host.links().size() == links);
    stubborn.relent();
    must(edge.apply(rest));
    CHECK(host.names(edge) == names{"one", "three"});
    check_settled(edge, rest);
  }
  SECTION("all of them") {
    const auto report = must(edge.remove_all());
    REQUIRE(report.left_alone.size() == 1);
    CHECK(report.left_alone.front().find("component two: ") == 0);
    CHECK(must(edge.status()).components.size() == 1);
    stubborn.relent();
    must(edge.remove_all());
    CHECK(host.links().empty());
    CHECK(host.programs().empty());
    CHECK(host.maps().empty());
  }
  SECTION("given up") {
    const auto kept = must(edge.release("two"));
    CHECK(has_pin(host, kept + "/unfinished"));
    CHECK(host.links().size() == links);
    CHECK(must(edge.status()).healthy());
    CHECK(must(edge.status()).components.size() == 2);
    auto again = [&] { return must(edge.plan(host.old_state())); }();
    must(edge.apply(again));
    CHECK(must(edge.status()).components.size() == 3);
  }
}

TEST_CASE("a removal that cannot be finished is finished later, and leaves no name behind",
          "[engine][narrow]") {
  const bool restarts = GENERATE(false, true);
  CAPTURE(restarts);
  three_components host;
  fake_kernel first{host};
  {
    auto edge = open<ordered_twice>(first);
    must(edge.apply(host.old_state()));
  }
  stubborn_kernel stubborn{first};
  const std::vector rest{host.old_state()[0], host.old_state()[2]};
  {
    auto edge = open<ordered_twice>(stubborn);
    stubborn.refuse(verb::detach, below_two, EPERM);
    CHECK(refused(edge.remove("two")).is(linchpin::outcome::stranded));
    check_only_two(edge);
    if (!restarts) {
      // A change that writes the list of components.
      auto more = rest;
      more.push_back(host.both("four", 4, bpf_objects::guard()));
      must(edge.apply(more));
      must(edge.apply(rest));
      stubborn.relent();
      check_settled(edge, rest);
    }
  }
  stubborn.relent();
  auto edge = open<ordered_twice>(stubborn);
  if (restarts) CHECK(edge.recovered() == "two: finished its removal");
  check_settled(edge, rest);
  CHECK(must(edge.status()).components.size() == 2);
  CHECK_FALSE(has_pin(host, two_root + "/"));
  must(edge.apply(host.old_state()));
  check_settled(edge, host.old_state());
}

TEST_CASE("a first start that cannot be undone is told of and undone later", "[engine][narrow]") {
  three_components host;
  fake_kernel kernel{host};
  stubborn_kernel stubborn{kernel};
  auto edge = open<ordered_twice>(stubborn);
  const std::vector rest{host.old_state()[0], host.old_state()[2]};
  must(edge.apply(rest));
  const auto before = host.count();
  const auto plan = must(edge.plan(host.old_state()));
  // One of its links cannot be pinned, and the other, which came first, not removed again.
  stubborn.refuse_once(verb::pin, "/two/link-0", EIO);
  stubborn.refuse(verb::detach, below_two, EIO);
  const auto told = refused(edge.apply(plan));
  INFO(told.message());
  REQUIRE(told.is(linchpin::outcome::stranded));
  check_only_two(edge);
  CHECK(must(edge.plan(rest)).empty());
  const auto held = must(edge.apply(host.old_state()));
  CHECK(held.held_back.size() == 1);
  stubborn.relent();
  CHECK(must(edge.status()).healthy());
  CHECK(edge.recovered() == "two: removed again, as before");
  CHECK(host.count() == before);
  must(edge.apply(host.old_state()));
  check_settled(edge, host.old_state());
}

TEST_CASE("what is unfinished and damaged is not lost, and adopt_again gets over it",
          "[engine][narrow][damage]") {
  three_components host;
  leave_unfinished(host);
  fake_kernel kernel{host};
  const auto path = two_root + "/unfinished";
  SECTION("a flipped bit") {
    auto bytes = *must(kernel.read_blob(path));
    bytes[bytes.size() / 2] ^= std::byte{1};
    must(kernel.write_blob(path, bytes));
    auto edge = open<ordered_twice>(kernel);
    check_only_two(edge);
    CHECK_FALSE(status_of(edge, "two").attachments.empty());
    CHECK(has_pin(host, path));
    must(edge.adopt_again("two"));
    CHECK_FALSE(has_pin(host, path));
    CHECK_FALSE(speaks_of_trouble(status_of(edge, "two").problems));
    must(edge.apply(host.new_state()));
    CHECK(must(edge.plan(host.new_state())).empty());
  }
  SECTION("somebody else's pin in its place") {
    must(kernel.remove_pin(path));
    other_service{host}.pin_map(path);
    auto edge = open<ordered_twice>(kernel);
    CHECK_FALSE(speaks_of_trouble(status_of(edge, "two").problems));
    CHECK_FALSE(status_of(edge, "two").problems.empty());
    must(edge.apply(host.new_state()));
    CHECK(has_pin(host, path));
  }
}

TEST_CASE("a change that cannot be finished is kept beside somebody else's pin",
          "[engine][narrow]") {
  three_components host;
  fake_kernel kernel{host};
  {
    auto edge = open<ordered_twice>(kernel);
    must(edge.apply(host.old_state()));
  }
  const auto path = two_root + "/unfinished";
  other_service{host}.pin_map(path);
  leave_unfinished(host);
  stubborn_kernel stubborn{kernel};
  stubborn.refuse(verb::detach, below_two, EBUSY);
  {
    auto edge = open<ordered_twice>(stubborn);
    CHECK(speaks_of_the_change(status_of(edge, "two").problems));
    CHECK(status_of(edge, "one").problems.empty());
    auto desired = host.new_state();
    must(edge.apply(desired));
  }
  CHECK(has_pin(host, path));
  auto edge = open<ordered_twice>(kernel);
  must(edge.apply(host.new_state()));
  CHECK(has_pin(host, path));
  CHECK_FALSE(has_pin(host, path + "-second"));
  CHECK(must(edge.plan(host.new_state())).empty());
}

TEST_CASE("a component of which only somebody else's pin is left can be started again",
          "[engine][narrow][damage]") {
  three_components host;
  fake_kernel kernel{host};
  {
    auto edge = open<ordered_twice>(kernel);
    must(edge.apply(host.old_state()));
    other_service{host}.pin_map(two_root + "/link-7");
    must(edge.remove("two"));
  }
  CHECK(has_pin(host, two_root + "/link-7"));
  auto edge = open<ordered_twice>(kernel);
  CHECK(must(edge.status()).components.size() == 2);
  must(edge.apply(host.old_state()));
  CHECK(has_pin(host, two_root + "/link-7"));
  CHECK(host.names(edge) == names{"one", "two", "three"});
}
