// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/answer.hpp>
#include <linchpin/core/error.hpp>
#include <linchpin/core/ids.hpp>

#include <string_view>

#include <fmt/format.h>

// How fmt prints the values of core. No other header includes this one, so that only programs that
// format with fmt pay for compiling it.

/// An error as its whole message, which may have several lines: `fmt::print("{}", result.error())`.
/// The format options are those of a string.
template <>
struct fmt::formatter<linchpin::error> : fmt::formatter<std::string_view> {
  auto format(const linchpin::error& what, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(what.message(), context);
  }
};

/// An answer with its reason: "yes", "no: why not", "unknown: why nobody could tell". The format
/// options are those of a string.
template <>
struct fmt::formatter<linchpin::answer> : fmt::formatter<std::string_view> {
  auto format(const linchpin::answer& what, fmt::format_context& context) const {
    const auto text =
        what.is_yes() ? std::string{"yes"} : (what.is_no() ? "no: " : "unknown: ") + what.reason();
    return fmt::formatter<std::string_view>::format(text, context);
  }
};

/// An id as its number; the format options are those of a number: `fmt::format("{:>6}", info.id)`.
template <class Tag, class Representation>
struct fmt::formatter<linchpin::strong_id<Tag, Representation>> : fmt::formatter<Representation> {
  auto format(const linchpin::strong_id<Tag, Representation>& id,
              fmt::format_context& context) const {
    return fmt::formatter<Representation>::format(id.value, context);
  }
};
