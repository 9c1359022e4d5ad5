// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/snapshot.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/running.hpp"

namespace linchpin::inline LINCHPIN_ABI {

/// Looks again after a failure, so that an error that passes does not hold a component back.
template <class Look>
auto look_twice(Look look) {
  auto found = look();
  return found ? found : look();
}

/// The name of a target, and the component that asks for it.
struct asked_target {
  target name;
  std::string_view component;
};

/// A name that could not be looked up.
struct unresolved_target {
  std::size_t index;  ///< among those that were asked for
  error why;
  /// The network namespace that its path leads to; 0 where it names none, or that is not known.
  netns_inode there{};
};

/// Whether an attachment is at a name, whichever path leads to its network namespace.
/// \param there what the path of the name leads to; where it is 0, the path itself has to be the same
[[nodiscard]] bool is_at(const attachment_record& record, const target& name, netns_inode there);

/// What to look at beyond our own attachments.
struct observed_hook {
  std::string_view family;
  attach_point at;
  /// Whether a chain that cannot be read is no error, because the mechanism may not be there at
  /// all.
  bool tentative = false;
  /// Whether the hook comes from a record, whose name may mean another target by now: then no chain
  /// is told.
  bool recorded = false;
  /// Whether nothing changes there, in a network namespace that this process may not be allowed to
  /// enter: then the chain need not be told.
  bool kept_afar = false;
};

/// A component of which something could not be looked at when it turned out to be needed.
struct unseen_component {
  std::string name;
  std::string why;  ///< one line
};

/// The only code that reads the kernel and the store for a decision. Changes nothing.
class observer {
 public:
  explicit observer(running_state& state) : state_(state) {}

  /// What runs, and what each name means.
  /// cost: 3 syscalls for each attachment with a pinned link; for the targets see
  ///   `kernel::resolve`.
  [[nodiscard]] result<snapshot> look(std::span<const asked_target> asked);
  /// Names of the last look that could not be looked up. In the snapshot they are absent.
  [[nodiscard]] std::span<const unresolved_target> unresolved() const noexcept {
    return unresolved_;
  }

  /// effects: adds the chains at these hooks to a snapshot.
  [[nodiscard]] result<void> add_chains(snapshot& to, std::span<const observed_hook> hooks);
  /// effects: adds what the calling thread may do, unless it was asked before.
  void add_privileges(snapshot& to);
  /// effects: adds the programs that keep links from these cgroup hooks.
  /// returns: why that cannot be told of some; one line each
  [[nodiscard]] std::vector<std::string> add_sole_programs(snapshot& to,
                                                           std::span<const observed_hook> hooks);
  /// effects: adds the programs that are pinned below the directories of these components, and that
  ///   no record tells of.
  /// returns: those whose directories cannot be looked at
  [[nodiscard]] std::vector<unseen_component> add_strays(
      snapshot& to, std::span<const std::string_view> components);
  /// effects: adds the names below the directories of these components.
  /// returns: those whose directory cannot be listed
  [[nodiscard]] std::vector<unseen_component> add_directories(
      snapshot& to, std::span<const std::string_view> components);
  /// effects: adds the slots of tail-call arrays that keep these components' programs from being
  ///   loaded once more.
  /// returns: those whose arrays cannot be read
  [[nodiscard]] std::vector<unseen_component> add_closed_slots(
      snapshot& to, std::span<const std::string_view> components);
  /// effects: adds what interfaces of running attachments are called now, or the problem with that.
  void add_names(snapshot& to);
  [[nodiscard]] bool still_means(const attachment_record& record) const;

 private:
  result<void> add_targets(snapshot& seen, std::span<const asked_target> asked);
  [[nodiscard]] std::optional<target_identity> by_record(const asked_target& asked, error why,
                                                         std::size_t index);
  [[nodiscard]] bool link_stands(const running_component& component, std::size_t attachment);
  void add_namespaces(snapshot& seen, std::span<const asked_target> asked);
  void add_namespace(snapshot& seen, const std::string& path);
  [[nodiscard]] static std::optional<std::string> path_to(netns_inode wanted,
                                                          std::string_view component,
                                                          const snapshot& seen,
                                                          std::span<const asked_target> asked);
  void give_up_numbers(snapshot& seen);
  [[nodiscard]] bool namespace_matters(std::span<const target> names) const;
  void add_strays(observed_component& to, const running_component& component) const;
  result<void> add_strays(snapshot& to, std::string_view component,
                          std::span<const std::string> names);
  [[nodiscard]] std::string cannot_list(std::string_view component, const error& why) const;
  void add_unfinished(observed_component& to) const;
  [[nodiscard]] std::string unknown_record(std::string_view component,
                                           std::span<const std::string> names) const;
  void read_layouts(observed_component& to) const;
  observed_component look_at(const running_component& component);
  result<observed_attachment> look_all_around(const running_component& component,
                                              std::size_t attachment);
  result<observed_attachment> look_at(const running_component& component, std::size_t attachment);
  result<observed_attachment> judged(const attachment_record& record, const link_info& info,
                                     program_id expected);
  result<bool> stands_here(const attachment_record& record, program_id runs);
  result<std::optional<target_identity>> followed(const attachment_record& record,
                                                  const link_info& info);
  [[nodiscard]] bool stands_by_another(const attachment_record& record,
                                       const target_identity& at) const;
  result<observed_attachment> look_at_filter(const attachment_record& record, program_id expected);
  result<observed_attachment> look_beyond_the_pin(const attachment_record& record,
                                                  program_id expected, bool place_taken);

  running_state& state_;
  const snapshot* seen_ = nullptr;  ///< that `look` fills
  std::vector<unresolved_target> unresolved_;
};

}  // namespace linchpin
