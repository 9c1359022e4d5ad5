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
  if (entry.has_number()) return same_filter(entry, id) && entry.program == program;
  // A cgroup's chain is listed without links.
  return entry.link ? entry.link == id.link : entry.program == program;
}

// The sequence in which programs are attached: by priority, component and program. Under an order
// policy that leaves programs where they are attached, programs of one priority come in the
// sequence of the desired state.
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

  // Decides the order. A component that cannot stand where the policy wants, because another
  // program cannot be moved, is noted in decider::blocked_.
  result<void> decide();

 private:
  result<void> decide_all();

  // A program that runs at the hook before the plan, after it, or both.
  struct program_at {
    chain_entry entry;  // as seen; empty for a program that is not attached here yet
    bool stands = false;
    const owned* ours = nullptr;  // by the record
    std::optional<claim> wanted;  // by the desired state
    bool leaves = false;
    bool kept = true;  // its link stays
    bool nameable = true;
  };

  // Whether it is ours and nothing may be done to it: it stays where it stands.
  [[nodiscard]] static bool fixed(const program_at& program) {
    return program.ours != nullptr && !program.wanted && !program.leaves;
  }
  // A program that cannot be moved and runs after `tag` in the first order, but before it in the
  // second.
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
  // Checks that an attachment still stands in the chain, which was read a moment after it.
  // Otherwise somebody changed the chain in between, and what was planned for the attachment would
  // get no step.
  // errors: `conflict`
  result<void> check_stands(const owned& ours) const;
  [[nodiscard]] const owned* match(const chain_entry& entry, std::vector<bool>& matched) const;

  // Collects the programs that are to be attached and do not stand in this chain yet.
  void collect_attach_requests();
  [[nodiscard]] attach_sequence sequence_at(const claim& request) const;

  [[nodiscard]] chain_item item_of(std::size_t tag) const;
  static void say_ours(chain_member& member, std::string_view component, std::string_view program,
                       int priority);

  // Asks the order policy for the whole chain.
  result<void> arrange_all();
  result<std::vector<std::size_t>> ask(std::vector<chain_item> standing,
                                       const std::vector<chain_item>& requests);

  // Decides which links stay where they are.
  result<void> choose_moves();

  // The smallest set of our attached programs that has to move so that all stand as wanted.
  [[nodiscard]] std::vector<std::size_t> fewest_moves() const;
  [[nodiscard]] std::vector<std::size_t> fewest_moves(among_equal choice) const;

  // At a hook that only appends: our programs stay as long as they are in the wanted order; the
  // others are attached again, behind everybody.
  result<void> choose_appended();

  // Keeps our programs as long as they stand in the wanted order among themselves.
  result<void> keep_in_order_among_ours();

  // Keeps our programs as long as they stand in the wanted order among all programs.
  result<void> keep_in_order_among_all();

  // Refuses a program that is to be attached before one that stays: at such a hook it would run
  // last.
  result<void> check_attach_requests();
  [[nodiscard]] error only_appends(std::size_t rank) const;

  // Puts the programs whose links stay first, in their present order.
  void append_the_rest();

  // Checks that the policy would leave the order alone that was reached.
  result<void> check_settled();

  // A program that is taken out between two strangers that cannot be named cannot come back between
  // them. It runs before the next program that can be named, or last, if the policy agrees; the
  // plan says so.
  result<void> give_way();
  [[nodiscard]] bool comes_back(const program_at& program) const;

  // No kernel moves a link. A second one is put in the right place before the first goes, so that
  // no packet passes by; where the policy says recreate, the first goes first.
  result<void> move(std::size_t tag, cause why = cause::moved);
  [[nodiscard]] result<void> check_movable(const program_at& program) const;

  result<void> check_room() const;

  [[nodiscard]] error about(const claim& whom, error failed) const;

  // ---- steps

  // A link in the chain while the steps are carried out. The old link of a program that moves is an
  // entry of its own until it is detached.
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

  [[nodiscard]] neighbour_record neighbour(const live_entry& entry) const;
  [[nodiscard]] bool nameable(const live_entry& entry) const;
  // Whether the plan detaches it in the end.
  [[nodiscard]] bool goes(const live_entry& entry) const;
  [[nodiscard]] std::size_t find_live(std::size_t tag, bool fresh) const;
  [[nodiscard]] static std::uint32_t running_of(const program_at& program);

  // Whoever knows the numbers of this chain.
  [[nodiscard]] const detail::hook_driver& numbering() const {
    return *detail::driver_for(place_.how);
  }

  // The number of a filter that is attached at this place among `live_`.
  [[nodiscard]] result<std::uint16_t> choose_priority(std::size_t index) const;

  // How many free tc priorities there would be for each filter that is attached, at the tightest
  // place, if `moves` move.
  [[nodiscard]] std::uint32_t numbers_left(const std::vector<std::size_t>& moves) const;

  // Moves the nearest program of ours, on either side, that can go elsewhere.
  // errors: `full` when there is none
  result<void> make_room(std::size_t index, const claim& whom, error full);

  // ---- the chain that the plan leaves, for people and for the check afterwards

  void tell();
  [[nodiscard]] planned_chain_entry entry_at_commit(const live_entry& link) const;
  [[nodiscard]] planned_chain_entry entry_at_end(const program_at& program) const;

  decider& of_;
  hook_place& place_;
  std::vector<program_at> all_;
  std::vector<std::size_t> attach_requests_;
  std::vector<std::size_t> target_;
  std::vector<std::size_t> asked_;     // the order that the policy was last asked about
  std::vector<std::size_t> answered_;  // the order that it answered with
  std::vector<live_entry> live_;
  std::optional<claim> blocked_;  // kept from its place by a program that cannot be moved
  bool unguarded_ = false;        // the chain's next revision cannot be foretold any more
  std::uint64_t changes_ = 0;  // of ours to this chain so far: each counts its revision up by one
};

}  // namespace linchpin
