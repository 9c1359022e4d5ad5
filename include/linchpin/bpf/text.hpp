// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/text.hpp>

// Words of bpf for fmt. A header of its own, which no other includes, for who has fmt anyway.

/// A type of program, map, link or attachment by its name, as `linchpin::name_of` gives it.
template <class Type>
  requires requires(Type type) { linchpin::name_of(type); }
struct fmt::formatter<Type> : fmt::formatter<std::string_view> {
  auto format(Type type, fmt::format_context& context) const {
    return fmt::formatter<std::string_view>::format(linchpin::name_of(type), context);
  }
};
