// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "testing/rtnetlink.hpp"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace linchpin::inline LINCHPIN_ABI::testing {

rtnetlink_message::rtnetlink_message(std::uint16_t type, std::uint16_t flags) {
  nlmsghdr header{};
  header.nlmsg_type = type;
  header.nlmsg_flags = static_cast<std::uint16_t>(flags | NLM_F_REQUEST | NLM_F_ACK);
  append(header);
}

void rtnetlink_message::append_bytes(const void* data, std::size_t size) {
  const auto start = bytes_.size();
  bytes_.resize(start + NLMSG_ALIGN(size));
  std::memcpy(bytes_.data() + start, data, size);
}

void rtnetlink_message::attribute(std::uint16_t type, const void* data, std::size_t size) {
  append(rtattr{static_cast<unsigned short>(RTA_LENGTH(size)), type});
  if (size != 0) append_bytes(data, size);
}

void rtnetlink_message::attribute(std::uint16_t type, std::string_view text) {
  const std::string terminated{text};
  attribute(type, terminated.c_str(), terminated.size() + 1);
}

std::size_t rtnetlink_message::open_nest(std::uint16_t type) {
  const auto start = bytes_.size();
  append(rtattr{0, type});
  return start;
}

void rtnetlink_message::close_nest(std::size_t nest) {
  const auto length = static_cast<unsigned short>(bytes_.size() - nest);
  std::memcpy(bytes_.data() + nest + offsetof(rtattr, rta_len), &length, sizeof length);
}

int rtnetlink_message::transact(int socket) {
  const auto length = static_cast<std::uint32_t>(bytes_.size());
  std::memcpy(bytes_.data() + offsetof(nlmsghdr, nlmsg_len), &length, sizeof length);
  if (send(socket, bytes_.data(), bytes_.size(), 0) < 0) return errno;
  std::array<char, 8192> reply{};
  const auto got = recv(socket, reply.data(), reply.size(), 0);
  if (got < 0) return errno;
  nlmsghdr header{};
  nlmsgerr verdict{};
  if (static_cast<std::size_t>(got) < sizeof header + sizeof verdict.error) return EBADMSG;
  std::memcpy(&header, reply.data(), sizeof header);
  std::memcpy(&verdict.error, reply.data() + sizeof header, sizeof verdict.error);
  return header.nlmsg_type == NLMSG_ERROR ? -verdict.error : EBADMSG;
}

result<int> open_rtnetlink() {
  const int socket = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (socket < 0) return error::from_errno(errno, "open rtnetlink socket");
  return socket;
}

result<void> set_up(int socket, ifindex index, std::string_view name) {
  rtnetlink_message message{RTM_NEWLINK, 0};
  ifinfomsg fixed{};
  fixed.ifi_index = static_cast<int>(index.value);
  fixed.ifi_flags = IFF_UP;
  fixed.ifi_change = IFF_UP;
  message.append(fixed);
  if (const int failed = message.transact(socket); failed != 0)
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
  rtnetlink_message message{RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL};
  message.append(fixed);
  message.attribute(IFA_LOCAL, raw.data(), size);
  message.attribute(IFA_ADDRESS, raw.data(), size);
  if (const int failed = message.transact(socket); failed != 0)
    return error::from_errno(failed, "add address", address);
  return {};
}

}  // namespace linchpin::testing
