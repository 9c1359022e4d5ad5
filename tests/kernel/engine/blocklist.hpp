// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "../../bpf/blocklist.bpf.h"
#include "blocklist.bpf.hpp"
#include "blocklist_v2.bpf.hpp"
#include "stage.hpp"

// A component that drops datagrams to the ports that its map lists.
namespace live_engine {

/// Lists nothing by itself; its counters outlive its generations.
inline linchpin::desired_component blocklist(
    const stage& here, std::span<const std::byte> object = bpf_objects::blocklist()) {
  auto made = stage::one("blocklist", "blocklist_in", here.ingress(), object);
  made.map("blocked").carry(linchpin::carry::discard{});
  return made;
}

/// What the programs did with datagrams to the forbidden port.
struct verdict_counts {
  std::uint64_t passed = 0;
  std::uint64_t dropped = 0;
};

inline verdict_counts verdicts(linchpin::kernel& kernel, linchpin::orchestrator_core& edge) {
  const auto read = must(kernel.read_map(must(edge.map_handle("blocklist", "verdicts"))));
  REQUIRE(read.values.size() == verdicts_of_blocklist * sizeof(std::uint64_t));
  verdict_counts made;
  std::memcpy(&made.passed, read.values.data() + verdict_passed * sizeof(std::uint64_t),
              sizeof made.passed);
  std::memcpy(&made.dropped, read.values.data() + verdict_dropped * sizeof(std::uint64_t),
              sizeof made.dropped);
  return made;
}

}  // namespace live_engine
