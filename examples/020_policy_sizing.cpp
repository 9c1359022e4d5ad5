// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// A sizing policy of your own: the maps of a plan share one budget of memory. It is asked once about all
// of them, and says in words why it refuses.
#include <linchpin/hook/families.hpp>

#include "support/stage.hpp"

#include <iostream>

#include <example_limiter_1.bpf.hpp>
#include <quickstart_firewall_1.bpf.hpp>

class shared_budget {
 public:
  static constexpr std::string_view policy_id = "sizing.shared_budget/1";

  shared_budget() = default;
  explicit shared_budget(std::uint64_t kib) : kib_(kib) {}

  linchpin::decision<std::vector<linchpin::map_shape>> sizes(
      const linchpin::sizing_view& all) const {
    std::vector<linchpin::map_shape> shapes;
    std::uint64_t left = kib_ * 1024;
    for (const linchpin::map_view& map : all.maps) {
      const std::uint64_t values = per_cpu(map.type) ? all.machine.possible_cpus : 1;
      // 48: about what the kernel adds to an entry of a hash map.
      const std::uint64_t entry = map.key_size + map.value_size * values + 48;
      const std::uint64_t bytes = entry * map.max_entries;
      if (bytes > left)
        return linchpin::refusal{"takes " + std::to_string(bytes / 1024) +
                                     " KiB, more than is left of the budget of " +
                                     std::to_string(kib_) + " KiB",
                                 shapes.size()};
      left -= bytes;
      shapes.push_back({map.max_entries, map.flags});
    }
    return shapes;
  }

 private:
  static bool per_cpu(linchpin::uapi::map_type type) noexcept {
    using enum linchpin::uapi::map_type;
    return type == percpu_hash || type == percpu_array || type == lru_percpu_hash;
  }
  std::uint64_t kib_ = 1024;
};
static_assert(linchpin::sizing_policy<shared_budget>);

struct edge_policies : linchpin::default_policies {
  using map_sizing = shared_budget;
  using map_carry = linchpin::carry::copy;  // a map of another size is another map
};
static_assert(linchpin::policy_set<edge_policies>);

using edge = linchpin::orchestrator<edge_policies>;

static void plan_and_apply(edge& service, std::uint32_t blocked, std::uint32_t limits) {
  using source = linchpin::object_source;
  edge::component firewall{"firewall",
                           source::memory("firewall", bpf_objects::quickstart_firewall_1())};
  firewall.attach("firewall", linchpin::hook::tcx_ingress{example::stage::interface});
  firewall.map("blocked").max_entries(blocked);
  edge::component limiter{"limiter", source::memory("limiter", bpf_objects::example_limiter_1())};
  limiter.attach("limiter", linchpin::hook::tcx_ingress{example::stage::interface});
  limiter.map("limits").max_entries(limits);

  const auto applied = service.apply({firewall, limiter});
  std::cout << "asked for blocked " << blocked << " and limits " << limits << '\n';
  if (!applied)
    std::cout << "  " << applied.error().subject() << ": " << applied.error().found() << '\n';
  for (const auto& [component, map] : {std::pair{"firewall", "blocked"}, {"limiter", "limits"}}) {
    const auto live = linchpin::open_map(service.map_path(component, map).value()).value();
    std::cout << "  " << map << " has room for " << live->info().value().max_entries << '\n';
  }
}

static void show(const example::stage& stage) {
  auto service = edge::open(stage.store(), {}, {.map_sizing = shared_budget{640}}).value();
  plan_and_apply(service, 4096, 64);
  plan_and_apply(service, 4096, 8192);
  plan_and_apply(service, 64, 8192);
}

int main() {
  return example::run<edge_policies>(show);
}

// It prints:
//   asked for blocked 4096 and limits 64
//     blocked has room for 4096
//     limits has room for 64
//   asked for blocked 4096 and limits 8192
//     component limiter, map limits: takes 480 KiB, more than is left of the budget of 640 KiB
//     blocked has room for 4096
//     limits has room for 64
//   asked for blocked 64 and limits 8192
//     blocked has room for 64
//     limits has room for 8192
