// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// A carry policy of your own: a cache may be lost when its layout changes, a table may not.
#include <linchpin/hook/families.hpp>

#include "support/stage.hpp"

#include <iostream>

#include <example_limiter_1.bpf.hpp>
#include <example_limiter_2.bpf.hpp>

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

using edge = linchpin::orchestrator<edge_policies>;

static void run_version(edge& service, std::span<const std::byte> object) {
  edge::component limiter{"limiter", linchpin::object_source::memory("limiter", object)};
  limiter.attach("limiter", linchpin::hook::tcx_ingress{example::stage::interface});
  service.apply({limiter}).value();
}

// A map of the running generation, as the kernel has it.
static linchpin::map open(const edge& service, const char* name) {
  return linchpin::open_map(service.map_path("limiter", name).value()).value();
}

static void show(const example::stage& stage) {
  auto service = edge::open(stage.store()).value();
  run_version(service, bpf_objects::example_limiter_1());
  const char* const names[] = {"exempt", "limits", "recent"};
  linchpin::map_id before[3];
  for (std::size_t i = 0; i < 3; ++i) {
    const auto map = open(service, names[i]);
    const auto raw = linchpin::raw_map::over(map).value();
    before[i] = map->info().value().id;
    for (std::uint32_t mark = 1; mark <= 3; ++mark) {
      const std::vector<std::byte> value(raw.value_size(), std::byte{7});
      raw.update(std::as_bytes(std::span{&mark, 1}), value).value();
    }
  }
  run_version(service, bpf_objects::example_limiter_2());
  for (std::size_t i = 0; i < 3; ++i) {
    const auto map = open(service, names[i]);
    const auto info = map->info().value();
    const auto entries = linchpin::raw_map::over(map).value().read().value();
    std::cout << names[i] << ": " << (info.id == before[i] ? "the same map" : "another map")
              << " with room for " << info.max_entries << ", "
              << entries.keys.size() / info.key_size << " entries\n";
  }
}

int main() {
  return example::run<edge_policies>(show);
}

// It prints:
//   exempt: the same map with room for 64, 3 entries
//   limits: another map with room for 1024, 3 entries
//   recent: another map with room for 1024, 0 entries
