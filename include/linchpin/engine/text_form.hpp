// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// What the text forms of a desired state and of a plan have in common.
///
/// One thing a line; what belongs to a thing is indented by two spaces below it. A line is words,
/// numbers and strings in quotes, one space apart. In a string a quote and a backslash have a
/// backslash in front, and every byte that is not printable ASCII is \xNN, so that any name reads
/// back. The first line names the form and the oldest version that has all that the text says, so that
/// an earlier linchpin reads what it can; the last one is `end`: a text that lost its tail does not read. Comments from '#' to the end of a line and blank lines may stand anywhere
/// and are not kept.
///
/// A value has one text: what says nothing (a priority of 0) is left out, and a text that says it
/// in another way does not read. So equal values have equal bytes, and a difference between two
/// texts is a difference in what they mean. A later linchpin reads the texts of this one.
namespace linchpin::inline LINCHPIN_ABI {

/// Bounds on texts that come from elsewhere.
/// cost: a text takes at most some eighty times its length of memory while it is read, whatever
///   its numbers say.
struct text_limits {
  /// The longest text that is read. A hook takes about 500 bytes of a plan.
  static constexpr std::size_t bytes = std::size_t{16} << 20U;
};

/// The first line in which two texts differ, for people.
struct text_difference {
  /// 1 is the first.
  std::size_t line = 0;
  /// As it stands there, indentation included.
  std::string left;
  std::string right;

  friend bool operator==(const text_difference&, const text_difference&) = default;
};

/// Compares two texts line by line.
/// returns: the first line that differs; absent for equal texts; an empty line for a text that
///   ends earlier
[[nodiscard]] LINCHPIN_EXPORT std::optional<text_difference> first_difference(
    std::string_view left, std::string_view right);

}  // namespace linchpin
