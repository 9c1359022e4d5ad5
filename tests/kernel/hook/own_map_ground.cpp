// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "own_map_ground.hpp"

#include <catch2/catch_test_macros.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

#include <bpf/bpf.h>

namespace own_map {

using linchpin::unique_fd;

listener::listener() : socket_(unique_fd::adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))) {
  REQUIRE(socket_);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  REQUIRE(::bind(socket_.native(), any, size) == 0);
  REQUIRE(::listen(socket_.native(), 8) == 0);
  REQUIRE(::getsockname(socket_.native(), any, &size) == 0);
  port_ = address.sin_port;
}

tcp_pair listener::connect(const std::string& algorithm) const {
  tcp_pair made;
  made.client = unique_fd::adopt(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  REQUIRE(made.client);
  if (!algorithm.empty()) {
    REQUIRE(::setsockopt(made.client.native(), IPPROTO_TCP, TCP_CONGESTION, algorithm.data(),
                         static_cast<socklen_t>(algorithm.size())) == 0);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = port_;
  REQUIRE(::connect(made.client.native(), reinterpret_cast<sockaddr*>(&address), sizeof address) ==
          0);
  made.server = unique_fd::adopt(::accept4(socket_.native(), nullptr, nullptr, SOCK_CLOEXEC));
  REQUIRE(made.server);
  const int at_once = 1;
  REQUIRE(::setsockopt(made.client.native(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once) ==
          0);
  return made;
}

std::size_t receive(const unique_fd& from, std::size_t wanted) {
  constexpr int longest_silence_ms = 2000;
  std::array<char, 4096> bytes{};
  std::size_t came = 0;
  while (came < wanted) {
    pollfd ready{from.native(), POLLIN, 0};
    if (::poll(&ready, 1, longest_silence_ms) != 1) break;
    const auto got = ::recv(from.native(), bytes.data(), bytes.size(), 0);
    if (got <= 0) break;
    came += static_cast<std::size_t>(got);
  }
  return came;
}

bool send_one(const unique_fd& to) {
  const char byte = 'x';
  return ::send(to.native(), &byte, 1, MSG_NOSIGNAL) == 1;
}

std::uint64_t count_in(const std::string& pin, std::uint32_t slot) {
  const auto map = unique_fd::adopt(::bpf_obj_get(pin.c_str()));
  INFO(pin);
  REQUIRE(map);
  std::uint64_t count = 0;
  REQUIRE(::bpf_map_lookup_elem(map.native(), &slot, &count) == 0);
  return count;
}

void put(const unique_fd& map, std::uint32_t slot, const unique_fd& socket) {
  const auto number = static_cast<std::uint32_t>(socket.native());
  REQUIRE(::bpf_map_update_elem(map.native(), &slot, &number, BPF_ANY) == 0);
}

linchpin::link_info ground::link(const std::string& component) {
  const auto opened =
      must(kernel.open_pin(root() + "/" + component + "/link-0", linchpin::pin_kind::link));
  REQUIRE(opened);
  return must(kernel.describe_link(opened.ref()));
}

}  // namespace own_map
