// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/privileges.hpp>
#include <linchpin/kernel/kernel.hpp>
#include <linchpin/policy/views.hpp>
#include <linchpin/store/records.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// What an attachment of ours was found to be.
enum class attachment_state : std::uint8_t {
  /// Runs our program where we put it.
  live,
  /// The interface, cgroup or netns no longer exists.
  target_gone,
  /// Our link or filter is not there any more, though its target is.
  lost,
  /// Our link runs a program that is not ours.
  altered,
  /// Live, and its interface has another name now.
  renamed,
  /// Its target is in another network namespace; a filter there cannot be looked at.
  elsewhere,
  /// Its pin is gone, its id cannot be opened, and nothing says that it ended.
  unreachable,
  /// It could not be looked at, as its component's problems say.
  unseen,
  /// Recorded for a hook family that this linchpin does not know.
  unknown_hook,
};

/// One or a few words for people.
[[nodiscard]] LINCHPIN_EXPORT std::string_view text(attachment_state state) noexcept;
/// Whether the program still runs, wherever that is.
[[nodiscard]] LINCHPIN_EXPORT bool runs(attachment_state state) noexcept;

/// One of our attachments, as the kernel has it.
struct observed_attachment {
  attachment_state state = attachment_state::live;
  /// What was found to run there; 0 when nothing.
  program_id program{};
  /// Whether its pin is there. Where it is not, the link was found by its id.
  bool pinned = true;
  /// Of an altered one: whether the program there could be opened, which replacing it takes.
  bool nameable = true;
  /// Whether something that is not ours is pinned where its pin belongs.
  bool place_taken = false;
  /// What its interface is called now; empty where nobody asked.
  std::string name;
  /// Its interface has another number than on record, or that number in another network namespace:
  /// it was moved, and is where this process is now.
  std::optional<target_identity> now{};

  friend bool operator==(const observed_attachment&, const observed_attachment&) = default;
};

/// One component of the store, as its record and the kernel tell.
struct observed_component {
  std::string name;
  /// What it is on record to run. Absent when both copies of its record are lost or damaged.
  /// Interfaces are identified as they are now.
  std::optional<component_record> record;
  lifetime_kind lifetime = lifetime_kind::durable;
  /// What was found of its attachments, parallel to record->attachments.
  std::vector<observed_attachment> attachments;
  /// Programs and maps on record of which this process has no handle: "program fw_ingress".
  std::vector<std::string> missing;
  /// Those of them that no longer exist: nothing has their id.
  std::vector<std::string> gone;
  /// For people, one line each.
  std::vector<std::string> problems;
  /// Slots of its tail-call arrays whose programs this process can neither name nor open. Looked
  /// for only where its programs are to be loaded once more.
  std::vector<std::string> closed_slots{};
  /// Maps whose layout is not known, and which this process cannot read: it was taken over with them
  /// without a record, or an earlier linchpin described them in other words. Where it can, their layouts
  /// in `record` are those that it has read.
  std::vector<std::string> uncompared{};
  /// Why its last change is neither finished nor undone, and what goes on; empty if it is. Until
  /// then a plan leaves the component as it is. Among the problems as well.
  std::string unfinished{};
  /// The first thing of it that could not be looked at; empty if there is none. A plan leaves the
  /// component as it is. Among the problems as well.
  std::string unseen{};

  /// This process could not undo its last change wholly: what is missing of it is no drift.
  bool half_undone = false;

  /// Why a plan leaves it as it is; empty if nothing speaks for that.
  [[nodiscard]] const std::string& kept_as_it_is() const noexcept {
    return unfinished.empty() ? unseen : unfinished;
  }

  friend bool operator==(const observed_component&, const observed_component&) = default;
};

/// What a name meant when it was looked at.
struct observed_target {
  target name;
  /// Absent when there was no such thing.
  std::optional<target_identity> identity;

  friend bool operator==(const observed_target&, const observed_target&) = default;
};

/// The names in a component's directory. Not all of them need be ours.
struct observed_directory {
  std::string component;
  /// Directories end in '/'.
  std::vector<std::string> names;

  friend bool operator==(const observed_directory&, const observed_directory&) = default;
};

/// A program that is pinned below a component's directory, in a generation that no record tells
/// of.
struct stray_program {
  std::string component;
  program_id id{};
  /// Of its pin.
  std::string path;

  friend bool operator==(const stray_program&, const stray_program&) = default;
};

/// The chain at one hook.
struct observed_chain {
  std::string family;
  mechanism how{};
  target_identity identity;
  /// Absent where the kernel could not tell: a mechanism of which nothing is known yet.
  std::optional<chain> seen;

  friend bool operator==(const observed_chain&, const observed_chain&) = default;
};

/// The program that keeps links from a cgroup hook at which something is to be attached.
struct observed_sole_program {
  std::string family;
  target_identity identity;
  sole_program keeps_out;

  friend bool operator==(const observed_sole_program&, const observed_sole_program&) = default;
};

/// A mechanism that an earlier transaction of this process tried at a target and found missing:
/// a plan does not try it again.
struct refuted_mechanism {
  target_identity at;
  mechanism how{};
  std::string why;

  friend bool operator==(const refuted_mechanism&, const refuted_mechanism&) = default;
};

/// What the kernel and the store had at one moment: all that a plan is decided on.
///
/// A value: it can be compared, printed, and made up in a test. A plan depends on nothing else,
/// so that two equal snapshots lead to the same plan.
/// threads: as a value.
struct LINCHPIN_EXPORT snapshot {
  std::string root;
  /// Of the last transaction.
  std::uint64_t serial = 0;
  /// That the last transaction was made with.
  std::vector<std::string> policies;
  /// The store: its manifest is to be replaced.
  bool of_first_version = false;
  /// Of the process.
  target_identity own_netns;
  /// What the network namespaces are that attachments on record name; absent where there is none.
  std::vector<observed_target> namespaces{};
  kernel_facts facts;
  std::vector<refuted_mechanism> refuted;
  std::vector<observed_component> components;
  /// Names that were asked about.
  std::vector<observed_target> targets;
  /// Of hooks whose order matters.
  std::vector<observed_chain> chains;
  /// Of components for which something is built or attached: there a place must be free.
  std::vector<observed_directory> directories;
  /// Of components for which something is attached: it may run already.
  std::vector<stray_program> strays;
  /// Of cgroup hooks at which something is attached: those that take no link.
  std::vector<observed_sole_program> sole_programs;
  /// Of the calling thread; unknown where nothing changes, for then nobody asks.
  thread_privileges privileges;
  /// Of the store as a whole.
  std::vector<std::string> problems;

  /// The component of that name, or null.
  [[nodiscard]] const observed_component* find(std::string_view component) const noexcept;
  /// The network namespace that an attachment on record names, as it is now; 0 where there is none.
  [[nodiscard]] netns_inode netns_of(const attachment_record& record) const noexcept;
  /// A page for people who want to know what a plan was decided on.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const snapshot&, const snapshot&) = default;
};

}  // namespace linchpin
