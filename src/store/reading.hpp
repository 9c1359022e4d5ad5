// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "store/store.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Everything that the records of a store say, as far as they can be read.
struct store_contents {
  manifest index;  ///< lists every component that was found, whatever the manifest listed
  std::vector<store::found_component> found;
  std::vector<std::string> problems;
  std::optional<journal> unfinished;
  std::optional<journal_1> unfinished_1;
  bool journal_damaged = false;
  std::vector<std::string_view>
      journals;                   ///< names of the pins that hold one; last the one that counts
  bool of_first_version = false;  ///< the manifest
  std::vector<std::string> unwritten;  ///< components whose record is in a format 1 manifest only
  std::vector<std::string> leftovers;  ///< paths of records that were never renamed into place
};

/// \param through path by which the root is reached; \param root its name for messages
/// errors: newer_format for an undamaged manifest or journal; what the kernel says, except about a
///   single component's record
[[nodiscard]] result<store_contents> read_store(kernel& kernel, const std::string& through,
                                                const std::string& root);

/// What the records of a store say of one component.
/// returns: absent when there is nothing of it
/// \param listed whether the manifest lists it
[[nodiscard]] result<std::optional<store::found_component>> read_component(
    kernel& kernel, const std::string& through, const std::string& root, const std::string& name,
    bool listed);

}  // namespace linchpin::detail
