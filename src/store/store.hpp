// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/kernel.hpp>
#include <linchpin/store/records.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/format_1.hpp"
#include "store/journal.hpp"
#include "store/manifest.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// The pins, the records and the journal of one orchestrator, held under lock.
///
/// Having a store *is* holding its lock: whoever mutates what it describes takes a `store&`. Every
/// path below is reached through the locked directory itself, so that what happens to its name
/// (removed, renamed, another directory in its place) cannot lead a change astray.
///
/// | pin below the root | what |
/// |---|---|
/// | `manifest`, `journal` | index of the components; transaction under way; replaced by rename(2) |
/// | `<component>/record`, `<component>/record-copy` | what the component runs, twice |
/// | `<component>/unfinished` | journal of a change of this component alone that waits to be finished |
/// | `<component>/unfinished-second` | the same, while somebody else's pin stands there |
/// | `<component>/gen-<n>/prog-<name>` | programs of generation n |
/// | `<component>/gen-<n>/map-<name>` | its maps; '.' becomes '-', bpffs takes no dots |
/// | `<component>/link-<slot>` | attachments |
/// | `released-<component>-<n>` | the directory of a component that was given up, as it was |
///
/// A damaged record concerns its component alone, and a pin at one of these paths that is not ours
/// is never replaced or removed.
class store {
 public:
  /// A component that the store holds something of.
  struct found_component {
    std::string name;
    /// Absent when pins or the manifest tell of the component, but neither copy of its record can
    /// be read.
    std::optional<component_record> record;
    /// One line each, with the path.
    std::vector<std::string> problems;
    /// What of a transaction that is otherwise over is still to be done or undone for it.
    std::optional<journal> unfinished{};
    /// What keeps its records from being read although they may be undamaged; another time they can
    /// be.
    std::optional<error> unread{};
    /// Names of links and generations in its directory that are not on record: somebody else's, or
    /// what a transaction left whose journal is damaged. Told of only when no journal waits.
    std::vector<std::string> strays{};
    /// Whether the manifest lists it.
    bool listed = false;
  };

  /// Opens the store of a directory.
  /// effects: takes the lock, creating the directory if it is not there; reads what is in it.
  /// \param kernel the kernel to work on; must outlive the store
  /// errors: busy with the holder's pid; unsupported when the root is not on a bpffs;
  ///   permission_denied; newer_format for an undamaged manifest or journal of a newer
  ///   linchpin. Damage is no error: see `found`, `problems` and `journal_damaged`.
  [[nodiscard]] static result<store> open(linchpin::kernel& kernel, std::string root);

  /// The name that the user gave to the directory, for messages.
  [[nodiscard]] const std::string& root() const noexcept { return root_; }
  /// The kernel that the store is on.
  [[nodiscard]] linchpin::kernel& kernel() const noexcept { return *kernel_; }
  /// Borrows the lock.
  [[nodiscard]] handle_ref lock() const noexcept { return lock_.ref(); }

  /// The highest serial in the manifest and the records, as last read or written.
  [[nodiscard]] std::uint64_t serial() const noexcept { return index_.serial; }
  /// Of the manifest as last read or written; empty when it was lost.
  [[nodiscard]] const std::vector<std::string>& policies() const noexcept {
    return index_.policies;
  }
  /// Whether the manifest is one of the first version's, until an index is written over it.
  [[nodiscard]] bool of_first_version() const noexcept { return of_first_version_; }
  /// What `open` or `reload` found, by name.
  [[nodiscard]] const std::vector<found_component>& found() const noexcept { return found_; }
  /// The one of this name among `found`, or null.
  [[nodiscard]] const found_component* find(std::string_view component) const noexcept;
  /// What is wrong with the store as a whole, one line each: a manifest or journal that cannot be
  /// read.
  [[nodiscard]] const std::vector<std::string>& problems() const noexcept { return problems_; }
  /// A transaction that was cut short, if its journal could be read when the store was.
  [[nodiscard]] const std::optional<journal>& unfinished() const noexcept { return journal_; }
  /// The same of a transaction of the first version.
  [[nodiscard]] const std::optional<journal_1>& unfinished_1() const noexcept { return journal_1_; }
  /// Whether a journal was read, or written since and not cleared.
  [[nodiscard]] bool has_journal() const noexcept { return has_journal_; }
  /// Whether there is a journal that cannot be read; `problems` says why. A transaction was cut
  /// short, and nothing tells which.
  [[nodiscard]] bool journal_damaged() const noexcept { return journal_damaged_; }

  /// effects: none. Every function below that changes something asks this first.
  /// errors: conflict when the locked directory no longer stands at `root`; busy in a process that
  ///   was forked from the one that took the lock.
  [[nodiscard]] result<void> check();

  /// Replaces the journal, in one instant. Writing the phase `committed` is the commit.
  ///
  /// A journal has two places, of which the second is used while somebody else's pin stands at
  /// the first.
  /// errors: in_doubt when it cannot be found out whether it is written; otherwise it is not.
  ///   conflict when both places are taken, when somebody took the place of the one that is
  ///   replaced, and while a journal that cannot be read is there.
  [[nodiscard]] result<void> write_journal(const journal& what);
  /// As above, from records that stand elsewhere.
  [[nodiscard]] result<void> write_journal(const journal_draft& what);
  /// Removes the journal, a damaged one as well; somebody else's pin in its place stays.
  [[nodiscard]] result<void> clear_journal();

  /// Replaces both copies of a component's record, one after the other. A copy whose place is
  /// taken by somebody else's pin is left out.
  /// returns: the places of the copies that were left out, one public path each
  /// errors: conflict when both places are taken; in_doubt as with the journal. After an error
  ///   in the second copy the first one counts.
  [[nodiscard]] result<std::vector<std::string>> write_record(const component_record& what);
  /// Replaces the manifest, in one instant; left out when its place is taken by somebody else's
  /// pin. Over a manifest of format 1, which had the components inside, first writes the
  /// records of the listed components that have none yet.
  /// errors: in_doubt as with the journal
  [[nodiscard]] result<void> write_index(const manifest& next);

  /// Replaces the journal of one component's own, in one instant. It has two places, of which
  /// the second is used while somebody else's pin stands at the first.
  /// \param part a journal with that component's change alone
  /// errors: conflict when both are taken; in_doubt as with the journal.
  [[nodiscard]] result<void> write_unfinished(const journal& part);
  /// Removes the journal of one component's own, a damaged one as well; somebody else's pin in
  /// its place stays.
  [[nodiscard]] result<void> remove_unfinished(std::string_view component);
  /// Replaces the manifest by one without this component, if the manifest lists it.
  [[nodiscard]] result<void> unlist(std::string_view component);

  /// Removes the records of a component, then its directory.
  /// returns: whether the directory is gone; false when other things are left in it.
  [[nodiscard]] result<bool> remove_component(std::string_view component);
  /// The names directly below a component's directory.
  /// returns: directories with a '/' at the end; empty for a directory that is not there
  [[nodiscard]] result<std::vector<std::string>> taken(std::string_view component);
  /// Names of links and generations in a component's directory that its record does not tell of.
  [[nodiscard]] result<std::vector<std::string>> find_strays(const component_record& of);
  /// Whether something stands where one of our records belongs that is none.
  [[nodiscard]] result<bool> is_foreign(const std::string& path);
  /// Whether something stands where a program or map belongs that is not the one with this id.
  [[nodiscard]] result<bool> is_foreign(const std::string& path, pin_kind kind, std::uint32_t id);
  /// effects: removes records that a death left written but not renamed into place. One that cannot
  ///   be removed is added to `problems`.
  [[nodiscard]] result<void> remove_unpublished();

  /// Where the manifest is. This and the paths below are reached through the locked directory;
  /// `public_path` says them in the user's words.
  [[nodiscard]] std::string manifest_path() const;
  /// A component's directory.
  [[nodiscard]] std::string component_path(std::string_view component) const;
  /// Both places of the journal.
  [[nodiscard]] std::array<std::string, 2> journal_paths() const;
  /// Both copies of a component's record.
  [[nodiscard]] std::array<std::string, 2> record_paths(std::string_view component) const;
  /// The directory of one generation.
  [[nodiscard]] std::string generation_path(std::string_view component, generation number) const;
  /// The pin of a program.
  [[nodiscard]] std::string program_path(std::string_view component, generation number,
                                         std::string_view program) const;
  /// The pin of a map; '.' in its name becomes '-', since bpffs takes no dots.
  [[nodiscard]] std::string map_path(std::string_view component, generation number,
                                     std::string_view map) const;
  /// The pin of an attachment.
  [[nodiscard]] std::string link_path(std::string_view component, std::uint32_t slot) const;
  /// The same into a string that is kept, for whoever asks at thousands of hooks.
  void link_path(std::string_view component, std::uint32_t slot, std::string& into) const;
  /// A map's path by the root's name, for other processes and for people.
  [[nodiscard]] std::string public_map_path(std::string_view component, generation number,
                                            std::string_view map) const;
  /// Any of the paths above by the root's name.
  [[nodiscard]] std::string public_path(std::string_view path) const;
  /// An error that speaks of such a path, by the root's name.
  [[nodiscard]] error by_name(const error& why) const;
  /// The same for an outcome; success stays success.
  [[nodiscard]] result<void> by_name(result<void> outcome) const;

  /// `kernel::pin` at a path of this store, after `check`.
  [[nodiscard]] result<void> pin(handle_ref what, const std::string& path);
  /// `kernel::remove_pin` at a path of this store, after `check`.
  [[nodiscard]] result<void> remove_pin(const std::string& path);
  /// `kernel::rename_pin` between paths of this store, after `check`.
  [[nodiscard]] result<void> rename_pin(const std::string& from, const std::string& to);

  /// Removes the pins of one generation whose identity is on record, then its directory if
  /// nothing is left in it.
  /// returns: what was left alone because it is not ours, one public path each
  [[nodiscard]] result<std::vector<std::string>> remove_generation(std::string_view component,
                                                                   const generation_record& which);

  /// Gives a component up. Its directory gets the name "released-<component>-<n>" and is
  /// nobody's component from then on; what is pinned in it stays pinned, and so runs on.
  /// returns: the directory's public path; empty when there was no directory, only a name in
  ///   the manifest
  /// errors: not_found when there was neither.
  [[nodiscard]] result<std::string> release(std::string_view component);

  /// Reads everything again.
  /// errors: as `open`, but for the lock
  [[nodiscard]] result<void> reload();
  /// Reads one component again, which is found afterwards only if there is something of it.
  [[nodiscard]] result<void> reload(std::string_view component);

  /// Removes the manifest, of a store in which nothing runs any more.
  [[nodiscard]] result<void> remove_records();

  /// Whether a component may not have this name, because the root uses it itself.
  [[nodiscard]] static bool reserved(std::string_view name) noexcept;

 private:
  store(linchpin::kernel& kernel, std::string root, handle lock);
  [[nodiscard]] std::string pin_path(std::string_view component, generation number,
                                     std::string_view kind, std::string_view name) const;
  [[nodiscard]] result<void> write_bytes(const std::string& path);
  template <class Journal>
  [[nodiscard]] result<void> publish_journal(const Journal& what);
  [[nodiscard]] result<std::string> free_place(std::string_view operation,
                                               std::span<const std::string> places);
  [[nodiscard]] result<void> write_carried_record(std::string_view component);
  [[nodiscard]] result<void> write_index_without(std::string_view component);
  [[nodiscard]] std::array<std::string, 2> unfinished_paths(std::string_view component) const;
  [[nodiscard]] std::vector<found_component>::iterator find_found(std::string_view component);

  linchpin::kernel* kernel_;
  std::string root_;
  handle lock_;
  std::string through_;  // the locked directory, whatever its name
  manifest index_;
  std::vector<found_component> found_;
  std::vector<std::string> problems_;
  std::optional<journal> journal_;
  std::optional<journal_1> journal_1_;
  bool has_journal_ = false;
  bool journal_damaged_ = false;
  std::vector<std::string>
      journals_;  // where ours are, as far as is known; last the one that counts
  bool of_first_version_ = false;
  std::vector<std::string> unwritten_;  // components of a format 1 manifest without their records
  std::vector<std::string> leftovers_;  // records that a death left, never renamed into place
  std::vector<std::byte> record_;       // written last; kept for its memory
};

}  // namespace linchpin
