// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>
#include <linchpin/policy/detail/arrange_by_place.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

/// Adaptors that lift a policy about one thing to one about the whole. A policy set takes either;
/// these are for policies that build on another one's answer about the whole.
namespace linchpin::inline LINCHPIN_ABI {

namespace order {

/// Arranges a chain by a policy about one program. The adaptor places each program that comes,
/// in the sequence in which they were asked for; then, where the policy observes, it asks about
/// each of ours, from the lowest rank (priority, component, program) to the highest, again and
/// again until all stay where they are.
/// errors: a policy that does not come to rest is a refusal, about the program that it moved
///   last.
template <placing_policy Policy>
class by_place {
 public:
  static constexpr std::string_view policy_id = Policy::policy_id;
  /// Whether the policy wants to be asked about programs that are attached.
  static constexpr bool observes = Policy::observes;

  /// Around a policy without parameters.
  constexpr by_place()
    requires std::default_initializable<Policy>
  = default;
  /// Around a policy with parameters.
  constexpr explicit by_place(Policy policy) : policy_(std::move(policy)) {}

  /// The order that comes out.
  /// returns: each member once; or the refusal of the policy
  [[nodiscard]] decision<arrangement> arrange(const chain_view& chain) const {
    return detail::arrange_by_place(chain, policy_, observes);
  }

 private:
  [[no_unique_address]] Policy policy_{};
};

}  // namespace order

namespace sizing {

/// Sizes the maps of a plan one by one.
template <map_sizing_policy Policy>
class each_map {
 public:
  static constexpr std::string_view policy_id = Policy::policy_id;

  /// Around a policy without parameters.
  constexpr each_map()
    requires std::default_initializable<Policy>
  = default;
  /// Around a policy with parameters.
  constexpr explicit each_map(Policy policy) : policy_(std::move(policy)) {}

  /// Asks about each map, in their sequence.
  /// returns: one shape for each; or the first refusal, about its map
  [[nodiscard]] decision<std::vector<map_shape>> sizes(const sizing_view& all) const {
    std::vector<map_shape> shapes;
    shapes.reserve(all.maps.size());
    for (const map_view& map : all.maps) {
      const decision<map_shape> shape = policy_.size(map, all.machine);
      if (!shape) return refusal{shape.reason(), shapes.size()};
      shapes.push_back(*shape);
    }
    return shapes;
  }

 private:
  [[no_unique_address]] Policy policy_{};
};

}  // namespace sizing

namespace update {

/// Chooses for the hooks of a component one by one.
template <hook_update_policy Policy>
class each_hook {
 public:
  static constexpr std::string_view policy_id = Policy::policy_id;

  /// Around a policy without parameters.
  constexpr each_hook()
    requires std::default_initializable<Policy>
  = default;
  /// Around a policy with parameters.
  constexpr explicit each_hook(Policy policy) : policy_(std::move(policy)) {}

  /// Asks about each hook, in their sequence.
  /// returns: one choice for each; or the first refusal, about its hook
  [[nodiscard]] decision<std::vector<update_choice>> choose_all(const upgrade_view& all) const {
    std::vector<update_choice> choices;
    choices.reserve(all.hooks.size());
    for (const hook_view& hook : all.hooks) {
      const decision chosen = policy_.choose(hook);
      if (!chosen) return refusal{chosen.reason(), choices.size()};
      choices.emplace_back(*chosen);
    }
    return choices;
  }

 private:
  [[no_unique_address]] Policy policy_{};
};

}  // namespace update

namespace detail {

template <class Policy>
struct whole {
  using type = Policy;
};
template <placing_policy Policy>
  requires(!arranging_policy<Policy>)
struct whole<Policy> {
  using type = order::by_place<Policy>;
};
template <map_sizing_policy Policy>
  requires(!plan_sizing_policy<Policy>)
struct whole<Policy> {
  using type = sizing::each_map<Policy>;
};
template <hook_update_policy Policy>
  requires(!component_update_policy<Policy>)
struct whole<Policy> {
  using type = update::each_hook<Policy>;
};

}  // namespace detail

/// The policy about the whole that a policy of a set stands for: itself, or what an adaptor makes
/// of it.
///
/// The engine lifts each policy of a set once, when a store is opened. A policy of your own needs
/// this only to ask another one about the whole, and to build on its answer:
///
///     const auto shapes = lift(sizing::per_cpu{}).sizes(all);
///
/// ownership: the result is a copy of the policy.
template <class Policy>
[[nodiscard]] constexpr auto lift(const Policy& policy) {
  using type = typename detail::whole<Policy>::type;
  if constexpr (std::same_as<type, Policy>) {
    return policy;
  } else {
    return type{policy};
  }
}

}  // namespace linchpin
