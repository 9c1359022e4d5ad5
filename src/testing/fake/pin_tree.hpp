// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include "testing/fake/machine_state.hpp"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::testing::fake {

/// The bpffs of a machine: one flat table of absolute paths with the semantics of directories.
class pin_tree {
 public:
  explicit pin_tree(machine_state& machine) : machine_(machine) {}

  [[nodiscard]] pin_node* find(const std::string& path);
  /// effects: makes the directory and its missing parents.
  [[nodiscard]] result<void> make_directories(std::string_view operation, const std::string& path);
  /// effects: puts a pin where nothing is, making missing directories.
  [[nodiscard]] result<void> add(std::string_view operation, const std::string& path,
                                 pin_node node);
  [[nodiscard]] result<void> rename(const std::string& from, const std::string& to);
  [[nodiscard]] result<void> remove(const std::string& path);
  [[nodiscard]] result<std::vector<std::string>> list(const std::string& directory);
  /// effects: removes a directory and all that is below it, or a pin. Absent is a no-op.
  void remove_tree(const std::string& path);
  void make_directory(const std::string& path);
  /// As live_kernel::lock does.
  [[nodiscard]] result<void> refuse_store_above(std::string_view operation,
                                                const std::string& path);
  [[nodiscard]] result<void> refuse_store_below(std::string_view operation,
                                                const std::string& path);
  /// As `add`, but over a pin that may be there.
  [[nodiscard]] result<void> put(std::string_view operation, const std::string& path,
                                 pin_node node);

 private:
  void move(std::map<std::string, pin_node>::iterator which, const std::string& to);
  void erase(std::map<std::string, pin_node>::iterator which);
  [[nodiscard]] bool is_empty(const std::string& directory) const;
  [[nodiscard]] result<void> check_parent(std::string_view operation, const std::string& path);
  machine_state& machine_;
};

}  // namespace linchpin::testing::fake
