// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "addresses.hpp"
#include "byte_stream.hpp"
#include "caller.hpp"
#include "descriptor.hpp"
#include "director.hpp"
#include "echo_host.hpp"
#include "edge_network.hpp"
#include "options.hpp"
#include "report.hpp"

#include <unistd.h>

#include <array>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

/// Upgrades a small edge under live traffic and accounts for every packet. The service that embeds
/// linchpin is edge_service.cpp; everything here only plays the world around it.

namespace quickstart {

namespace {

// The service is built into the same directory.
std::string service_program() {
  std::array<char, PATH_MAX> self{};
  const auto length = checked(readlink("/proc/self/exe", self.data(), self.size()), "readlink");
  const std::string path{self.data(), static_cast<std::size_t>(length)};
  return path.substr(0, path.rfind('/') + 1) + "edge_service";
}

outcome run(const options& wanted) {
  // Before the mount namespace changes: in a chroot our own path would no longer be readable.
  const auto service = service_program();
  mount_private_bpffs();
  const auto network = edge_network::build();
  stage current;
  echo_host backend_a{network.backends[0], backend_addresses[0], quickstart_backend_a};
  echo_host backend_b{network.backends[1], backend_addresses[1], quickstart_backend_b};
  echo_host edge_itself{network.edge, service_address, quickstart_edge_itself};
  caller traffic{network.client, current};
  byte_streams streams{network.client, network.backends};

  const auto begin = std::chrono::steady_clock::now();
  director leader{wanted, service, network, current};
  streams.start();
  traffic.start();
  leader.lead(traffic);

  outcome of;
  of.streams = streams.finish();
  of.packets = traffic.finish();
  backend_a.stop();
  backend_b.stop();
  edge_itself.stop();
  of.happened = leader.finish();
  of.took = std::chrono::steady_clock::now() - begin;
  return of;
}

int main_with(std::span<const char* const> arguments) {
  const auto wanted = parse_options(arguments);
  if (wanted.help) {
    fmt::print("{}", usage);
    return EXIT_SUCCESS;
  }
  if (geteuid() != 0) {
    throw std::runtime_error(
        "must be root, to make network namespaces and load BPF programs; try sudo");
  }
  const auto of = run(wanted);
  fmt::print("{}\n{}\n", render(of), summary_line(of));
  return shortcomings(of).empty() ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace quickstart

int main(int argc, char** argv) {
  constexpr int misused = 2;
  try {
    return quickstart::main_with({argv + 1, static_cast<std::size_t>(argc - 1)});
  } catch (const std::invalid_argument& mistake) {
    fmt::print(stderr, "quickstart: {}; see --help\n", mistake.what());
    return misused;
  } catch (const std::exception& cause) {
    std::fflush(stdout);
    fmt::print(stderr, "\nquickstart: {}\n", cause.what());
    return EXIT_FAILURE;
  }
}
