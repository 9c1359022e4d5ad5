// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/component.hpp>
#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/plan.hpp>
#include <linchpin/engine/snapshot.hpp>
#include <linchpin/hook/families.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/arrange.hpp"
#include "engine/lacking.hpp"
#include "engine/observe.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// One place in the kernel, by what the kernel knows it as.
struct hook_key {
  std::string_view family;
  target_identity identity;
  mechanism how{};  ///< whose chain it is; the two modes of XDP share one

  friend bool operator==(const hook_key&, const hook_key&) = default;
};
struct hook_key_hash {
  std::size_t operator()(const hook_key& key) const noexcept;
};

/// Stands for the slot of a planned attachment that has none yet.
[[nodiscard]] constexpr std::uint32_t unnumbered(std::uint32_t attachment) noexcept {
  return 0x80000000U + attachment;
}
[[nodiscard]] constexpr bool is_unnumbered(std::uint32_t slot) noexcept {
  return slot >= 0x80000000U;
}
[[nodiscard]] constexpr std::uint32_t attachment_of_unnumbered(std::uint32_t slot) noexcept {
  return slot - 0x80000000U;
}

class taken_names;

/// A component that is asked for and left as it is all the same, and why.
struct left_out {
  std::string component;
  std::string why;
};

/// Pure functions from desired state, snapshot and policies to a plan. What still has to be looked
/// at on the way is asked for by `chains_wanted` and `directories_wanted`, in this sequence:
///
///     pair, check_before_looking, chains_wanted, strays, order, check_privileges, cgroups_entered,
///     check_shared, directories_wanted, twins_wanted, finish
///
/// Each policy is asked once for each thing that it decides, and nobody asks it again. Only where
/// the order shows that a component has to be held back, the order among those that cannot move is
/// decided again without it.
class decider {
 public:
  /// Borrows everything but the images.
  decider(std::span<const desired_component* const> desired, std::vector<object_image> images,
          snapshot& seen, const decisions& policies, std::span<const left_out> without = {});

  /// Says for each component whether it is built, and for each attachment what happens to it.
  [[nodiscard]] result<void> pair();
  /// Whether anything changes, as far as that is decided.
  [[nodiscard]] bool changes() const;
  /// Holds back a component whose generation is forced by what was lost, and for which this thread
  /// lacks a capability or locked memory; refuses one whose chain it may not look at.
  /// errors: permission_denied
  [[nodiscard]] result<void> check_before_looking();
  /// Refuses what this thread is known not to be allowed.
  /// errors: permission_denied, about the first component that lacks something
  [[nodiscard]] result<void> check_privileges() const;
  [[nodiscard]] std::vector<observed_hook> chains_wanted();
  /// Components of which something is attached anew.
  [[nodiscard]] std::vector<std::string_view> first_starts() const;
  /// Whether a program of ours runs where it is to be attached, and no record explains it.
  [[nodiscard]] bool strays() const;
  /// Decides the run order at each hook whose chain was looked at.
  [[nodiscard]] result<void> order();
  /// Cgroup hooks at which something is attached.
  [[nodiscard]] std::vector<observed_hook> cgroups_entered() const;
  /// Refuses cgroups that take no link.
  /// \param not_known why that is not known of some; noted in the plan
  /// errors: busy, with the program that keeps links out
  [[nodiscard]] result<void> check_shared(std::span<const std::string> not_known);
  [[nodiscard]] std::vector<std::string_view> directories_wanted() const;
  /// Components whose programs are to be loaded once more, for the length of a move.
  [[nodiscard]] std::vector<std::string_view> twins_wanted() const;
  /// Puts the steps together.
  /// Takes the snapshot along.
  [[nodiscard]] result<plan> finish(std::uint64_t serial);

 private:
  // ---- decide_hooks.cpp
  using identities = std::span<const observed_target>;
  // Why a component is left as it is, whatever is asked for; empty if it is not.
  [[nodiscard]] std::string why_it_waits(std::string_view component,
                                         const observed_component* running) const;
  result<void> size_maps();
  result<void> plan_component(std::size_t index, identities targets);
  result<void> plan_build(planned_component& planned, std::vector<planned_map> maps,
                          const desired_component& desired, identities targets,
                          const observed_component* running);
  void plan_removal(const observed_component& running);
  result<void> plan_new(planned_attachment& into, const planned_component& whole,
                        const observed_component* running);
  static void continue_running(planned_attachment& into, const observed_component& running);
  result<void> plan_running(planned_attachment& into, planned_component& whole,
                            const observed_component& running);
  static bool waits_for_target(planned_attachment& into, planned_component& whole,
                               const attachment_record& record, const observed_attachment& found);
  result<bool> stays_altered(planned_attachment& into, const planned_component& whole,
                             const observed_component& running);
  result<void> plan_anew(planned_attachment& into, planned_component& whole,
                         const observed_component& running, cause why);
  result<void> plan_other_mechanism(planned_attachment& into, const planned_component& whole);
  result<void> plan_generation(planned_attachment& into, const planned_component& whole,
                               const observed_attachment& found);
  // What the drift policy says of a hook that somebody changed.
  result<bool> leaves_to_others(const planned_component& whole, const observed_component& running,
                                const attachment_record& record, drift_kind what,
                                program_id intruder);
  void plan_repair(planned_attachment& into, const planned_component& whole,
                   const observed_attachment& found) const;
  using names_at_hooks = std::set<std::pair<std::string_view, std::string>>;  // family, target
  [[nodiscard]] static names_at_hooks names_come_back(const planned_component& whole);
  void plan_left_over(planned_component& into, const observed_component& running, std::size_t index,
                      const names_at_hooks& back);
  [[nodiscard]] bool out_of_sight(const attachment_record& record,
                                  const observed_attachment& found) const noexcept;
  void leave_alone(planned_component& whole, const attachment_record& record, std::string_view why);

  // ---- decide_targets.cpp
  // The targets of a component, with the identities of those that are maps of its own; none where it
  // has no hook on such a map.
  [[nodiscard]] std::vector<observed_target> with_own_maps(const planned_component& whole,
                                                           const desired_component& desired,
                                                           identities seen,
                                                           const observed_component* running) const;

  // ---- decide_pairs.cpp
  result<void> pair_hooks(planned_component& into, const desired_component& desired,
                          identities targets, const observed_component* running);
  result<void> check_repeated(const planned_component& whole) const;

  // ---- decide_held_back.cpp
  struct hindrance {
    std::uint32_t component = 0;  // into made_.components_
    std::string why;
  };
  void hold_back(std::size_t index, const observed_component* running, std::string why);
  void hold_back_damaged(planned_component& whole, const observed_component& running) const;
  [[nodiscard]] std::vector<hindrance> find_strays() const;
  [[nodiscard]] std::vector<hindrance> find_pinned_strays() const;
  void hold_back_strays();
  // Blocks components that would have to run as a second copy while a program moves, and cannot be
  // loaded again.
  void block_twins();
  void hold_back(std::vector<hindrance> found);

  // ---- decide_privileges.cpp
  [[nodiscard]] bool is_elsewhere(const target_identity& at) const noexcept;
  [[nodiscard]] lacking lacking_to_change(const planned_component& whole) const;
  [[nodiscard]] lacking lacking_to_remove(std::string_view name) const;
  // The error that building it would end in, for lack of a capability or of locked memory.
  [[nodiscard]] std::optional<error> why_refused(const planned_component& whole) const;

  // ---- decide_memlock.cpp
  [[nodiscard]] std::optional<error> lacking_memlock(const planned_component& whole) const;

  // ---- decide_methods.cpp
  result<void> choose_ways(planned_attachment& into, const planned_component& whole);
  result<void> choose_change(planned_attachment& into, const planned_component& whole);
  // What the update policy says about a hook of a component. It is asked once, about all of them.
  result<update_choice> update_choice_of(const planned_component& whole,
                                         const planned_attachment& hook);
  result<void> ask_for_updates(const planned_component& whole);

  // ---- decide_order.cpp
  struct claim {
    std::uint32_t component = 0;
    std::uint32_t attachment = 0;
  };
  // An attachment of ours in a chain, as on record.
  struct owned {
    std::uint32_t component = 0;  // into seen_.components
    std::uint32_t running = 0;
    std::optional<claim> continues;
    bool leaves = false;
  };
  struct hook_place {
    hook_key key;
    const any_hook* hook = nullptr;
    mechanism how{};
    hook_abilities abilities;
    bool wanted = false;     // its chain is looked at
    bool tentative = false;  // it may not be there at all
    std::vector<claim> claims;
    std::vector<owned> standing;
    const chain* seen = nullptr;
    // Whether one of those that stand there cannot be moved, or not in every way.
    bool constrained = false;
    // Steps at this hook, in sequence.
    std::vector<step> steps;
  };
  class hook_order;
  hook_place& add_place(const hook_key& key, const planned_attachment& hook);
  hook_place& place_elsewhere(const planned_attachment& hook);
  [[nodiscard]] bool is_elsewhere(const planned_component& whole,
                                  const planned_attachment& hook) const;
  void collect_places();
  // By attachment on record of one component.
  struct ends_and_successors {
    std::vector<std::optional<claim>>
        successor;           // the planned attachment that goes on in the same chain
    std::vector<bool> ends;  // it leaves its chain
  };
  [[nodiscard]] ends_and_successors what_becomes_of(const observed_component& component) const;
  // Notes which of ours stand at the places whose chains are looked at, and which of them leave.
  void collect_standing();
  void collect_standing(std::uint32_t component);
  void find_seen_chains();
  result<void> order_place(hook_place& place);
  result<void> order_places();
  // What each attachment was to become before any order was decided.
  using wishes = std::vector<std::vector<std::pair<change, cause>>>;
  [[nodiscard]] wishes wishes_before() const;
  void forget_order(const wishes& before);
  [[nodiscard]] hook_place& place_of(const planned_attachment& hook, std::string_view family);
  [[nodiscard]] planned_attachment& at(const claim& of) {
    return made_.components_[of.component].attachments[of.attachment];
  }
  result<void> check_free(const hook_place& place);
  [[nodiscard]] error taken_by(const hook_place& place, const chain_entry& entry,
                               const std::string& subject) const;
  void write_steps_as_claimed(hook_place& place);

  // ---- decide_steps.cpp
  result<void> number_generations();
  void plan_records();
  void plan_record(planned_component& whole);
  [[nodiscard]] attachment_record record_of(const planned_component& whole,
                                            const planned_attachment& hook,
                                            const taken_names& taken,
                                            std::uint32_t& next_slot) const;
  void assemble();
  void add(step_kind kind, std::uint32_t change, std::uint32_t before = no_index,
           std::uint32_t after = no_index, std::uint64_t number = 0);
  void assemble_builds();
  void assemble_fills();
  void assemble_pins();
  void assemble_variables();
  void assemble_hooks();
  void assemble_endings();
  void assemble_retirement();
  [[nodiscard]] const observed_component* running(std::string_view name) const noexcept;
  void note_policies();

  std::span<const desired_component* const> desired_;
  std::vector<object_image> images_;
  std::vector<std::vector<planned_map>> shapes_;  // by desired component
  snapshot& seen_;
  const decisions& policies_;
  std::span<const left_out> without_;
  std::set<std::string, std::less<>>
      forced_;  // whose new generation is wanted by what was lost alone
  plan made_;
  std::unordered_map<std::string_view, std::uint32_t> seen_at_;     // into seen_.components
  std::unordered_map<std::string_view, std::uint32_t> planned_at_;  // into made_.components_
  std::unordered_map<std::string_view, const observed_directory*> directory_at_;
  std::unordered_map<hook_key, std::uint32_t, hook_key_hash> place_at_;
  std::vector<hook_place> places_;
  std::vector<hindrance> blocked_;  // found while the order is decided
  // What the update and fallback policies answered about a component, by hook.
  struct chosen_ways {
    std::span<const mechanism> offered;
    std::vector<mechanism> chosen;
  };
  struct hook_answers {
    std::unordered_map<hook_key, update_choice, hook_key_hash> update;
    std::unordered_map<hook_key, std::vector<chosen_ways>, hook_key_hash> ways;
  };
  std::unordered_map<std::string, hook_answers> answers_;
  std::vector<std::uint32_t> change_of_;  // by planned component; no_index where nothing changes
};

/// Whether a program moves while it runs by a second copy of its generation.
[[nodiscard]] bool needs_twin(const planned_component& whole, const planned_attachment& hook,
                              const kernel_facts& facts);
[[nodiscard]] bool wants_twin(const planned_component& whole, const kernel_facts& facts);

inline constexpr std::string_view in_another_netns = "it is in another network namespace";

[[nodiscard]] planned_end ending_of(const attachment_record& record, std::size_t index, cause why);

/// What can be said against a desired state without looking at anything.
[[nodiscard]] result<void> check_desired(std::span<const desired_component* const> desired);
[[nodiscard]] result<void> check_programs(const desired_component& desired,
                                          const object_image& image);
/// The same of one attachment whose hook takes a map, or is on one.
[[nodiscard]] result<void> check_attached_map(const desired_component& desired,
                                              const desired_attachment& attachment,
                                              const object_image& image);
[[nodiscard]] result<void> check_target_map(const desired_component& desired,
                                            const desired_attachment& attachment,
                                            const object_image& image);

}  // namespace linchpin
