// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "descriptor.hpp"

#include <netinet/in.h>
#include <quickstart_stamp.bpf.h>
#include <linchpin/testing/netns.hpp>

#include <cstdint>
#include <optional>

namespace quickstart {

/// A UDP socket in one of the network's hosts that speaks in stamps. It never blocks, has room for
/// more than the caller ever has in flight, and sends without UDP checksum, so that programs on the
/// way may write into the stamp.
class udp_endpoint {
 public:
  struct arrival {
    quickstart_stamp stamp{};
    sockaddr_in from{};
  };

  /// errors: throws std::system_error, linchpin::failure.
  udp_endpoint(const linchpin::testing::netns& host, const char* address, std::uint16_t port);

  /// Takes one arrived packet, if there is one. Packets that are no stamps are passed over.
  [[nodiscard]] std::optional<arrival> receive();
  /// returns: false when the kernel has no room for it at this moment.
  [[nodiscard]] bool send(const quickstart_stamp& stamp, const sockaddr_in& to);

  [[nodiscard]] int get() const noexcept { return socket_.get(); }

 private:
  descriptor socket_;
};

[[nodiscard]] sockaddr_in internet_address(const char* address, std::uint16_t port);

}  // namespace quickstart
