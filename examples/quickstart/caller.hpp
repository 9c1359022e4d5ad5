// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accounting.hpp"
#include "stop_signal.hpp"
#include "udp_endpoint.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace quickstart {

/// Keeps a bounded number of stamped packets under way from the client to the service address and
/// back, over several flows, and judges every answer. Now and then one goes to the blocked
/// port beside.
///
/// The bound keeps every queue on the way from overflowing, so that a lost packet is never the
/// sender's own fault.
class caller {
 public:
  /// What the director follows while the caller runs.
  struct progress {
    std::atomic<std::uint64_t> received{0};
    std::atomic<std::uint64_t> unfiltered{0};
    std::atomic<std::uint64_t> missing{0};  ///< given up on, and not come after all
  };

  caller(const linchpin::testing::netns& client, const stage& current);
  ~caller();
  caller(const caller&) = delete;
  caller& operator=(const caller&) = delete;

  void start();
  /// Stops sending, waits for what is under way, and returns the sums.
  /// errors: rethrows what went wrong while it ran.
  [[nodiscard]] tally finish();

  [[nodiscard]] const progress& now() const noexcept { return progress_; }
  /// Waits until that many answers have come in all. returns: false when `until` passed first.
  [[nodiscard]] bool await_answers(std::uint64_t count,
                                   std::chrono::steady_clock::time_point until) const;
  /// errors: rethrows what ended the traffic early, if anything did.
  void check() const;

 private:
  void run();
  void fill_window();
  void collect();
  void publish();

  const stage* stage_;
  std::vector<udp_endpoint> flows_;
  accounting accounting_;
  std::uint64_t turn_ = 0;
  progress progress_;
  mutable std::atomic<std::uint64_t> awaited_{0};
  mutable std::mutex waiting_;
  mutable std::condition_variable answered_;
  stop_signal stopping_;
  std::atomic<bool> has_failed_{false};
  std::exception_ptr failed_;
  std::thread thread_;
};

}  // namespace quickstart
