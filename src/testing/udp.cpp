// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/udp.hpp>

#include <linchpin/core/detail/try.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing {

namespace {

struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] sockaddr* get() noexcept { return reinterpret_cast<sockaddr*>(&storage); }
};

result<socket_address> parse(const std::string& address, std::uint16_t port) {
  socket_address parsed;
  if (address.find(':') == std::string::npos) {
    auto& four = reinterpret_cast<sockaddr_in&>(parsed.storage);
    four.sin_family = AF_INET;
    four.sin_port = htons(port);
    parsed.size = sizeof four;
    if (inet_pton(AF_INET, address.c_str(), &four.sin_addr) == 1) return parsed;
  } else {
    auto& six = reinterpret_cast<sockaddr_in6&>(parsed.storage);
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port);
    parsed.size = sizeof six;
    if (inet_pton(AF_INET6, address.c_str(), &six.sin6_addr) == 1) return parsed;
  }
  return error{errc::invalid_argument, "parse address", address};
}

}  // namespace

result<udp_socket> udp_socket::bind(const std::string& address, std::uint16_t port,
                                    const netns* where) {
  LINCHPIN_TRY(auto local, parse(address, port));
  auto open = [&]() -> result<udp_socket> {
    udp_socket made{socket(local.storage.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    if (made.descriptor_ < 0) return error::from_errno(errno, "open UDP socket", address);
    // Room for a burst that is counted only after it was sent; the kernel caps it at rmem_max.
    const int room = 8 << 20;
    setsockopt(made.descriptor_, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
    if (::bind(made.descriptor_, local.get(), local.size) != 0)
      return error::from_errno(errno, "bind UDP socket", fmt::format("{} port {}", address, port));
    return made;
  };
  return where == nullptr ? open() : in_netns(where->descriptor(), open);
}

udp_socket& udp_socket::operator=(udp_socket&& other) noexcept {
  if (this != &other) {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = std::exchange(other.descriptor_, -1);
  }
  return *this;
}

udp_socket::~udp_socket() {
  const int kept = errno;
  if (descriptor_ >= 0) close(descriptor_);
  errno = kept;
}

result<std::uint16_t> udp_socket::port() const {
  socket_address local;
  local.size = sizeof local.storage;
  if (getsockname(descriptor_, local.get(), &local.size) != 0)
    return error::from_errno(errno, "get UDP port");
  return ntohs(local.storage.ss_family == AF_INET
                   ? reinterpret_cast<const sockaddr_in&>(local.storage).sin_port
                   : reinterpret_cast<const sockaddr_in6&>(local.storage).sin6_port);
}

result<void> udp_socket::send(const std::string& address, std::uint16_t port,
                              std::span<const std::byte> payload) {
  LINCHPIN_TRY(auto remote, parse(address, port));
  if (sendto(descriptor_, payload.data(), payload.size(), 0, remote.get(), remote.size) < 0)
    return error::from_errno(errno, "send datagram", fmt::format("{} port {}", address, port));
  return {};
}

result<void> udp_socket::send_numbered(const std::string& address, std::uint16_t port,
                                       std::uint64_t first, std::uint64_t count) {
  for (auto number = first; number != first + count; ++number)
    LINCHPIN_CHECK(send(address, port, std::as_bytes(std::span{&number, 1})));
  return {};
}

result<std::uint64_t> udp_socket::count_arrivals(std::uint64_t expected,
                                                 std::chrono::milliseconds patience) {
  std::array<std::byte, 65536> room{};
  std::uint64_t arrived = 0;
  while (arrived < expected) {
    pollfd ready{descriptor_, POLLIN, 0};
    const int events = poll(&ready, 1, static_cast<int>(patience.count()));
    if (events == 0) break;
    if (events < 0 && errno == EINTR) continue;
    if (events < 0 || recv(descriptor_, room.data(), room.size(), 0) < 0)
      return error::from_errno(errno, "receive datagram");
    ++arrived;
  }
  return arrived;
}

}  // namespace linchpin::testing
