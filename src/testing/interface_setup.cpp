// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "testing/interface_setup.hpp"

#include <linchpin/core/detail/try.hpp>

#include <array>
#include <charconv>
#include <cstddef>
#include <utility>
#include <vector>

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <sys/socket.h>

namespace linchpin::inline LINCHPIN_ABI::testing {

using linchpin::detail::route_message;
using linchpin::detail::route_reply;
using linchpin::detail::route_socket;

result<int> open_rtnetlink() {
  LINCHPIN_TRY(auto socket, route_socket::open("open rtnetlink socket", ""));
  return std::move(socket).release();
}

int ask(int socket, const route_message& message) {
  std::vector<route_reply> replies;
  return linchpin::detail::ask_route(fd_ref::borrow(socket), 1, message, replies).cause;
}

result<void> set_up(int socket, ifindex index, std::string_view name) {
  ifinfomsg fixed{};
  fixed.ifi_index = static_cast<int>(index.value);
  fixed.ifi_flags = IFF_UP;
  fixed.ifi_change = IFF_UP;
  if (const int failed = ask(socket, route_message{RTM_NEWLINK, 0, fixed}); failed != 0)
    return error::from_errno(failed, "set interface up", name);
  return {};
}

result<void> add_address(int socket, ifindex index, const std::string& address) {
  const auto slash = address.find('/');
  const auto host = address.substr(0, slash);
  ifaddrmsg fixed{};
  fixed.ifa_family = host.find(':') == std::string::npos ? AF_INET : AF_INET6;
  fixed.ifa_index = index.value;
  fixed.ifa_prefixlen = fixed.ifa_family == AF_INET ? 32 : 128;
  fixed.ifa_flags = fixed.ifa_family == AF_INET6 ? IFA_F_NODAD : 0;
  std::array<std::byte, 16> raw{};
  bool readable = inet_pton(fixed.ifa_family, host.c_str(), raw.data()) == 1;
  if (slash != std::string::npos) {
    const auto* const end = address.data() + address.size();
    const auto parsed = std::from_chars(address.data() + slash + 1, end, fixed.ifa_prefixlen);
    readable = readable && parsed.ec == std::errc{} && parsed.ptr == end;
  }
  if (!readable)
    return error{errc::invalid_argument, "add address", address}.expected("address/prefix length");
  const std::size_t size = fixed.ifa_family == AF_INET ? 4 : 16;
  route_message message{RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, fixed};
  message.add(IFA_LOCAL, raw.data(), size);
  message.add(IFA_ADDRESS, raw.data(), size);
  if (const int failed = ask(socket, message); failed != 0)
    return error::from_errno(failed, "add address", address);
  return {};
}

}  // namespace linchpin::testing
