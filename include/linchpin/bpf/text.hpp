// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/text.hpp>

// How fmt prints the values of bpf. No other header includes this one, so that only programs that
// format with fmt pay for compiling it.

/// A type of program, map, link or attachment by its name: `fmt::print("{}", map.type())` prints
/// "lru_hash". The format options are those of a string.
template <class Type>
  requires requires(Type type) { linchpin::name_of(type); }
struct fmt::formatter<Type> : fmt::formatter<std::string_view> {
  auto format(Type type, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(linchpin::name_of(type), context);
  }
};
