// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/decision.hpp>
#include <linchpin/policy/views.hpp>

#include <concepts>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

/// One concept for each slot of a policy set.
///
/// Common to all: a policy is a copyable value that may carry parameters; every decision is a const
/// member without I/O. One that returns the plain answer is noexcept. One that may refuse returns
/// `decision<answer>`, and throws nothing but std::bad_alloc. `policy_id` names it and the version
/// of its meaning ("order.priority/1") and is recorded in the manifest, so that a restart with
/// another policy is seen. What it sees is borrowed for the length of the call.
///
/// A policy is asked while a plan is made, and never while it is carried out; only `recovery` is
/// asked then. A refusal refuses the plan: nothing was tried, and the error names the policy, what
/// it was
/// asked about, and its reason. The same question gets the same answer: a plan that was overtaken
///   is made again, and must come out the same over the same machine.
///
/// Where a slot decides about several things at once, its policy may speak about the whole or about
/// one of them; `policy/lift.hpp` makes the first of the second.
namespace linchpin::inline LINCHPIN_ABI {

/// What all policies have in common: they can be copied, and have a `policy_id`.
template <class T>
concept policy = std::copy_constructible<T> && requires {
  { T::policy_id } -> std::convertible_to<std::string_view>;
};

namespace detail {
// A plain answer of a function that does not throw, or a decision.
template <class Answer, class T, bool noexcept_>
concept decides = answers_with<Answer, T> && (noexcept_ || !std::same_as<Answer, T>);
}  // namespace detail

/// An order policy about one program.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `T::observes` | bool constant | look at the chain of attached programs too, not only when attaching |
/// | `p.place(self, others, current)` | placement, or a decision of one | where `self` is to stand among `others` (run order, without self and what the same apply ends); `current` is how many of them run before it, absent while it is not attached |
///
/// asked: for each program that comes, in the sequence in which they were asked for; where it
///   observes, then for each of ours that may move, until all stay, at most as many times round as
///   there are programs and two.
/// may answer: `stay` only where `current` is there; an index below the number of others.
/// must not: answer otherwise where nothing changed, or two programs of ours move round and round.
template <class T>
concept placing_policy = policy<T> && requires(const T& p, const program_view& self,
                                               std::span<const chain_member> others,
                                               std::optional<std::size_t> current) {
  requires detail::decides<decltype(p.place(self, others, current)), placement,
                           noexcept(p.place(self, others, current))>;
};

/// An order policy about a whole chain.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `T::observes` | bool constant | whether it is asked about chains too where none of ours comes |
/// | `p.arrange(chain)` | decision<arrangement> | the run order of all members |
///
/// asked: for each hook where one of ours comes, or, where it observes, stands and may change; at a
///   hook that takes several programs and whose chain can be looked at. Once about the chain; again
///   only about another chain: orders that can be had where the kernel cannot give its own, which
///   it has to leave alone, and the same without `fixed` where it refused, to tell who is in the
///   way.
/// may answer: each member once; strangers and who is `fixed` in their order. Where it does not
///   observe, who stands keeps its order too.
/// must not: rearrange its own arrangement.
template <class T>
concept arranging_policy = policy<T> && requires(const T& p, const chain_view& chain) {
  { p.arrange(chain) } -> std::same_as<decision<arrangement>>;
};

namespace detail {
// What a concept looks at: the policy itself, or, where it speaks about the whole, something that
// speaks about one thing. An "or" of two concepts would hide from a compiler's message what is
// missing.
struct places_one {
  static constexpr std::string_view policy_id = "order.places_one/1";
  [[nodiscard]] placement place(const program_view&, std::span<const chain_member>,
                                std::optional<std::size_t>) const noexcept;
};
template <class T>
using about_one_program = std::conditional_t<arranging_policy<T>, places_one, T>;
}  // namespace detail

/// The order in which our programs run among others at the same hook.
template <class T>
concept order_policy = placing_policy<detail::about_one_program<T>> && requires {
  { T::observes } -> std::convertible_to<bool>;
};

/// A sizing policy about one map.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.size(declared, machine)` | map_shape, or a decision of one | max_entries and flags to create the map with |
template <class T>
concept map_sizing_policy =
    policy<T> && requires(const T& p, const map_view& declared, const machine_view& machine) {
      requires detail::decides<decltype(p.size(declared, machine)), map_shape,
                               noexcept(p.size(declared, machine))>;
    };

/// A sizing policy about all maps of a plan.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.sizes(all)` | decision<std::vector<map_shape>> | a shape for each map, in their sequence |
template <class T>
concept plan_sizing_policy = policy<T> && requires(const T& p, const sizing_view& all) {
  { p.sizes(all) } -> std::same_as<decision<std::vector<map_shape>>>;
};

namespace detail {
struct sizes_one {
  static constexpr std::string_view policy_id = "sizing.sizes_one/1";
  [[nodiscard]] map_shape size(const map_view&, const machine_view&) const noexcept;
};
template <class T>
using about_one_map = std::conditional_t<plan_sizing_policy<T>, sizes_one, T>;
}  // namespace detail

/// The size and flags that maps are created with.
///
/// asked: once for each plan, about every map of every component asked for that can change now,
///   also where its generation already runs: another answer than before is a new generation.
/// may answer: a size and flags that the map's type takes; another is an error of the plan that
///   names the policy. An answer for a map with `size_asked` counts for its flags alone.
template <class T>
concept sizing_policy = map_sizing_policy<detail::about_one_map<T>>;

namespace detail {
template <class Answer>
using update_answer =
    std::conditional_t<answers_with<Answer, update_choice>, update_choice, update_method>;
}  // namespace detail

/// An update policy about one hook.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.choose(hook)` | update_method or update_choice, or a decision of one | how this hook goes from one generation to the next |
template <class T>
concept hook_update_policy = policy<T> && requires(const T& p, const hook_view& hook) {
  requires detail::decides<decltype(p.choose(hook)),
                           detail::update_answer<decltype(p.choose(hook))>,
                           noexcept(p.choose(hook))>;
};

/// An update policy about a component.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.choose_all(component)` | decision<std::vector<update_choice>> | a choice for each hook, in their sequence |
template <class T>
concept component_update_policy = policy<T> && requires(const T& p, const upgrade_view& all) {
  { p.choose_all(all) } -> std::same_as<decision<std::vector<update_choice>>>;
};

namespace detail {
struct updates_one {
  static constexpr std::string_view policy_id = "update.updates_one/1";
  [[nodiscard]] update_method choose(const hook_view&) const noexcept;
};
template <class T>
using about_one_hook = std::conditional_t<component_update_policy<T>, updates_one, T>;
}  // namespace detail

/// How the hooks of a component go from one generation to the next, and how one of its programs
/// goes from one place in a chain to another.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `T::template works_at<Hook>` | bool constant, may be absent | whether that can work at hooks of a type; used where types tell at compile time |
///
/// asked: once for each component of which something is upgraded or moves, about all hooks where it
///   runs and goes on running. Two programs at one hook are one question.
/// may answer: `in_place` where the hook can be updated, `make_before_break` where it holds several
///   programs, `recreate` anywhere; another is an error of the plan that names the policy.
template <class T>
concept update_policy = hook_update_policy<detail::about_one_hook<T>>;

/// What becomes of a running map's contents.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.choose(maps)` | carry_method, or a decision of one | how the running map's contents reach its successor |
///
/// asked: once for each map of a new generation that the running one has too and for which the
///   component says nothing itself, or to which variables move; not .rodata, .kconfig and tail-call arrays.
/// may answer: `reuse` where the layouts agree, `copy` where the entries do and can be read and
///   written one by one; another is an error of the plan that names what differs. For .data and .bss
///   both mean that each variable keeps its value in a map of the new generation's own.
template <class T>
concept carry_policy = policy<T> && requires(const T& p, const carry_view& maps) {
  requires detail::decides<decltype(p.choose(maps)), carry_method, noexcept(p.choose(maps))>;
};

/// What outlives the process.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.choose(component)` | lifetime_kind, or a decision of one | by component name |
///
/// asked: once for each component of a plan. may answer: for one that runs, what it was started
///   with; another is an error of the plan.
template <class T>
concept lifetime_policy = policy<T> && requires(const T& p, std::string_view component) {
  requires detail::decides<decltype(p.choose(component)), lifetime_kind,
                           noexcept(p.choose(component))>;
};

/// What to do about a step that failed.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.choose(failed)` | recovery_action or recovery_answer, noexcept | undo everything, try again after a while, or go on without the component |
///
/// asked: each time a step fails before the commit; never about what is undone or finished.
/// may answer: `retry` where `retryable`, for at most 16 attempts; it counts as `roll_back`
///   otherwise.
template <class T>
concept recovery_policy = policy<T> && requires(const T& p, const failure_view& failed) {
  { p.choose(failed) } noexcept;
  requires std::same_as<decltype(p.choose(failed)), recovery_action> ||
               std::same_as<decltype(p.choose(failed)), recovery_answer>;
};

/// Which kernel interface serves a hook.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.choose(hook, rungs, from)` | optional index, noexcept; or a decision of an index | the way to use, at or after `from` |
///
/// asked: for each hook where one of ours is attached anew, first with `from` 0, then behind each
///   answer, until it has none: the ways that are tried in turn where one turns out not to be
///   supported.
/// may answer: a way at or after `from` that is not known to be missing. No answer, or a refusal,
///   for `from` 0 is an error of the plan; otherwise it ends the list.
template <class T>
concept fallback_policy =
    policy<T> && requires(const T& p, const hook_view& hook, std::span<const rung_view> rungs,
                          std::size_t from) {
      requires(std::same_as<decltype(p.choose(hook, rungs, from)), std::optional<std::size_t>> &&
               noexcept(p.choose(hook, rungs, from))) ||
                  std::same_as<decltype(p.choose(hook, rungs, from)), decision<std::size_t>>;
    };

/// What to do about one hook that somebody else changed.
///
/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.choose(found)` | drift_action, or a decision of one | take it back, leave it so as a problem, or as none |
///
/// asked: once for each plan about each such hook that is asked for, and by `status`.
template <class T>
concept drift_policy = policy<T> && requires(const T& p, const drift_view& found) {
  requires detail::decides<decltype(p.choose(found)), drift_action, noexcept(p.choose(found))>;
};

/// A struct of nested types, one for each slot. Derive from `default_policies` and override what
/// you want otherwise.
template <class T>
concept policy_set =
    order_policy<typename T::attach_order> && sizing_policy<typename T::map_sizing> &&
    update_policy<typename T::update_strategy> && carry_policy<typename T::map_carry> &&
    lifetime_policy<typename T::lifetime> && recovery_policy<typename T::recovery> &&
    fallback_policy<typename T::fallback> && drift_policy<typename T::drift>;

}  // namespace linchpin
