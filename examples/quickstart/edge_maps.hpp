// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/percpu_map.hpp>
#include <linchpin/bpf/typed_map.hpp>
#include <linchpin/linchpin.hpp>

#include <cstdint>

namespace quickstart {

/// What the components counted, summed over all CPUs.
struct edge_counts {
  std::uint64_t metered = 0;   ///< stamped packets that the meter saw
  std::uint64_t passed = 0;    ///< stamped packets that the firewall let through
  std::uint64_t dropped = 0;   ///< packets to a blocked port
  std::uint64_t balanced = 0;  ///< stamped packets that the balancer sent on
};

/// Says which address is balanced, over which backends, and which port is blocked. Every version
/// uses the same maps, so it needs saying only once; saying it again changes nothing.
/// errors: throws linchpin::failure.
void configure(const linchpin::orchestrator_core& edge);

/// errors: throws linchpin::failure.
[[nodiscard]] edge_counts read_counts(const linchpin::orchestrator_core& edge);

}  // namespace quickstart
