// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "outside.hpp"

namespace growth {

inline constexpr std::array<std::string_view, 4> step_names{"plan", "apply", "status", "remove"};

/// One of each step.
struct costs {
  cost plan;
  cost apply;
  cost status;
  cost remove;
};

/// A change whose size is a number. The machine is in memory.
struct scene {
  std::string_view name;
  std::span<const std::size_t> sizes;  ///< ascending
  /// Makes a machine and what runs on it, carries the change out and takes the measure of each step.
  /// Throws `std::runtime_error` when a step fails or did not do what it should have done.
  costs (*play)(std::size_t size);
};

[[nodiscard]] std::span<const scene> scenes() noexcept;

}  // namespace growth
