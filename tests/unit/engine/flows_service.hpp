// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "filling.hpp"
#include "scene.hpp"

// A service whose guard keeps flows.
namespace engine_test {

struct flows_service {
  machine host;
  fake_kernel kernel{host};
  loose_orchestrator<ordered> edge = open(kernel);

  [[nodiscard]] counts flows() {
    return read_flows(kernel, must(edge.map_handle("guard", "flows")));
  }
  /// What a program would have written into the running map.
  void count(const counts& packets) {
    must(kernel.write_map(must(edge.map_handle("guard", "flows")), flow_entries(packets), false));
  }
};

}  // namespace engine_test
