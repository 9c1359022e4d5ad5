// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/testing/netns.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI::testing {

/// A UDP socket that lives in a chosen network namespace and is used from anywhere.
/// ownership: closes its descriptor.
class LINCHPIN_EXPORT udp_socket {
 public:
  /// Makes a socket and binds it.
  /// \param address what to bind, "10.9.0.2" or "fd00::2"
  /// \param port    0 lets the kernel choose
  /// \param where   null: the calling thread's namespace
  /// errors: invalid_argument for an address that cannot be read; what bind(2) says
  [[nodiscard]] static result<udp_socket> bind(const std::string& address, std::uint16_t port,
                                               const netns* where = nullptr);

  udp_socket(udp_socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  udp_socket& operator=(udp_socket&& other) noexcept;
  ~udp_socket();

  /// The descriptor, for what this class cannot do.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  /// The port that it is bound to.
  [[nodiscard]] result<std::uint16_t> port() const;

  /// Sends one datagram.
  /// errors: what sendto(2) says; EPERM is what a dropping cgroup egress program looks like.
  [[nodiscard]] result<void> send(const std::string& address, std::uint16_t port,
                                  std::span<const std::byte> payload);

  /// Sends `count` datagrams with consecutive 8-byte numbers, starting at `first`.
  /// errors: as `send`, at the first one that fails
  [[nodiscard]] result<void> send_numbered(const std::string& address, std::uint16_t port,
                                           std::uint64_t first, std::uint64_t count);

  /// Takes datagrams off the socket until `expected` have come, or none comes for `patience`.
  /// returns: how many came; fewer than expected are losses.
  [[nodiscard]] result<std::uint64_t> count_arrivals(
      std::uint64_t expected, std::chrono::milliseconds patience = std::chrono::milliseconds{200});

 private:
  explicit udp_socket(int descriptor) noexcept : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace linchpin::testing
