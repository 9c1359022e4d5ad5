// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "caller.hpp"
#include "edge_network.hpp"
#include "options.hpp"
#include "progress_line.hpp"
#include "service_process.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace quickstart {

/// What the components counted themselves, in maps that every version shared.
struct own_counts {
  std::uint64_t metered = 0;
  std::uint64_t passed = 0;
  std::uint64_t dropped = 0;
  std::uint64_t balanced = 0;
};

/// What the director made happen.
struct events {
  std::string strategy;
  std::vector<std::chrono::microseconds> updates;  ///< how long each took
  unsigned rolled_back = 0;                        ///< with every old program back in its place
  unsigned adopted = 0;                  ///< with an empty plan and every program in its place
  std::uint64_t packets_unattended = 0;  ///< answered while no service ran
  own_counts counts;
};

/// Leads the service through the run while the caller's packets cross the edge.
class director {
 public:
  /// effects: starts the service, which attaches version 1.
  director(const options& wanted, std::string service_program, const edge_network& network,
           stage& current);

  /// Performs every upgrade, the one that fails on the way, the kill and the restart.
  /// errors: throws std::runtime_error when the service or the traffic stops.
  void lead(const caller& traffic);
  /// Asks for the last counts and ends the service. Call it when the traffic has ended.
  [[nodiscard]] events finish();

 private:
  void start_service();
  void upgrade(std::uint32_t version);
  void fail_an_upgrade();
  void kill_and_restart(const caller& traffic);
  void await_packets(const caller& traffic, std::uint64_t count,
                     std::chrono::steady_clock::time_point not_before);
  void show_progress(const caller& traffic);

  const options* options_;
  std::string service_program_;
  const edge_network* network_;
  stage* stage_;
  std::optional<service_process> service_;
  std::uint32_t version_ = 1;
  events events_;
  progress_line progress_;
  std::chrono::steady_clock::time_point shown_at_ = std::chrono::steady_clock::now();
  std::uint64_t shown_received_ = 0;
};

}  // namespace quickstart
