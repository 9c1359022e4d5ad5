// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/decision.hpp>
#include <linchpin/policy/views.hpp>

#include <concepts>
#include <optional>
#include <span>
#include <string_view>

/// One concept for each slot of a policy set.
///
/// Common to all: a policy is a copyable value that may carry parameters; every decision is a const
/// member without I/O. One that returns the plain answer is noexcept. One that may refuse returns
/// `decision<answer>`, and throws nothing but std::bad_alloc. `policy_id` names it and the version of its
/// meaning ("order.priority/1") and is recorded in the manifest, so that a restart with another
/// policy is seen.
namespace linchpin {

template <class T>
concept policy = std::copy_constructible<T> && requires {
  { T::policy_id } -> std::convertible_to<std::string_view>;
};

namespace detail {
// A plain answer of a function that does not throw, or a decision.
template <class Answer, class T, bool noexcept_>
concept decides = answers_with<Answer, T> && (noexcept_ || !std::same_as<Answer, T>);
}  // namespace detail

/// | expression | returns | meaning |
/// |---|---|---|
/// | `T::observes` | bool constant | look at the chain of attached programs too, not only when attaching |
/// | `p.place(self, others, current)` | placement, or a decision of one | where `self` is to stand among `others` (run order, without self and what the same apply ends); `current` is how many of them run before it, absent while it is not attached |
template <class T>
concept order_policy = policy<T> && requires(const T& p, const program_view& self,
                                             std::span<const chain_member> others,
                                             std::optional<std::size_t> current) {
  { T::observes } -> std::convertible_to<bool>;
  requires detail::decides<decltype(p.place(self, others, current)), placement,
                           noexcept(p.place(self, others, current))>;
};

/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.size(declared, machine)` | map_shape, or a decision of one | max_entries and flags to create the map with |
template <class T>
concept sizing_policy =
    policy<T> && requires(const T& p, const map_view& declared, const machine_view& machine) {
      requires detail::decides<decltype(p.size(declared, machine)), map_shape,
                               noexcept(p.size(declared, machine))>;
    };

/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.choose(hook)` | update_method, or a decision of one | how this hook goes from one generation to the next |
/// | `T::template works_at<Hook>` | bool constant | whether that can work at hooks of a type; used where types tell at compile time |
template <class T>
concept update_policy = policy<T> && requires(const T& p, const hook_view& hook) {
  requires detail::decides<decltype(p.choose(hook)), update_method, noexcept(p.choose(hook))>;
};

/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.choose(maps)` | carry_method, or a decision of one | how the running map's contents reach its successor |
template <class T>
concept carry_policy = policy<T> && requires(const T& p, const carry_view& maps) {
  requires detail::decides<decltype(p.choose(maps)), carry_method, noexcept(p.choose(maps))>;
};

/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.choose(component)` | lifetime_kind, or a decision of one | what outlives the process, by component name |
template <class T>
concept lifetime_policy = policy<T> && requires(const T& p, std::string_view component) {
  requires detail::decides<decltype(p.choose(component)), lifetime_kind,
                           noexcept(p.choose(component))>;
};

/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.choose(failed)` | recovery_action or recovery_answer | what to do about a failed step; asked once each time a step fails |
template <class T>
concept recovery_policy = policy<T> && requires(const T& p, const failure_view& failed) {
  { p.choose(failed) } noexcept;
  requires std::same_as<decltype(p.choose(failed)), recovery_action> ||
               std::same_as<decltype(p.choose(failed)), recovery_answer>;
};

/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.choose(hook, rungs, from)` | optional index | the rung to use, at or after `from`; absent refuses. `from` is above 0 after an attach through an earlier rung was answered with "not supported" |
template <class T>
concept fallback_policy =
    policy<T> && requires(const T& p, const hook_view& hook, std::span<const rung_view> rungs,
                          std::size_t from) {
      { p.choose(hook, rungs, from) } noexcept -> std::same_as<std::optional<std::size_t>>;
    };

/// | expression | returns | meaning |
/// |---|---|---|
/// | `p.choose(found)` | drift_action, or a decision of one | what to do about one hook that somebody else changed; asked once for each plan, and by `status` |
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
