// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>
#include <linchpin/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::testing {

/// One rtnetlink request under construction: header, fixed part, attributes.
class rtnetlink_message {
 public:
  rtnetlink_message(std::uint16_t type, std::uint16_t flags);

  template <class Fixed>
  void append(const Fixed& fixed) {
    append_bytes(&fixed, sizeof fixed);
  }
  void attribute(std::uint16_t type, const void* data, std::size_t size);
  void attribute(std::uint16_t type, std::string_view text);  ///< with its terminating zero
  [[nodiscard]] std::size_t open_nest(std::uint16_t type);
  void close_nest(std::size_t nest);

  /// effects: sends and waits for the acknowledgement. returns: 0 or a positive errno.
  [[nodiscard]] int transact(int socket);

 private:
  void append_bytes(const void* data, std::size_t size);
  std::vector<std::byte> bytes_;
};

/// A socket for requests in the calling thread's network namespace, for ever.
[[nodiscard]] result<int> open_rtnetlink();

/// effects: sets an interface up.
[[nodiscard]] result<void> set_up(int socket, ifindex index, std::string_view name);

/// effects: gives an interface an address, "10.9.0.1/24" or "fd00::1/64", usable at once.
[[nodiscard]] result<void> add_address(int socket, ifindex index, const std::string& address);

}  // namespace linchpin::testing
