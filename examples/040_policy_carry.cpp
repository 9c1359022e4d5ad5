// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// A carry policy of your own: a cache may be lost when its layout changes, a table may not.
#include <linchpin/linchpin.hpp>

#include <iostream>

struct caches_may_go {
  static constexpr std::string_view policy_id = "carry.caches_may_go/1";

  linchpin::carry_method choose(const linchpin::carry_view& maps) const noexcept {
    using enum linchpin::carry_method;
    const bool cache = maps.running.type == linchpin::uapi::map_type::lru_hash;
    if (!maps.same_layout && cache) return discard;
    if (maps.same_layout && maps.running.max_entries != maps.next.max_entries) return copy;
    return reuse;  // a table of another layout is refused by the plan, with the fields that differ
  }
};
static_assert(linchpin::carry_policy<caches_may_go>);

struct edge_policies : linchpin::default_policies {
  using map_carry = caches_may_go;
};
static_assert(linchpin::policy_set<edge_policies>);

int main() {
  using linchpin::uapi::map_type;
  const linchpin::map_view table{.name = "blocked", .type = map_type::hash, .max_entries = 1024};
  const linchpin::map_view larger{.name = "blocked", .type = map_type::hash, .max_entries = 4096};
  const linchpin::map_view cache{.name = "flows", .type = map_type::lru_hash, .max_entries = 1024};
  const char* const words[] = {"reuse", "copy", "discard"};
  const auto say = [&](const char* what, const linchpin::carry_view& maps) {
    const auto method = edge_policies::map_carry{}.choose(maps);
    std::cout << maps.running.name << ", " << what << ": " << words[static_cast<int>(method)]
              << '\n';
  };
  say("unchanged", {.running = table, .next = table, .same_layout = true});
  say("larger", {.running = table, .next = larger, .same_layout = true});
  say("another layout", {.running = cache, .next = cache, .same_layout = false});
}
