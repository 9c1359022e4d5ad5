// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stop_signal.hpp"
#include "udp_endpoint.hpp"

#include <array>
#include <exception>
#include <thread>

namespace quickstart {

/// Answers every stamp that reaches one host, on the open and on the blocked port, and writes into
/// it who did. On the edge itself it catches what the balancer should have sent on.
class echo_host {
 public:
  echo_host(const linchpin::testing::netns& host, const char* address, quickstart_server name);
  ~echo_host();
  echo_host(const echo_host&) = delete;
  echo_host& operator=(const echo_host&) = delete;

  /// Stops answering. errors: rethrows what went wrong while it ran.
  void stop();

 private:
  void serve();

  quickstart_server name_;
  std::array<udp_endpoint, 2> endpoints_;
  stop_signal stopping_;
  std::exception_ptr failed_;
  std::thread thread_;
};

}  // namespace quickstart
