// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/kernel/info.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <cstddef>
#include <span>

namespace linchpin::detail {

/// A live map, with what it takes to move its entries in and out.
struct open_map_contents {
  int fd = -1;
  map_info info;
  std::uint32_t value_size = 0;  ///< of one entry, per-CPU slots included
  bool indexed = false;          ///< keys are 0 to max_entries - 1 and always there
};

/// errors: wrong_type for maps whose entries are not plain bytes (programs, maps, sockets, queues)
[[nodiscard]] result<open_map_contents> open_contents(std::string_view operation, int fd);

[[nodiscard]] result<map_entries> read_contents(const open_map_contents& from);
[[nodiscard]] result<void> write_contents(const open_map_contents& to, const map_entries& entries,
                                          bool only_missing);
[[nodiscard]] result<void> erase_contents(const open_map_contents& in,
                                          std::span<const std::byte> keys);

}  // namespace linchpin::detail
