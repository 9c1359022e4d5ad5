// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>
#include <linchpin/store/records.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI {

/// The primitive changes that a plan consists of. The numbers stand in journals, so that they
/// keep their meaning for ever.
enum class step_kind : std::uint8_t {
  /// Create the maps and load the programs; nothing is attached or pinned.
  load_generation = 1,
  /// First sweep of a map's contents into its successor.
  copy_map = 2,
  /// Pin the programs and maps of a loaded generation.
  pin_generation = 3,
  /// End an attachment whose program is attached again elsewhere: the gap.
  take_out = 4,
  /// Make a link or filter at its place in the chain, and pin it.
  attach_program = 5,
  /// Compare-and-swap of the program in one link or filter.
  swap_program = 6,
  /// Pin a link again whose pin somebody removed.
  pin_link = 7,
  /// The chain is what the plan says; for hooks without a revision.
  verify_chain = 8,
  /// Wait a grace period and sweep the copied maps a second time.
  settle_maps = 9,
  /// Wait while old and new programs run beside each other.
  let_both_run = 10,
  /// Write what a component asks for into a map of a loaded generation.
  fill_map = 11,
  /// Call the function that prepares a loaded generation.
  prepare_generation = 12,
  /// Detach a link or filter that is no longer wanted.
  end_attachment = 16,
  /// Put the current generation's program into a link that was moved.
  swap_back = 17,
  /// Unpin the programs and maps of a generation that nothing runs.
  remove_generation = 18,
  /// Record what the component is now.
  write_record = 19,
  /// Remove the record and the directory of a component.
  remove_component = 20,
  /// Record which components there are.
  write_index = 21,
};

/// Whether steps of a kind come after the commit: those are finished, never undone.
[[nodiscard]] constexpr bool after_commit(step_kind kind) noexcept {
  return kind >= step_kind::end_attachment;
}
/// Whether `step::before` is a map of the generation that `step::number` names.
[[nodiscard]] constexpr bool is_about_a_map(step_kind kind) noexcept {
  return kind == step_kind::copy_map || kind == step_kind::fill_map;
}
/// The words that a plan's text and events use for it: "attach", "take out".
[[nodiscard]] LINCHPIN_EXPORT std::string_view text(step_kind kind) noexcept;

/// "None" for the indices of a step.
inline constexpr std::uint32_t no_index = 0xffffffff;

/// One primitive change, as a value. How a kind is performed, how it is undone, and how the
/// kernel is asked about it stands in one file for each kind, src/engine/steps/.
struct step {
  /// What is to be done.
  step_kind kind{};
  /// Which of the plan's changes the step belongs to; none for a step of the plan as a whole.
  std::uint32_t change = no_index;
  /// The attachment in the record before the plan, or for copy_map and fill_map the map.
  std::uint32_t before = no_index;
  /// The attachment in the record after the plan.
  std::uint32_t after = no_index;
  /// Where to attach, as an index into the plan's places.
  std::uint32_t place = no_index;
  /// A generation; for swaps and take_out the id of a stranger's program that is to be
  /// replaced; for let_both_run microseconds.
  std::uint64_t number = 0;

  friend bool operator==(const step&, const step&) = default;
};

/// Between whom a program is attached, or stood until it was taken out.
struct step_place {
  /// The program that runs directly before it; empty for none.
  neighbour_record left;
  /// The program that runs directly after it; empty for none.
  neighbour_record right;
  /// What the chain's revision must be; 0 where the kernel keeps none.
  revision expected{};
  /// The number of a filter that is attached here; 0 where chains are not ordered by numbers, and
  /// where no plan chose one: then the kernel layer does.
  std::uint16_t tc_priority = 0;

  friend bool operator==(const step_place&, const step_place&) = default;
};

}  // namespace linchpin
