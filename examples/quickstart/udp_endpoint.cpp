// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "udp_endpoint.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>

namespace quickstart {

namespace {

constexpr int socket_room = 8 << 20;  // bytes

void set_option(const descriptor& of, int option, int value, const char* what) {
  checked(setsockopt(of.get(), SOL_SOCKET, option, &value, sizeof(value)), what);
}

}  // namespace

sockaddr_in internet_address(const char* address, std::uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  inet_pton(AF_INET, address, &made.sin_addr);
  return made;
}

udp_endpoint::udp_endpoint(const linchpin::testing::netns& host, const char* address,
                           std::uint16_t port) {
  const auto visit = linchpin::testing::netns_visit::enter(host.descriptor()).value();
  socket_ = descriptor{
      checked(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "make a UDP socket")};
  set_option(socket_, SO_RCVBUFFORCE, socket_room, "give a UDP socket room to receive");
  set_option(socket_, SO_SNDBUFFORCE, socket_room, "give a UDP socket room to send");
  set_option(socket_, SO_NO_CHECK, 1, "switch the UDP checksum off");
  const auto local = internet_address(address, port);
  checked(bind(socket_.get(), reinterpret_cast<const sockaddr*>(&local), sizeof(local)),
          "bind a UDP socket");
}

std::optional<udp_endpoint::arrival> udp_endpoint::receive() {
  for (;;) {
    arrival taken;
    socklen_t length = sizeof(taken.from);
    const auto got = recvfrom(socket_.get(), &taken.stamp, sizeof(taken.stamp), MSG_TRUNC,
                              reinterpret_cast<sockaddr*>(&taken.from), &length);
    if (got < 0) {
      if (errno == EAGAIN) return std::nullopt;
      // An ICMP answer to an earlier packet; the packet itself is accounted for as lost.
      if (errno == ECONNREFUSED || errno == EHOSTUNREACH || errno == EINTR) continue;
      checked(got, "receive from a UDP socket");
    }
    if (got == sizeof(taken.stamp) && taken.stamp.magic == quickstart_magic) return taken;
  }
}

bool udp_endpoint::send(const quickstart_stamp& stamp, const sockaddr_in& to) {
  const auto gone = sendto(socket_.get(), &stamp, sizeof(stamp), 0,
                           reinterpret_cast<const sockaddr*>(&to), sizeof(to));
  if (gone < 0 && (errno == EAGAIN || errno == ENOBUFS)) return false;
  checked(gone, "send from a UDP socket");
  return true;
}

}  // namespace quickstart
