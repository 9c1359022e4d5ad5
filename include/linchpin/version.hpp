// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <compare>

// The one place where the version is written; CMake and pkg-config read it here. Before 1.0 a new
// minor version may break source and binary compatibility, a patch version does not.

#define LINCHPIN_VERSION_MAJOR 0
#define LINCHPIN_VERSION_MINOR 1
#define LINCHPIN_VERSION_PATCH 0

namespace linchpin::inline LINCHPIN_ABI {

/// A version of linchpin, ordered as people read it.
///
/// Before 1.0 a new minor version may break source and binary compatibility; a patch version
/// does not.
struct version_number {
  int major_number = 0;
  int minor_number = 0;
  int patch_number = 0;

  friend constexpr auto operator<=>(const version_number&, const version_number&) = default;
};

/// The version of the headers being compiled.
inline constexpr version_number header_version{LINCHPIN_VERSION_MAJOR, LINCHPIN_VERSION_MINOR,
                                               LINCHPIN_VERSION_PATCH};

/// The version of the library that runs. With a shared library it may be another one than `header_version`: a
/// program keeps running with a newer patch version than it was compiled with.
[[nodiscard]] LINCHPIN_EXPORT version_number version() noexcept;

}  // namespace linchpin
