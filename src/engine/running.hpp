// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/snapshot.hpp>
#include <linchpin/hook/families.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/store.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// Lets an index of strings be asked with a view.
struct name_hash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const noexcept {
    return std::hash<std::string_view>{}(name);
  }
};
using name_index = std::unordered_map<std::string, std::uint32_t, name_hash, std::equal_to<>>;

/// What this process holds of one generation of a component.
class live_generation {
 public:
  live_generation() = default;
  explicit live_generation(const generation_record& record);

  struct program {
    handle_ref held{};  ///< empty where its pin is missing and its id could not be opened
    program_id id{};
  };

  [[nodiscard]] generation number() const noexcept { return number_; }
  /// What is attached by that name: a program, or a struct_ops map, which has the number of the map for an
  /// id. Absent for a name that the generation does not have.
  [[nodiscard]] std::optional<program> find_program(std::string_view name) const noexcept;
  [[nodiscard]] handle_ref find_map(std::string_view name) const noexcept;

  /// Parallel to the record's programs and maps.
  std::vector<handle> programs;
  std::vector<handle> maps;

 private:
  generation number_{};
  std::vector<program_id> ids_;
  name_index program_at_;
  std::vector<const std::string*> names_;  // the keys of program_at_, parallel to ids_
  /// Found last: at a thousand hooks the same program is asked for a thousand times.
  mutable std::uint32_t last_ = 0;
  name_index map_at_;
  std::vector<program_id> map_ids_;  // of struct_ops maps; 0 for the others
};

/// A component that runs, and what this process holds of it.
struct running_component {
  component_record record;
  lifetime_kind lifetime = lifetime_kind::durable;
  std::vector<live_generation> generations;  ///< parallel to record.generations
  /// Parallel to record.attachments; empty for durable components, whose links are pinned and
  /// opened when needed (a thousand hooks must not cost a thousand descriptors).
  std::vector<handle> links;
  /// Whether an earlier process started it: before its maps are reused, the kernel is asked what
  /// they are.
  bool inherited = false;
  std::vector<std::string> missing;          ///< programs and maps that could not be opened
  std::vector<std::string> gone;             ///< the missing ones that no longer exist
  std::vector<std::string> problems;         ///< what is wrong with its pins
  std::vector<std::string> record_problems;  ///< what is wrong with its record
  std::vector<std::string> unpinned;         ///< paths that were found empty while it ran
  std::vector<std::string> occupied;         ///< places of its pins where others are, a line each
  std::string unlisted;             ///< why its pins could not be looked at; empty if they could
  std::vector<std::string> strays;  ///< as store::found_component::strays
  /// Whether this process could not undo its last change wholly: then what is missing of it is no
  /// drift.
  bool half_undone = false;
  bool cut_short = false;  ///< the store's journal is damaged, and may tell of the strays

  [[nodiscard]] const live_generation* find(generation number) const noexcept;
  [[nodiscard]] const live_generation* current() const noexcept { return find(record.current); }
};

/// A component of which only pins are left: it runs, and nothing can be changed until somebody says
/// what is to become of it.
struct unrecorded_component {
  std::string name;
  std::vector<std::string> problems;
};

/// A component whose last change could be neither finished nor undone so far. The others go on
/// without it, and it is tried again with every call.
struct unfinished_change {
  std::string component;
  std::optional<journal> part;  ///< what is still to be done; absent when that cannot be read now
  std::string why;              ///< one line

  /// "its last change is not finished: ...", with what of it goes on.
  [[nodiscard]] std::string text() const;
};

/// The line of a status about a record's place that somebody else's pin has taken.
[[nodiscard]] std::string taken_by_others(std::string_view path);

/// An error in one line: its subject, operation and cause.
[[nodiscard]] std::string in_one_line(const error& why);

[[nodiscard]] std::uint64_t next_state_serial() noexcept;

class doubtful_commit;

/// All that runs below one root.
struct running_state {
  linchpin::store store;
  std::vector<running_component> components{};
  name_index index{};  ///< of components
  std::vector<unrecorded_component> unrecorded{};
  std::vector<unfinished_change> unfinished{};
  std::vector<std::string> problems{};  ///< of the store as a whole
  std::vector<refuted_mechanism> refuted{};
  std::uint64_t last_transaction = 0;   ///< its serial in the store
  std::vector<std::string> policies{};  ///< that it was made with
  /// Which state this is: another after every transaction, and no two of a process share one.
  std::uint64_t serial = next_state_serial();
  /// The last transaction, if it is not known whether it was committed.
  std::shared_ptr<doubtful_commit> doubt{};
  /// False from the moment recovery begins until all durable components are held again.
  bool adopted = false;
  std::string link_path{};  ///< of the link looked at last; kept, so that it is allocated once

  [[nodiscard]] running_component* find(std::string_view component) noexcept;
  [[nodiscard]] const running_component* find(std::string_view component) const noexcept;
  [[nodiscard]] const unrecorded_component* find_unrecorded(
      std::string_view component) const noexcept;
  [[nodiscard]] const unfinished_change* find_unfinished(std::string_view component) const noexcept;
  void rebuild_index();
};

/// Marks a stretch in which `state` does not say what runs. Where the stretch is left before
/// `done`, because memory ran out for example, the next call reads the store again.
class state_in_between {
 public:
  explicit state_in_between(running_state& state) noexcept
      : state_(state), adopted_(std::exchange(state.adopted, false)) {}
  state_in_between(const state_in_between&) = delete;
  state_in_between& operator=(const state_in_between&) = delete;
  ~state_in_between() = default;

  void done() noexcept { state_.adopted = adopted_; }

 private:
  running_state& state_;
  bool adopted_;
};

/// Stands for the identity of a map that a plan makes: the kernel gives ids of 32 bits.
/// \param component which one of those that are asked for
/// \param map which one of its maps
[[nodiscard]] constexpr std::uint64_t comes_with_load(std::uint32_t component,
                                                      std::uint32_t map) noexcept {
  return std::uint64_t{1} << 63U | std::uint64_t{component} << 32U | map;
}
/// Whether a target is a map that is not made yet.
[[nodiscard]] constexpr bool comes_with_load(const target_identity& target) noexcept {
  return target.id >> 63U != 0;
}

/// The target of one of our attachments, by its name.
[[nodiscard]] target target_of(const attachment_record& record);

/// The place of one of our attachments.
/// errors: unsupported for a hook family that this linchpin does not know.
[[nodiscard]] result<attach_point> point_of(const attachment_record& record);
/// The same into a value that is used again, so that thousands of hooks do not allocate thousands
/// of names.
[[nodiscard]] result<void> point_of(const attachment_record& record, attach_point& into);

/// "tcx_ingress eth0", "tcx_ingress eth0 in /run/netns/blue"
[[nodiscard]] std::string hook_of(const attachment_record& record);
/// "tcx_ingress eth0, program fw_ingress"
[[nodiscard]] std::string subject_of(const attachment_record& record);
/// "component firewall, tcx_ingress eth0, program fw_ingress": for messages.
[[nodiscard]] std::string subject_of(std::string_view component, const attachment_record& record);

/// What stands where one of our links is pinned, or is held.
struct link_found {
  enum class kind : std::uint8_t {
    absent,   ///< nothing
    ours,     ///< the link on record, opened
    foreign,  ///< something else
  };
  kind what = kind::absent;
  handle opened;      ///< the link at the pin, whoever's it is; empty where it is no link
  handle_ref link{};  ///< `opened`, or the handle of an ephemeral component
  link_info info;     ///< of the link
};

/// Looks at one attachment's link.
/// \param kept the link of an ephemeral component; empty for a durable one
/// cost: 3 syscalls for a pinned link.
[[nodiscard]] result<link_found> find_link(store& in, std::string_view component,
                                           const attachment_record& record, handle_ref kept,
                                           std::string& path);

/// Whether an error of opening a pin says that something that is no pin stands there: a directory
/// at its name, or a pin in the place of the directory above.
[[nodiscard]] result<bool> no_pin_there(kernel& kernel, const std::string& path, const error& told);

/// What is attached of a generation by a name, as in `live_generation::find_program`; 0 for none.
[[nodiscard]] program_id attached_id(const generation_record& of, std::string_view name) noexcept;

/// The program that an attachment should run, by its record; absent where that does not tell.
[[nodiscard]] program_id expected_program(const component_record& of,
                                          const attachment_record& record);

/// Whether an error says that the target of a hook no longer exists.
[[nodiscard]] bool says_gone(const error& why) noexcept;

/// Whether the target of a hook is there.
enum class target_state : std::uint8_t {
  stands,
  gone,
  /// The kernel does not say so to this process: it may not ask, or the path on record leads
  /// elsewhere.
  not_known,
};

/// Asks for the target of a hook: a link without a target may have been detached by force.
/// \param map the target, where that is a map of the component
[[nodiscard]] result<target_state> find_target(kernel& kernel, const attachment_record& record,
                                               handle_ref map);

/// The map of a generation that an attachment is made at; empty for other targets.
[[nodiscard]] handle_ref map_at(const live_generation* of,
                                const attachment_record& record) noexcept;
/// A map that some component runs with, by its identity as a target; empty where there is none.
[[nodiscard]] handle_ref map_at(const running_state& state, const target_identity& target) noexcept;

/// Whether a filter that stands in a chain is the one on record.
[[nodiscard]] bool same_filter(const chain_entry& entry, const attachment_id& id) noexcept;

/// What to advise about a transaction that was neither finished nor undone: the next call goes on
/// with it, or, where the store's directory is gone, opening the store again.
[[nodiscard]] std::string how_to_repair(running_state& state, std::string_view next_call);

}  // namespace linchpin
