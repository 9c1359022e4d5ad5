// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/store/store.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace linchpin {

/// The programs of one generation as their pins hold them. Being pinned in our store is what proves
/// that a program is ours.
class pinned_programs {
 public:
  struct entry {
    std::string pin;  ///< "prog-fw_ingress"
    handle program;
    program_id id;
  };

  /// A generation without a directory gives an empty set.
  [[nodiscard]] static result<pinned_programs> open(store& from, std::string_view component,
                                                    generation number);

  [[nodiscard]] const entry* find(program_id id) const noexcept;
  /// By the program's whole name.
  [[nodiscard]] const entry* find(std::string_view program) const noexcept;
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }

 private:
  std::vector<entry> entries_;
};

}  // namespace linchpin
