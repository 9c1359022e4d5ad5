// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "descriptor.hpp"

#include <linchpin/testing/netns.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace quickstart {

/// TCP streams from the client through the service address to the backends. Every word that is sent
/// says where in its stream it stands, and the backend checks it.
class byte_streams {
 public:
  struct outcome {
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;  ///< each of them as it was sent
    std::string broken;                ///< empty: every stream began and ended in good order

    [[nodiscard]] bool intact() const { return broken.empty() && bytes_sent == bytes_received; }
  };

  /// Listens on the backends.
  byte_streams(const linchpin::testing::netns& client,
               const std::array<linchpin::testing::netns, 2>& backends);
  ~byte_streams();
  byte_streams(const byte_streams&) = delete;
  byte_streams& operator=(const byte_streams&) = delete;

  /// Connects one stream that goes to either backend, and keeps them busy.
  void start();
  /// Ends every stream in good order where it can, and compares both ends.
  [[nodiscard]] outcome finish();

 private:
  // One end of one stream, and what its thread found.
  struct end {
    std::uint64_t bytes = 0;
    std::string broken;
    std::thread thread;
  };

  void send(descriptor connection, end& here);
  void receive(const descriptor& listener, end& here);

  std::vector<descriptor> connections_;  ///< bound, not connected yet
  std::vector<descriptor> listeners_;
  std::array<end, 2> senders_;
  std::array<end, 2> receivers_;
  std::atomic<bool> stopping_{false};
};

}  // namespace quickstart
