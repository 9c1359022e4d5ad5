// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "scene.hpp"

// A policy of each slot that refuses: the plan is refused, with its name and its reason, and nothing
// was tried.

using namespace engine_test;
using linchpin::decision;
using linchpin::errc;
using linchpin::outcome;
using linchpin::refusal;

namespace {

struct never_placed {
  static constexpr std::string_view policy_id = "order.never_placed/1";
  static constexpr bool observes = true;

  [[nodiscard]] decision<linchpin::placement> place(const linchpin::program_view& self,
                                                    std::span<const linchpin::chain_member>,
                                                    std::optional<std::size_t>) const {
    return refusal{"no place for " + std::string{self.program}};
  }
};
struct at_most_40 {
  static constexpr std::string_view policy_id = "sizing.at_most_40/1";

  [[nodiscard]] decision<linchpin::map_shape> size(const linchpin::map_view& declared,
                                                   const linchpin::machine_view&) const {
    if (declared.max_entries > 40) {
      return refusal{std::to_string(declared.max_entries) + " entries, and 40 are allowed"};
    }
    return linchpin::map_shape{declared.max_entries, declared.flags};
  }
};
struct never_updated {
  static constexpr std::string_view policy_id = "update.never/1";

  [[nodiscard]] decision<linchpin::update_method> choose(const linchpin::hook_view& hook) const {
    return refusal{std::string{hook.family} + " is frozen until Monday"};
  }
};
struct never_carried {
  static constexpr std::string_view policy_id = "carry.never/1";

  [[nodiscard]] decision<linchpin::carry_method> choose(const linchpin::carry_view&) const {
    return refusal{};
  }
};
struct nothing_stays {
  static constexpr std::string_view policy_id = "lifetime.nothing_stays/1";

  [[nodiscard]] decision<linchpin::lifetime_kind> choose(std::string_view component) const {
    return refusal{std::string{component} + " has no owner"};
  }
};

struct refusing_order : ordered {
  using attach_order = never_placed;
};
struct refusing_sizing : ordered {
  using map_sizing = at_most_40;
};
struct refusing_update : ordered {
  using update_strategy = never_updated;
};
struct refusing_carry : ordered {
  using map_carry = never_carried;
};
struct refusing_lifetime : ordered {
  using lifetime = nothing_stays;
};

// Plans under a policy that refuses, over what other policies left running.
template <class Policies>
linchpin::error told_by(machine& host, const std::vector<linchpin::desired_component>& running,
                        const std::vector<linchpin::desired_component>& wanted) {
  fake_kernel kernel{host};
  if (!running.empty()) must(open(kernel).apply(running));
  const auto before = host.text();
  auto edge = open<Policies>(kernel);
  kernel.reset_calls();
  auto told = refused(edge.plan(wanted));
  INFO(told.message());
  CHECK(told.is(errc::refused));
  CHECK(told.is(outcome::nothing_tried));
  CHECK(kernel.calls().writes() == 0);
  return told;
}

}  // namespace

TEST_CASE("what an order policy refuses is refused by the plan", "[engine][policy][refusal]") {
  machine host;
  const auto told = told_by<refusing_order>(host, {}, {guide()});
  CHECK(told.subject() == "tcx_ingress eth0: component guide, program guide_in");
  CHECK(told.expected() == "an order of the chain, from order.never_placed/1");
  CHECK(told.found() == "no place for guide_in");
}

TEST_CASE("what a sizing policy refuses is refused by the plan", "[engine][policy][refusal]") {
  machine host;
  const auto told = told_by<refusing_sizing>(host, {}, {guard()});
  CHECK(told.subject() == "component guard, map flows");
  CHECK(told.expected() == "a size for the map, from sizing.at_most_40/1");
  CHECK(told.found() == "64 entries, and 40 are allowed");
}

TEST_CASE("what an update policy refuses is refused by the plan", "[engine][policy][refusal]") {
  machine host;
  const auto told = told_by<refusing_update>(host, {guide()}, {guide(bpf_objects::guide_v2())});
  CHECK(told.subject() == "component guide, tcx_ingress eth0");
  CHECK(told.found() == "tcx_ingress is frozen until Monday");
}

TEST_CASE("what a carry policy refuses is refused by the plan, also without a reason",
          "[engine][policy][refusal]") {
  machine host;
  const auto told = told_by<refusing_carry>(host, {guard()}, {guard(bpf_objects::guard_v2())});
  CHECK(told.subject() == "component guard, map flows");
  CHECK(told.expected() == "what becomes of the map's contents, from carry.never/1");
  CHECK(told.found() == "a refusal without a reason");
}

TEST_CASE("what a lifetime policy refuses is refused by the plan", "[engine][policy][refusal]") {
  machine host;
  const auto told = told_by<refusing_lifetime>(host, {}, {guide()});
  CHECK(told.subject() == "component guide");
  CHECK(told.found() == "guide has no owner");
}

TEST_CASE("a refusal about one component leaves what runs of all", "[engine][policy][refusal]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open<refusing_sizing>(kernel);
  must(edge.apply({guide()}));
  const auto told = refused(edge.apply({guide(bpf_objects::guide_v2()), guard()}));
  CHECK(told.is(errc::refused));
  CHECK(told.still_running() == "guide generation 1, as before");
}
