// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/testing/netns.hpp>
#include <linchpin/testing/veth.hpp>

#include <array>

namespace quickstart {

/// Three small hosts around the one that runs the service:
///
///     client 10.77.1.2 --- edge0 10.77.1.1 [edge] 10.77.2.1 --- 10.77.2.2 backend a
///                                                 10.77.3.1 --- 10.77.3.2 backend b
///
/// Namespaces without names: they and everything in them go with the last process that is inside,
/// however it ends.
struct edge_network {
  linchpin::testing::netns client;
  linchpin::testing::netns edge;
  std::array<linchpin::testing::netns, 2> backends;
  std::array<linchpin::testing::veth_pair, 3> cables;

  /// errors: throws linchpin::failure or std::system_error.
  [[nodiscard]] static edge_network build();
};

/// Gives the process a mount namespace of its own with a fresh bpffs at /sys/fs/bpf.
/// errors: throws std::system_error.
void mount_private_bpffs();

}  // namespace quickstart
