// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/plan.hpp>

#include <optional>
#include <string>
#include <vector>

#include "engine/carry.hpp"
#include "engine/running.hpp"
#include "engine/variable_copy.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// One component on its way from what runs to what is planned; in the process that planned it, or
/// in one that finds the journal of a process that died.
struct component_change {
  std::string name;
  lifetime_kind lifetime = lifetime_kind::durable;
  bool stays = true;    ///< false: the component is removed
  bool is_new = false;  ///< there was nothing of it before
  /// Absent when the plan is gone: in a recovery.
  const planned_component* planned = nullptr;
  /// What is on record; absent for a new component. Undoing may give its attachments new ids.
  component_record* before = nullptr;
  /// What will be on record. Attaching gives its attachments their ids.
  component_record after;
  /// Handles of the generations of `before`; absent for a new component.
  const running_component* running = nullptr;
  /// Generations that the transaction loaded, or that a recovery opened.
  std::vector<live_generation> staged;
  /// What is recorded of them: `after` knows the current one, and not a twin.
  std::optional<generation_record> twin;
  /// Room for the generations that stay.
  std::vector<live_generation> kept;
  /// New links of an ephemeral component, parallel to after.attachments.
  std::vector<handle> links;
  std::vector<map_copy> copies;
  std::vector<variable_copy> variables;
  std::vector<std::string> record_problems;  ///< where its record could not be written
  bool before_changed = false;  ///< undoing made new links for old programs: record them
  bool may_have_run = false;    ///< while it was undone, a hook was seen to run the next generation
  bool half_undone = false;     ///< something that was taken out could not be put back

  [[nodiscard]] bool durable() const noexcept { return lifetime == lifetime_kind::durable; }
  [[nodiscard]] const live_generation* find(generation number) const noexcept;
  [[nodiscard]] const generation_record* record_of(generation number) const noexcept;
  /// The program that an attachment on record runs.
  [[nodiscard]] live_generation::program program_of(const attachment_record& record) const noexcept;
  [[nodiscard]] live_generation::program program_of(generation made_in,
                                                    std::string_view program) const noexcept;
  /// The map that an attachment on record is made at, held open; empty for other targets.
  [[nodiscard]] handle_ref map_of(const attachment_record& record) const noexcept {
    return map_at(find(record.generation), record);
  }
  /// The link of an attachment in the record before; empty for a durable component, whose links are
  /// pinned, and in a recovery.
  [[nodiscard]] handle_ref kept_link(std::uint32_t attachment) const noexcept;
  /// Whether a program is one of ours in any generation that this change knows.
  [[nodiscard]] bool owns(program_id program) const noexcept;
};

/// Drops generations that neither run nor are current: what is left is recorded when all is done.
void drop_retired(component_record& record);

}  // namespace linchpin
