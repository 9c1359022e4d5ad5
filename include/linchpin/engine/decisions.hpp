// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>
#include <linchpin/policy/policy_values.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// The slots of a policy set, in the order in which their ids are recorded. What each of them
/// decides stands at its concept in policy/concepts.hpp.
enum class slot : std::uint8_t {
  attach_order,
  map_sizing,
  update_strategy,
  map_carry,
  lifetime,
  recovery,
  fallback,
  drift
};
/// How many slots there are.
inline constexpr std::size_t slot_count = 8;

/// The `policy_id` of the policy in each slot; an empty one says nothing about its slot.
using policy_ids = std::array<std::string, slot_count>;

/// A policy set behind one table of virtual functions, so that the engine is compiled once and
/// not for each policy set.
///
/// Services never write one: `orchestrator<P>::open` makes it from `P`.
/// ownership: borrowed by the planner; the orchestrator owns it.
/// threads: one thread at a time.
class LINCHPIN_EXPORT decisions {
 public:
  decisions() = default;
  decisions(const decisions&) = delete;
  decisions& operator=(const decisions&) = delete;
  virtual ~decisions() = default;

  /// The recorded id of the policy in a slot: "order.priority/1".
  [[nodiscard]] virtual std::string_view id(slot which) const noexcept = 0;
  /// Whether the order policy wants to look at chains also where none of ours is attached anew.
  [[nodiscard]] virtual bool observes_order() const noexcept = 0;
  /// The run order of a whole chain.
  /// returns: each member of the chain once; or a refusal
  [[nodiscard]] virtual decision<arrangement> arrange(const chain_view& chain) const = 0;
  /// The sizes and flags of all maps of a plan.
  /// returns: one shape for each map, in their sequence; or a refusal
  [[nodiscard]] virtual decision<std::vector<map_shape>> sizes(const sizing_view& all) const = 0;
  /// How the hooks of one component go to its next generation.
  /// returns: one choice for each hook, in their sequence; or a refusal
  [[nodiscard]] virtual decision<std::vector<update_choice>> update(
      const upgrade_view& all) const = 0;
  /// How the contents of one running map reach its successor.
  [[nodiscard]] virtual decision<carry_method> carry(const carry_view& maps) const = 0;
  /// Whether a component outlives the process.
  [[nodiscard]] virtual decision<lifetime_kind> lifetime(std::string_view component) const = 0;
  /// What to do about a step that failed. The only decision that is asked for while a plan is
  /// carried out.
  [[nodiscard]] virtual recovery_answer recover(const failure_view& failed) const noexcept = 0;
  /// Which of the ways to realise a hook to use.
  /// \param from the first way that may be chosen; those before it were tried
  /// returns: an index into `rungs`; or a refusal, without a reason where the policy gave none
  [[nodiscard]] virtual decision<std::size_t> rung(const hook_view& hook,
                                                   std::span<const rung_view> rungs,
                                                   std::size_t from) const = 0;
  /// What to do about a hook of ours that somebody else changed.
  [[nodiscard]] virtual decision<drift_action> drift(const drift_view& found) const = 0;
};

namespace detail {

/// By slot.
template <policy_set Policies>
inline constexpr std::array<std::string_view, slot_count> policy_id_of{
    Policies::attach_order::policy_id,    Policies::map_sizing::policy_id,
    Policies::update_strategy::policy_id, Policies::map_carry::policy_id,
    Policies::lifetime::policy_id,        Policies::recovery::policy_id,
    Policies::fallback::policy_id,        Policies::drift::policy_id,
};

}  // namespace detail

/// How the policies of a set are named in records and texts.
template <policy_set Policies>
[[nodiscard]] policy_ids ids_of() {
  policy_ids ids;
  for (std::size_t i = 0; i < slot_count; ++i) ids[i] = detail::policy_id_of<Policies>[i];
  return ids;
}

}  // namespace linchpin
