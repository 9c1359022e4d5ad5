// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/kernel/live_kernel.hpp>
#include <linchpin/testing/sandbox.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

#include "../../support/footing.hpp"
#include "../../support/loose_orchestrator.hpp"

// A sandbox with TCP connections over its loopback, and a store on its bpffs.
namespace own_map {

using footing::must;

/// One TCP connection over loopback, both ends in this process.
struct tcp_pair {
  linchpin::unique_fd client;
  linchpin::unique_fd server;
};
/// A listening socket of the calling thread's network namespace.
class listener {
 public:
  listener();
  /// \param algorithm the congestion control of the client's end; empty for the default one
  [[nodiscard]] tcp_pair connect(const std::string& algorithm = {}) const;

 private:
  linchpin::unique_fd socket_;
  std::uint16_t port_ = 0;
};

/// Reads until so many bytes have come, or nothing has for a while.
/// returns: how many came
[[nodiscard]] std::size_t receive(const linchpin::unique_fd& from, std::size_t wanted);
/// Sends one byte.
[[nodiscard]] bool send_one(const linchpin::unique_fd& to);

/// A slot of an array of 64-bit counts that a component runs with, read by its pin.
[[nodiscard]] std::uint64_t count_in(const std::string& pin, std::uint32_t slot);
/// Puts a socket into a slot of a sockmap.
void put(const linchpin::unique_fd& map, std::uint32_t slot, const linchpin::unique_fd& socket);

class ground {
 public:
  ground() : box_(footing::enter("ownmap")) {}

  linchpin::live_kernel kernel;

  [[nodiscard]] std::string root() const { return box_.bpffs() + "/edge"; }
  [[nodiscard]] loose_orchestrator<linchpin::default_policies> open(linchpin::kernel& acting) {
    return must(loose_orchestrator<linchpin::default_policies>::open(root(), {.on = &acting}));
  }
  [[nodiscard]] loose_orchestrator<linchpin::default_policies> open() { return open(kernel); }
  /// Where a map of a generation is pinned.
  [[nodiscard]] std::string map(const std::string& component, unsigned generation,
                                const std::string& name) const {
    return root() + "/" + component + "/gen-" + std::to_string(generation) + "/map-" + name;
  }
  /// The link of a component's first slot, as the kernel tells of it.
  [[nodiscard]] linchpin::link_info link(const std::string& component);

 private:
  linchpin::testing::sandbox box_;
};

}  // namespace own_map
