// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/driver/table.hpp>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/arrange.hpp"
#include "engine/decide.hpp"

namespace linchpin::inline LINCHPIN_ABI {

inline bool re_attaches(change what) noexcept {
  return what == change::attach_then_detach || what == change::detach_then_attach;
}
inline bool comes(change what) noexcept {
  return what == change::attach || re_attaches(what);
}

inline bool same_attachment(const chain_entry& entry, const attachment_id& id,
                            program_id program) noexcept {
  if (entry.tc_handle != 0) return same_filter(entry, id) && entry.program == program;
  // A cgroup's chain is listed without links.
  return entry.link ? entry.link == id.link : entry.program == program;
}

// In which sequence programs are attached. Where the order policy lets programs stand as they came,
// they come as they were asked for.
struct attach_sequence {
  int priority = 0;
  std::string_view component;
  std::string_view program;

  friend auto operator<=>(const attach_sequence&, const attach_sequence&) = default;
};

inline attach_sequence sequence_of(bool observes, const planned_component& component,
                                   const planned_attachment& attachment) noexcept {
  if (!observes) return {attachment.priority, {}, {}};
  return {attachment.priority, component.name, attachment.program};
}

// Decides the order at one hook and writes down the steps that lead to it.
class decider::hook_order {
 public:
  hook_order(decider& of, hook_place& place) : of_(of), place_(place) {}

  // Where somebody cannot stand as the policy wants because another cannot be moved, it is blocked,
  // which the decider is told.
  result<void> decide();

 private:
  result<void> decide_all();

  // One program at the hook, before or after.
  struct program_at {
    chain_entry entry;  // as seen; empty for who is not there yet
    bool stands = false;
    const owned* ours = nullptr;  // by the record
    std::optional<claim> wanted;  // by the desired state
    bool leaves = false;
    bool kept = true;  // its link stays
    bool nameable = true;
  };

  // Ours, and nothing may be done to it: it stays where it stands.
  [[nodiscard]] static bool fixed(const program_at& program) {
    return program.ours != nullptr && !program.wanted && !program.leaves;
  }
  // One that cannot be moved and runs after `tag` in the first order, but before it in the second.
  [[nodiscard]] const program_at* fixed_between(const std::vector<std::size_t>& first,
                                                const std::vector<std::size_t>& second,
                                                std::size_t tag) const;

  [[nodiscard]] bool observes() const { return of_.policies_.observes_order(); }
  [[nodiscard]] bool appends_only() const;
  // Whether it stands there and nothing detaches it.
  [[nodiscard]] bool remains(std::size_t tag) const {
    return all_[tag].stands && !all_[tag].leaves;
  }

  result<void> read_chain();
  // An attachment was looked at just before its chain. When it does not stand there, somebody came in
  // between, and what was planned for it would get no step.
  // errors: `conflict`
  result<void> check_stands(const owned& ours) const;
  [[nodiscard]] const owned* match(const chain_entry& entry, std::vector<bool>& matched) const;

  // Those that do not stand in this chain yet.
  void collect_attach_requests();
  [[nodiscard]] attach_sequence sequence_at(const claim& request) const;

  [[nodiscard]] chain_item item_of(std::size_t tag) const;
  static void say_ours(chain_member& member, std::string_view component, std::string_view program,
                       int priority);

  // Asks the order policy for the whole chain.
  result<void> arrange_all();
  result<std::vector<std::size_t>> ask(std::vector<chain_item> standing,
                                       const std::vector<chain_item>& requests);

  // Whose links stay where they are.
  result<void> choose_moves();

  // Of ours that stand, as few as can move so that all stand as wanted.
  [[nodiscard]] std::vector<std::size_t> fewest_moves() const;
  [[nodiscard]] std::vector<std::size_t> fewest_moves(among_equal choice) const;

  // Who is attached at such a hook runs last. Of ours stay as many as run first and in order; the
  // others are attached again, behind everybody.
  result<void> choose_appended();

  // Ours stay as long as they stand in the wanted order among themselves.
  result<void> keep_in_order_among_ours();

  // Ours stay as long as they stand in the wanted order among everybody.
  result<void> keep_in_order_among_all();

  // Who is attached cannot run before anybody who stays.
  result<void> check_attach_requests();
  [[nodiscard]] error only_appends(std::size_t rank) const;

  // Whose links stay runs first, as it stands.
  void append_the_rest();

  // The order that was reached must be one that the policy leaves alone.
  result<void> check_settled();

  // A program that is taken out between two strangers who cannot be named does not come back between
  // them: it runs before the next one that can be, or last, as the policy agrees, and the plan says so.
  result<void> give_way();
  [[nodiscard]] bool comes_back(const program_at& program) const;

  // No kernel moves a link. A second one is put in the right place before the first goes, so that
  // no packet passes by; where the policy says recreate, the first goes first.
  result<void> move(std::size_t tag, cause why = cause::moved);
  [[nodiscard]] result<void> check_movable(const program_at& program) const;

  result<void> check_room() const;

  [[nodiscard]] error about(const claim& whom, error failed) const;

  // ---- steps

  // Who stands in the chain while the steps are carried out. An old link that is yet to be detached
  // is its own entry beside the new one.
  struct live_entry {
    std::size_t tag = 0;
    bool fresh = false;  // the new link of a program that stands or stood elsewhere in the chain
    std::uint16_t tc_priority = 0;  // of a filter
  };

  // returns: false when somebody has to move to make room, and the steps must be written again
  result<bool> write_steps();
  void forget_steps(std::size_t places);

  // returns: as write_steps
  // \param next where it is to stand in live_; then behind it
  result<bool> write_attach(std::size_t tag, std::size_t& next);
  void write_take_out(std::size_t tag, std::size_t& next);
  [[nodiscard]] result<void> check_named(std::size_t tag, std::size_t next) const;
  [[nodiscard]] error nothing_to_name(std::size_t rank) const;
  std::uint32_t note_place(std::size_t index);
  void add(step_kind kind, const claim& whom, std::uint32_t before, std::uint32_t after,
           std::uint32_t where, std::uint64_t number = 0);

  [[nodiscard]] neighbour_record neighbour(const live_entry& who) const;
  [[nodiscard]] bool nameable(const live_entry& who) const;
  // Whether it is detached in the end.
  [[nodiscard]] bool goes(const live_entry& who) const;
  [[nodiscard]] std::size_t find_live(std::size_t tag, bool fresh) const;
  [[nodiscard]] static std::uint32_t running_of(const program_at& program);

  // Whoever knows the numbers of this chain.
  [[nodiscard]] const detail::hook_driver& numbering() const {
    return *detail::driver_for(place_.how);
  }

  // The number of a filter that is attached at this place among those who stand there then.
  [[nodiscard]] result<std::uint16_t> choose_priority(std::size_t index) const;

  // If `moves` move: how many free numbers each filter that is attached can choose from, at the place that
  // leaves it the fewest.
  [[nodiscard]] std::uint32_t numbers_left(const std::vector<std::size_t>& moves) const;

  // Moves the next of ours, on either side, that can go elsewhere.
  // errors: `full` when there is none
  result<void> make_room(std::size_t index, const claim& whom, error full);

  // ---- the chain that the plan leaves, for people and for the check afterwards

  void tell();
  [[nodiscard]] planned_chain_entry entry_at_commit(const live_entry& who) const;
  [[nodiscard]] planned_chain_entry entry_at_end(const program_at& program) const;

  decider& of_;
  hook_place& place_;
  std::vector<program_at> all_;
  std::vector<std::size_t> attach_requests_;
  std::vector<std::size_t> target_;
  std::vector<std::size_t> asked_;     // the order that the policy was last asked about
  std::vector<std::size_t> answered_;  // and the one that it made of it
  std::vector<live_entry> live_;
  std::optional<claim> blocked_;  // whom one that cannot be moved keeps from where it should stand
  bool unguarded_ = false;        // the revision cannot be told any more
  std::uint64_t changes_ = 0;  // of ours to this chain so far: each counts its revision up by one
};

}  // namespace linchpin
