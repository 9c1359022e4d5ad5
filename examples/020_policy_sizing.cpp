// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// A sizing policy of your own: a hash map has a power of two of buckets whatever its size, so take
// all the entries that its buckets are paid for.
#include <linchpin/linchpin.hpp>

#include <bit>
#include <iostream>

struct whole_buckets {
  static constexpr std::string_view policy_id = "sizing.whole_buckets/1";

  linchpin::map_shape size(const linchpin::map_view& declared,
                           const linchpin::machine_view&) const noexcept {
    constexpr std::uint32_t largest = 1U << 31;
    const bool hash = declared.type == linchpin::uapi::map_type::hash;
    if (!hash || declared.max_entries == 0 || declared.max_entries > largest) {
      return {declared.max_entries, declared.flags};
    }
    return {std::bit_ceil(declared.max_entries), declared.flags};
  }
};
static_assert(linchpin::sizing_policy<whole_buckets>);

struct edge_policies : linchpin::default_policies {
  using map_sizing = whole_buckets;
};
static_assert(linchpin::policy_set<edge_policies>);

int main() {
  using linchpin::uapi::map_type;
  const linchpin::map_view maps[] = {
      {.name = "blocked", .type = map_type::hash, .max_entries = 1000},
      {.name = "flows", .type = map_type::hash, .max_entries = 65536},
      {.name = "backends", .type = map_type::array, .max_entries = 1000},
  };
  for (const auto& declared : maps) {
    std::cout << declared.name << ": " << declared.max_entries << " -> "
              << edge_policies::map_sizing{}.size(declared, {}).max_entries << '\n';
  }
}
