// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstring>
#include <tuple>

#include <catch2/catch_template_test_macros.hpp>

#include "narrow.hpp"

// What can be neither finished nor undone for one component costs that component: the others open,
// plan and apply, and when the kernel relents everything ends as it was planned.

using namespace engine_test;

namespace {

using updates = std::tuple<ordered_in_place, ordered_twice, ordered_with_gap>;

// What steps call that come after the commit, or that undo others.
constexpr verb verbs[] = {
    verb::detach,     verb::update,        verb::attach,           verb::pin,
    verb::open_pin,   verb::describe_link, verb::describe_program, verb::describe_map,
    verb::remove_pin, verb::list_pins,     verb::read_blob};

}  // namespace

TEMPLATE_LIST_TEST_CASE("what fails for ever for one of three components costs that one",
                        "[engine][fault][narrow]", updates) {
  const auto expected = expected_count<TestType>();
  int met = 0;
  for (const bool after_commit : {true, false}) {
    for (const auto which : verbs) {
      for (const int number : {EPERM, EIO, EBUSY, ENOMEM}) {
        INFO(linchpin::testing::verb_name(which)
             << ": " << std::strerror(number) << (after_commit ? " after" : " before")
             << " the commit");
        three_components host;
        fake_kernel first{host};
        bool stranded = false;
        {
          stubborn_kernel stubborn{first};
          stranded = strands<TestType>(host, stubborn, {which, number, after_commit});
        }
        if (!stranded) continue;
        ++met;
        fake_kernel next{host};
        stubborn_kernel stubborn{next};
        stubborn.refuse(which, below_two, number);
        auto edge = open<TestType>(stubborn);
        check_only_two(edge);
        check_the_others_change(host, edge, after_commit ? host.new_state() : host.old_state());
        stubborn.relent();
        must(edge.apply(host.new_state()));
        check_settled(edge, host.new_state());
        CHECK(host.names(edge) == names{"one", "two", "three"});
        CHECK(host.count() == expected);
      }
    }
  }
  CHECK(met > 12);
}

TEST_CASE("a death at any call while something is set aside is harmless",
          "[engine][fault][narrow]") {
  const auto expected = expected_count<ordered_twice>();
  for (const bool after_commit : {true, false}) {
    for (std::uint64_t nth = 1;; ++nth) {
      INFO("dies at call " << nth << (after_commit ? " after" : " before") << " the commit");
      three_components host;
      {
        fake_kernel first{host};
        auto edge = open<ordered_twice>(first);
        must(edge.apply(host.old_state()));
      }
      {
        // Stranded, and its journal waits.
        fake_kernel kernel{host};
        stubborn_kernel stubborn{kernel};
        auto edge = open<ordered_twice>(stubborn);
        const auto plan = must(edge.plan(host.new_state()));
        at_event strike{after_commit ? linchpin::step_event::kind::committed
                                     : linchpin::step_event::kind::failed,
                        [&] { stubborn.refuse(verb::detach, below_two, EIO); }};
        if (!after_commit) stubborn.refuse_once(verb::pin, "/three/link-", EIO);
        REQUIRE(refused(edge.apply(plan, &strike)).is(linchpin::outcome::stranded));
      }
      bool struck = false;
      {
        fake_kernel kernel{host};
        faulty_kernel faulty{kernel};
        stubborn_kernel stubborn{faulty};
        stubborn.refuse(verb::detach, below_two, EIO);
        faulty.arm({.what = fault::kind::die, .nth = nth});
        static_cast<void>(
            loose_orchestrator<ordered_twice>::open(root, {.on = &stubborn}).has_value());
        struck = faulty.struck();
      }
      {
        fake_kernel kernel{host};
        stubborn_kernel stubborn{kernel};
        stubborn.refuse(verb::detach, below_two, EIO);
        auto edge = open<ordered_twice>(stubborn);
        check_only_two(edge);
      }
      fake_kernel kernel{host};
      auto edge = open<ordered_twice>(kernel);
      CHECK(must(edge.status()).healthy());
      must(edge.apply(host.new_state()));
      check_settled(edge, host.new_state());
      CHECK(host.count() == expected);
      if (!struck) break;
    }
  }
}
