// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/apply_report.hpp>
#include <linchpin/engine/plan.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/carry.hpp"
#include "engine/ending.hpp"
#include "engine/running.hpp"

namespace linchpin {

/// One component on its way from what runs to what is planned.
struct passage {
  const planned_component* planned = nullptr;  ///< null: the component is removed
  running_component* before = nullptr;         ///< null: it is new
  lifetime_kind lifetime = lifetime_kind::durable;
  component_record next;         ///< empty for a removed one
  std::vector<handle> programs;  ///< of the new generation, parallel to next.programs
  std::vector<handle> maps;      ///< likewise; empty where nothing is built
  std::vector<handle> links;     ///< new ones, parallel to next.attachments; empty if durable
  std::vector<map_copy> copies;
  /// Every attachment stays as it is on record: `next` has none of its own until it takes over. There
  /// may be thousands, and an upgrade in place changes only what they run.
  bool same_places = false;
  bool pinning = false;  ///< the new generation's directory may hold pins of ours

  [[nodiscard]] bool builds() const noexcept { return planned != nullptr && planned->builds(); }
  [[nodiscard]] bool durable() const noexcept { return lifetime == lifetime_kind::durable; }
  [[nodiscard]] std::string_view name() const noexcept;
  [[nodiscard]] const attachment_record& place(std::size_t attachment) const noexcept {
    return (same_places ? before->record : next).attachments[attachment];
  }
  /// Moves the attachments that stay between the running record and the next.
  void swap_places() noexcept {
    if (same_places) next.attachments.swap(before->record.attachments);
  }
  /// The program as the planned state has it.
  [[nodiscard]] handle_ref program(std::string_view wanted) const noexcept;
  [[nodiscard]] program_id id_of(std::string_view wanted) const noexcept;
};

/// What one hook ran and what it is to run. Most hooks of a component share it with the one before.
struct swap_pair {
  const passage* of = nullptr;
  std::string_view from;
  std::string_view to;
  handle_ref old_program{};
  handle_ref new_program{};
  program_id old_id{};
  program_id new_id{};
};

/// A plan carried out: all of it or none of it.
///
/// journal, build, switch, settle, publish, retire. Up to the publishing every step has an inverse,
/// and a failure runs them, newest first. Afterwards nothing is undone; what is left over is removed
/// now or by the next `open`.
class transaction {
 public:
  transaction(running_state& state, const decisions& policies, const plan& what);

  [[nodiscard]] result<apply_report> run();

 private:
  /// A hook that may have changed: enough to change it back. Noted before the first call, since a
  /// call that fails may have taken effect all the same; undoing goes by what the kernel has.
  struct switched {
    std::size_t passage;
    std::size_t attachment;
    std::optional<std::size_t> stood_at;  ///< recreate: the place in the chain
  };

  result<void> check_free_paths() const;
  result<void> build_all();
  result<void> build(passage& one);
  result<void> pin_generation(const passage& one);
  void plan_records(passage& one);
  result<void> write_journal();

  result<void> switch_all();
  result<void> switch_one(switched& step);
  result<void> update(passage& one, std::size_t attachment);
  void pair_up(const passage& one, std::string_view from, std::string_view to);
  result<void> attach(passage& one, std::size_t attachment, std::optional<std::size_t> stood_at);
  result<void> recreate(switched& step);
  result<void> keep_link(passage& one, std::size_t attachment, linchpin::attachment made);

  result<void> settle();
  result<void> publish();
  void take_over();
  result<void> retire();
  /// A program that was replaced may still be running, and the kernel empties its tail-call arrays
  /// when user space lets go of them. `outgoing` picks the records that go.
  result<void> wait_for_stragglers(const component_record* (*outgoing)(const passage& one));
  result<void> end(const passage& one, std::size_t attachment);

  error roll_back(error cause);
  result<void> undo(const switched& one);
  result<void> undo_update(passage& one, std::size_t attachment);
  result<void> undo_attach(passage& one, std::size_t attachment);
  result<ending> end_fresh_filter(const passage& one, const attachment_record& record);
  result<void> undo_detach(passage& one, const switched& what);
  result<void> remove_build(passage& one);

  [[nodiscard]] recovery_action ask(const passage& one, std::string_view step, const error& failed,
                                    std::uint32_t attempt) const;
  [[nodiscard]] kernel& acting() const noexcept { return state_.store.acting(); }

  running_state& state_;
  const decisions& policies_;
  const plan& plan_;
  std::vector<passage> passages_;
  std::vector<switched> done_;
  swap_pair pair_;
  update_request asking_;      ///< for the update under way; kept for the memory of its names
  std::size_t completed_ = 0;  ///< hooks that were switched and verified
  bool journaled_ = false;
  bool records_changed_ = false;  ///< undoing made new links for old programs
  apply_report report_;
};

}  // namespace linchpin
