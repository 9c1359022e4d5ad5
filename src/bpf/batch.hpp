// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/raw_map.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Whether lookup batches of a map type may be relied on to return each entry once. Not for types
/// this library does not know: the resizable hash of 7.2 loses entries.
[[nodiscard]] bool batch_reads_each_once(uapi::map_type type) noexcept;

/// Whether an errno of a batch command means that there is none for this map type here.
[[nodiscard]] bool means_no_batch(int errno_value) noexcept;

struct batch_arguments {
  std::uint64_t in_position = 0;
  std::uint64_t out_position = 0;
  std::uint64_t keys = 0;
  std::uint64_t values = 0;
  std::uint32_t count = 0;
  std::uint32_t map = 0;
  std::uint64_t element_flags = 0;
  std::uint64_t flags = 0;
};
static_assert(sizeof(batch_arguments) == 56);

enum class batch_command : int { lookup = 24, update = 26, erase = 27 };

/// returns: 0 or a negated errno; `count` is how many entries were done, where the command exists.
int batch_call(batch_command command, batch_arguments& arguments) noexcept;

/// Every entry by batches; nothing when this kernel has none for the type.
[[nodiscard]] result<std::optional<raw_entries>> read_by_batch(const raw_map& from,
                                                               std::uint32_t batch);
/// Every entry by get_next_key, each once, whatever others erase meanwhile. Beside busy writers it
/// can miss entries that stay, in a trie or a hash map, though hardly ever: see map_walk.cpp.
[[nodiscard]] result<raw_entries> read_by_walk(const raw_map& from);

}  // namespace linchpin::detail
