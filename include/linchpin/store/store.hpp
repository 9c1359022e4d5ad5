// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/kernel.hpp>
#include <linchpin/store/journal.hpp>
#include <linchpin/store/manifest.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace linchpin {

/// The pins, the manifest and the journal of one orchestrator, held under lock.
///
/// Having a store *is* holding its lock: whoever mutates what it describes takes a `store&`.
///
/// | pin below the root | what |
/// |---|---|
/// | `manifest`, `journal` | records, each replaced by rename(2) |
/// | `<component>/gen-<n>/prog-<name>` | programs of generation n |
/// | `<component>/gen-<n>/map-<name>` | its maps; '.' becomes '-', bpffs takes no dots |
/// | `<component>/link-<slot>` | attachments |
class store {
 public:
  /// effects: takes the lock, creating the directory if it is not there.
  /// errors: busy with the holder's pid; unsupported when the root is not on a bpffs;
  ///   permission_denied; bad_format and newer_format from the records.
  [[nodiscard]] static result<store> open(kernel& acting, std::string root);

  [[nodiscard]] const std::string& root() const noexcept { return root_; }
  [[nodiscard]] kernel& acting() const noexcept { return *kernel_; }

  /// Serial and policies of the manifest as last read or published.
  [[nodiscard]] std::uint64_t serial() const noexcept { return manifest_.serial; }
  [[nodiscard]] const std::vector<std::string>& policies() const noexcept {
    return manifest_.policies;
  }
  /// The components that `open` or `reload` found. Empty after a publish: whoever published them has
  /// them, and there may be thousands of hooks to copy.
  [[nodiscard]] const std::vector<component_record>& found() const noexcept {
    return manifest_.components;
  }
  /// The journal that was found when the store was opened: a transaction that was cut short.
  [[nodiscard]] const std::optional<journal>& unfinished() const noexcept { return journal_; }

  /// effects: replaces the manifest, atomically. This is the commit of a transaction.
  /// errors: in_doubt when it cannot be found out whether it is published; otherwise it is not.
  [[nodiscard]] result<void> publish(const manifest_parts& next);
  /// effects: removes records that a death left written but not renamed into place.
  [[nodiscard]] result<void> remove_unpublished();
  [[nodiscard]] result<void> write_journal(journal intent);
  [[nodiscard]] result<void> clear_journal();

  [[nodiscard]] std::string component_path(std::string_view component) const;
  [[nodiscard]] std::string generation_path(std::string_view component, generation number) const;
  [[nodiscard]] std::string program_path(std::string_view component, generation number,
                                         std::string_view program) const;
  [[nodiscard]] std::string map_path(std::string_view component, generation number,
                                     std::string_view map) const;
  [[nodiscard]] std::string link_path(std::string_view component, std::uint32_t slot) const;
  /// The same into a string that is kept, for whoever asks at thousands of hooks.
  void link_path(std::string_view component, std::uint32_t slot, std::string& into) const;

  /// effects: removes every program and map pin of one generation, then its directory.
  [[nodiscard]] result<void> remove_generation(std::string_view component, generation number);

  /// effects: removes the directory of a component, if nothing is left in it.
  /// returns: whether it is gone.
  [[nodiscard]] result<bool> remove_component(std::string_view component);

  /// effects: reads manifest and journal again.
  [[nodiscard]] result<void> reload();

  /// effects: removes the manifest. For a store in which nothing runs any more.
  [[nodiscard]] result<void> remove_records();

  /// The names a component may not have: those the root uses itself.
  [[nodiscard]] static bool reserved(std::string_view name) noexcept;

 private:
  store(kernel& acting, std::string root, handle lock)
      : kernel_(&acting), root_(std::move(root)), lock_(std::move(lock)) {}
  [[nodiscard]] std::string pin_path(std::string_view component, generation number,
                                     std::string_view kind, std::string_view name) const;

  kernel* kernel_;
  std::string root_;
  handle lock_;
  manifest manifest_;
  std::optional<journal> journal_;
  std::vector<std::byte> record_;  // written last; kept for its memory
};

}  // namespace linchpin
