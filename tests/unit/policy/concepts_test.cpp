// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "archetypes.hpp"

#include <linchpin/engine/component.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/xdp.hpp>
#include <linchpin/policy/lift.hpp>
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace linchpin;

// Each archetype satisfies its slot; each counter-archetype below lacks one thing and does not.
static_assert(order_policy<archetype::order>);
static_assert(sizing_policy<archetype::sizing>);
static_assert(update_policy<archetype::update>);
static_assert(carry_policy<archetype::carry>);
static_assert(lifetime_policy<archetype::lifetime>);
static_assert(recovery_policy<archetype::recovery>);
static_assert(fallback_policy<archetype::fallback>);
static_assert(drift_policy<archetype::drift>);
static_assert(policy_set<archetype::policies>);

namespace {

// What every slot asks for, taken away from any archetype.
template <class Archetype>
struct without_copy : Archetype {
  without_copy(const without_copy&) = delete;
};
template <class Archetype>
struct with_numeric_id : Archetype {
  static constexpr int policy_id = 1;
};
template <class Archetype>
class with_private_id : public Archetype {
  static constexpr const char* policy_id = "hidden";
};

template <template <class> class Lacking>
constexpr bool refused_in_every_slot =
    !order_policy<Lacking<archetype::order>> && !sizing_policy<Lacking<archetype::sizing>> &&
    !update_policy<Lacking<archetype::update>> && !carry_policy<Lacking<archetype::carry>> &&
    !lifetime_policy<Lacking<archetype::lifetime>> &&
    !recovery_policy<Lacking<archetype::recovery>> &&
    !fallback_policy<Lacking<archetype::fallback>>;

static_assert(refused_in_every_slot<without_copy>);
static_assert(refused_in_every_slot<with_numeric_id>);
static_assert(refused_in_every_slot<with_private_id>);

// An archetype that only inherits still satisfies its slot: what refuses the above is what they
// take away, not the deriving.
template <class Archetype>
struct untouched : Archetype {};
static_assert(order_policy<untouched<archetype::order>>);
static_assert(sizing_policy<untouched<archetype::sizing>>);
static_assert(fallback_policy<untouched<archetype::fallback>>);

namespace order_without {
using members = std::span<const chain_member>;
using position = std::optional<std::size_t>;
struct observes_flag {
  static constexpr const char* policy_id = "x";
  placement place(const program_view&, members, position) const noexcept { return {}; }
};
struct decision {
  static constexpr const char* policy_id = "x";
  [[maybe_unused]] static constexpr bool observes = true;
};
struct noexcept_decision : decision {
  placement place(const program_view&, members, position) const { return {}; }
};
struct const_decision : decision {
  placement place(const program_view&, members, position) noexcept { return {}; }
};
struct placement_result : decision {
  placement::kind place(const program_view&, members, position) const noexcept { return {}; }
};
struct current_position : decision {
  placement place(const program_view&, members) const noexcept { return {}; }
};
}  // namespace order_without
static_assert(!order_policy<order_without::observes_flag>);
static_assert(!order_policy<order_without::decision>);
static_assert(!order_policy<order_without::noexcept_decision>);
static_assert(!order_policy<order_without::const_decision>);
static_assert(!order_policy<order_without::placement_result>);
static_assert(!order_policy<order_without::current_position>);

// A policy about the whole says what an archetype about one thing does not: it refuses, or all of it.
namespace about_the_whole {
struct id {
  static constexpr const char* policy_id = "x";
  static constexpr bool observes = true;
};
struct order : id {
  linchpin::decision<arrangement> arrange(const chain_view&) const { return arrangement{}; }
};
struct plain_order : id {
  arrangement arrange(const chain_view&) const { return {}; }
};
struct sizing : id {
  linchpin::decision<std::vector<map_shape>> sizes(const sizing_view&) const {
    return refusal{"no"};
  }
};
struct update : id {
  linchpin::decision<std::vector<update_choice>> choose_all(const upgrade_view&) const {
    return refusal{"no"};
  }
};
// About one thing and about the whole: the whole counts.
struct both : linchpin::order::append {
  linchpin::decision<arrangement> arrange(const chain_view&) const { return refusal{"whole"}; }
};
}  // namespace about_the_whole
static_assert(order_policy<about_the_whole::order>);
static_assert(!order_policy<about_the_whole::plain_order>);
static_assert(sizing_policy<about_the_whole::sizing>);
static_assert(update_policy<about_the_whole::update>);
static_assert(std::same_as<decltype(lift(order::append{})), order::by_place<order::append>>);
static_assert(std::same_as<decltype(lift(about_the_whole::order{})), about_the_whole::order>);
static_assert(std::same_as<decltype(lift(about_the_whole::both{})), about_the_whole::both>);
static_assert(
    std::same_as<decltype(lift(archetype::sizing{1})), sizing::each_map<archetype::sizing>>);

namespace sizing_without {
struct decision {
  static constexpr const char* policy_id = "x";
};
struct noexcept_decision : decision {
  map_shape size(const map_view&, const machine_view&) const { return {}; }
};
struct const_decision : decision {
  map_shape size(const map_view&, const machine_view&) noexcept { return {}; }
};
struct shape_result : decision {
  std::uint32_t size(const map_view&, const machine_view&) const noexcept { return 0; }
};
struct machine : decision {
  map_shape size(const map_view&) const noexcept { return {}; }
};
}  // namespace sizing_without
static_assert(!sizing_policy<sizing_without::decision>);
static_assert(!sizing_policy<sizing_without::noexcept_decision>);
static_assert(!sizing_policy<sizing_without::const_decision>);
static_assert(!sizing_policy<sizing_without::shape_result>);
static_assert(!sizing_policy<sizing_without::machine>);

// The slots with one `choose(view)` differ only in what they see and say.
template <class View, class Decision>
struct choose_without {
  struct decision {
    static constexpr const char* policy_id = "x";
  };
  struct noexcept_decision : decision {
    Decision choose(View) const { return {}; }
  };
  struct const_decision : decision {
    Decision choose(View) noexcept { return {}; }
  };
  struct decision_result : decision {
    int choose(View) const noexcept { return 0; }
  };
  struct view : decision {
    Decision choose() const noexcept { return {}; }
  };
};

using update_without = choose_without<const hook_view&, update_method>;
static_assert(!update_policy<update_without::decision>);
static_assert(!update_policy<update_without::noexcept_decision>);
static_assert(!update_policy<update_without::const_decision>);
static_assert(!update_policy<update_without::decision_result>);
static_assert(!update_policy<update_without::view>);

using carry_without = choose_without<const carry_view&, carry_method>;
static_assert(!carry_policy<carry_without::decision>);
static_assert(!carry_policy<carry_without::noexcept_decision>);
static_assert(!carry_policy<carry_without::const_decision>);
static_assert(!carry_policy<carry_without::decision_result>);
static_assert(!carry_policy<carry_without::view>);

using lifetime_without = choose_without<std::string_view, lifetime_kind>;
static_assert(!lifetime_policy<lifetime_without::decision>);
static_assert(!lifetime_policy<lifetime_without::noexcept_decision>);
static_assert(!lifetime_policy<lifetime_without::const_decision>);
static_assert(!lifetime_policy<lifetime_without::decision_result>);
static_assert(!lifetime_policy<lifetime_without::view>);

using recovery_without = choose_without<const failure_view&, recovery_action>;
static_assert(!recovery_policy<recovery_without::decision>);
static_assert(!recovery_policy<recovery_without::noexcept_decision>);
static_assert(!recovery_policy<recovery_without::const_decision>);
static_assert(!recovery_policy<recovery_without::decision_result>);
static_assert(!recovery_policy<recovery_without::view>);

namespace fallback_without {
using rungs = std::span<const rung_view>;
struct decision {
  static constexpr const char* policy_id = "x";
};
struct noexcept_decision : decision {
  std::optional<std::size_t> choose(const hook_view&, rungs, std::size_t) const { return {}; }
};
struct const_decision : decision {
  std::optional<std::size_t> choose(const hook_view&, rungs, std::size_t) noexcept { return {}; }
};
struct optional_result : decision {
  std::size_t choose(const hook_view&, rungs, std::size_t) const noexcept { return 0; }
};
struct from : decision {
  std::optional<std::size_t> choose(const hook_view&, rungs) const noexcept { return {}; }
};
}  // namespace fallback_without
static_assert(!fallback_policy<fallback_without::decision>);
static_assert(!fallback_policy<fallback_without::noexcept_decision>);
static_assert(!fallback_policy<fallback_without::const_decision>);
static_assert(!fallback_policy<fallback_without::optional_result>);
static_assert(!fallback_policy<fallback_without::from>);

// A set that lacks a slot, or fills it with another slot's policy, is none.
struct set_without_slot {
  using attach_order = linchpin::order::append;
};
struct set_with_order_as_sizing : default_policies {
  using map_sizing = linchpin::order::append;
};
struct set_with_carry_as_update : default_policies {
  using update_strategy = linchpin::carry::reuse;
};
static_assert(!policy_set<set_without_slot>);
static_assert(!policy_set<set_with_order_as_sizing>);
static_assert(!policy_set<set_with_carry_as_update>);
static_assert(!policy_set<int>);

}  // namespace

TEST_CASE("a set of the least demanding policies can be held and copied", "[policy]") {
  const policy_values<archetype::policies> held{
      archetype::order{0},    archetype::sizing{0},   archetype::update{0},   archetype::carry{0},
      archetype::lifetime{0}, archetype::recovery{0}, archetype::fallback{0}, archetype::drift{0}};
  const auto copy = held;
  CHECK(copy.attach_order.place({}, {}, std::nullopt).where == placement::kind::last);
}

TEST_CASE("an update policy that does not say where it works is left to the plan", "[policy]") {
  component<archetype::policies::update_strategy> any{"any", object_source{}};
  any.attach("prog", hook::xdp{"eth0"});
  CHECK(any.attachments().size() == 1);
}
