// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/kernel/kernel.hpp>

#include "testing/fake/objects.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>

namespace linchpin::inline LINCHPIN_ABI::testing::fake {

/// Fills a fresh map: arrays with zeros, and any map with its initial value if the object has one.
void initialise(map& made, std::uint32_t cpus, std::span<const std::byte> initial);

[[nodiscard]] result<map_entries> read_entries(const map& from, std::uint32_t cpus);
[[nodiscard]] result<void> write_entries(map& into, std::uint32_t cpus, const map_entries& entries,
                                         bool only_missing);
/// The entries of a tail-call array, whose values are numbers of program handles.
using program_finder = std::function<std::shared_ptr<program>(std::uint32_t number)>;
[[nodiscard]] result<void> write_slots(map& into, const map_entries& entries,
                                       const program_finder& find);
[[nodiscard]] result<void> write_variables(map& into, std::span<const variable_write> writes,
                                           bool in_use);
[[nodiscard]] result<void> erase_entries(map& from, std::span<const std::byte> keys);

}  // namespace linchpin::testing::fake
