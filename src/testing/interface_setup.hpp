// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/route_socket.hpp>

#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::testing {

/// A socket for requests in the calling thread's network namespace, for ever.
[[nodiscard]] result<int> open_rtnetlink();

/// effects: sends one request over such a socket and waits for the answer. returns: 0 or an errno.
[[nodiscard]] int ask(int socket, const linchpin::detail::route_message& message);

/// effects: sets an interface up.
[[nodiscard]] result<void> set_up(int socket, ifindex index, std::string_view name);

/// effects: gives an interface an address, "10.9.0.1/24" or "fd00::1/64", usable at once.
[[nodiscard]] result<void> add_address(int socket, ifindex index, const std::string& address);

}  // namespace linchpin::testing
