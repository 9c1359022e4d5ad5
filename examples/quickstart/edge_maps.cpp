// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "edge_maps.hpp"

#include "addresses.hpp"

#include <arpa/inet.h>
#include <quickstart_stamp.bpf.h>

#include <numeric>
#include <string_view>

namespace quickstart {

namespace {

linchpin::map open_map_of(const linchpin::orchestrator_core& edge, std::string_view component,
                          std::string_view map) {
  return linchpin::open_map(edge.map_path(component, map).value()).value();
}

std::uint64_t sum(const linchpin::map& counters, std::uint32_t index) {
  const auto typed = linchpin::percpu_map<std::uint32_t, std::uint64_t>::over(counters).value();
  const auto per_cpu = typed.lookup(index).value().value();
  return std::accumulate(per_cpu.begin(), per_cpu.end(), std::uint64_t{0});
}

}  // namespace

void configure(const linchpin::orchestrator_core& edge) {
  const auto service = open_map_of(edge, "balancer", "service");
  linchpin::typed_map<std::uint32_t, quickstart_service>::over(service)
      .value()
      .update(0, {inet_addr(service_address),
                  {inet_addr(backend_addresses[0]), inet_addr(backend_addresses[1])}})
      .value();
  const auto blocked = open_map_of(edge, "firewall", "blocked");
  linchpin::typed_map<std::uint16_t, std::uint8_t>::over(blocked)
      .value()
      .update(htons(blocked_port), 1)
      .value();
}

edge_counts read_counts(const linchpin::orchestrator_core& edge) {
  const auto metered = open_map_of(edge, "meter", "metered");
  const auto verdicts = open_map_of(edge, "firewall", "verdicts");
  const auto balanced = open_map_of(edge, "balancer", "balanced");
  return {sum(metered, 0), sum(verdicts, quickstart_passed), sum(verdicts, quickstart_dropped),
          sum(balanced, 0) + sum(balanced, 1)};
}

}  // namespace quickstart
