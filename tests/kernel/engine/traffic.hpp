// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/testing/udp.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include "stage.hpp"

namespace live_engine {

/// A thread that sends datagrams from the far end to the turnstile, in small batches each of which
/// has to arrive before the next leaves: no queue on the way overflows, and what was sent is known
/// exactly at every end.
class traffic {
 public:
  static constexpr std::uint64_t batch = 32;

  explicit traffic(stage& on);
  /// From a test that is in another network namespace than the stage.
  /// \param home the stage's
  traffic(stage& on, const linchpin::testing::netns& home);
  traffic(const traffic&) = delete;
  traffic& operator=(const traffic&) = delete;
  ~traffic();

  /// Ends it, once the batch under way has arrived.
  /// returns: how many were sent, all of which arrived; a failed test otherwise.
  std::uint64_t stop();
  /// How many have arrived so far.
  [[nodiscard]] std::uint64_t arrived() const noexcept { return arrived_; }

 private:
  void run() noexcept;

  linchpin::testing::udp_socket receiver_;
  linchpin::testing::udp_socket sender_;
  std::atomic<bool> stopping_ = false;
  std::uint64_t sent_ = 0;
  std::atomic<std::uint64_t> arrived_ = 0;
  std::string trouble_;
  std::thread thread_;
};

}  // namespace live_engine
