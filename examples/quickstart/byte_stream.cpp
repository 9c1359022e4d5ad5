// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "byte_stream.hpp"

#include "addresses.hpp"
#include "udp_endpoint.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cstring>

#include <fmt/format.h>

namespace quickstart {

namespace {

// Two source ports for which the balancer chooses different backends.
constexpr std::array<std::uint16_t, 2> source_ports{41000, 41001};
// A steady stream that leaves the processors to the packets that are counted one by one, and never
// has more under way than the queue of a virtual cable holds.
constexpr unsigned bytes_per_second = 24'000'000;
constexpr int send_room = 128 << 10;  // bytes
// How long either end may hear nothing before the stream counts as broken.
constexpr timeval silence{20, 0};
constexpr unsigned unanswered = 20'000;  // ms
constexpr std::size_t chunk = 2048;      // words

void set_option(const descriptor& of, int level, int option, auto value) {
  checked(setsockopt(of.get(), level, option, &value, sizeof(value)), "set a TCP socket option");
}

descriptor tcp_socket(const linchpin::testing::netns& host, const char* address,
                      std::uint16_t port) {
  const auto visit = linchpin::testing::netns_visit::enter(host.descriptor()).value();
  descriptor made{checked(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "make a TCP socket")};
  const auto local = internet_address(address, port);
  checked(bind(made.get(), reinterpret_cast<const sockaddr*>(&local), sizeof(local)),
          "bind a TCP socket");
  return made;
}

std::string reason(const char* doing) {
  return fmt::format("{}: {}", doing, std::strerror(errno));
}

}  // namespace

byte_streams::byte_streams(const linchpin::testing::netns& client,
                           const std::array<linchpin::testing::netns, 2>& backends) {
  for (std::size_t i = 0; i < backends.size(); ++i) {
    listeners_.push_back(tcp_socket(backends[i], backend_addresses[i], stream_port));
    checked(listen(listeners_.back().get(), 1), "listen on a backend");
    connections_.push_back(tcp_socket(client, client_address, source_ports[i]));
    const auto& connection = connections_.back();
    set_option(connection, SOL_SOCKET, SO_MAX_PACING_RATE, bytes_per_second);
    set_option(connection, SOL_SOCKET, SO_SNDBUF, send_room);
    set_option(connection, IPPROTO_TCP, TCP_USER_TIMEOUT, unanswered);
    set_option(connection, SOL_SOCKET, SO_RCVTIMEO, silence);
    set_option(connection, IPPROTO_TCP, TCP_SYNCNT, 2);
  }
}

byte_streams::~byte_streams() {
  stopping_ = true;
  for (const auto& listener : listeners_) shutdown(listener.get(), SHUT_RDWR);
  for (auto& sender : senders_) {
    if (sender.thread.joinable()) sender.thread.join();
  }
  for (auto& receiver : receivers_) {
    if (receiver.thread.joinable()) receiver.thread.join();
  }
}

void byte_streams::start() {
  for (std::size_t i = 0; i < receivers_.size(); ++i) {
    receivers_[i].thread = std::thread([this, i] { receive(listeners_[i], receivers_[i]); });
  }
  for (std::size_t i = 0; i < senders_.size(); ++i) {
    const auto service = internet_address(service_address, stream_port);
    checked(connect(connections_[i].get(), reinterpret_cast<const sockaddr*>(&service),
                    sizeof(service)),
            "connect a TCP stream through the balancer");
    senders_[i].thread = std::thread([this, i] { send(std::move(connections_[i]), senders_[i]); });
  }
}

byte_streams::outcome byte_streams::finish() {
  stopping_ = true;
  outcome all;
  const auto add = [&all](end& stream_end, std::uint64_t& bytes) {
    stream_end.thread.join();
    bytes += stream_end.bytes;
    if (all.broken.empty()) all.broken = stream_end.broken;
  };
  for (auto& sender : senders_) add(sender, all.bytes_sent);
  for (auto& receiver : receivers_) add(receiver, all.bytes_received);
  return all;
}

void byte_streams::send(descriptor connection, end& here) {
  std::array<std::uint64_t, chunk> words;
  std::uint64_t next = 0;
  while (!stopping_) {
    for (auto& word : words) word = next++;
    const char* rest = reinterpret_cast<const char*>(words.data());
    std::size_t left = sizeof(words);
    while (left > 0) {
      const auto gone = ::send(connection.get(), rest, left, MSG_NOSIGNAL);
      if (gone < 0) {
        here.broken = reason("a TCP stream broke at the client");
        return;
      }
      here.bytes += static_cast<std::uint64_t>(gone);
      rest += gone;
      left -= static_cast<std::size_t>(gone);
    }
  }
  shutdown(connection.get(), SHUT_WR);
  char none;
  if (recv(connection.get(), &none, 1, 0) < 0) {
    here.broken = reason("a TCP stream broke while it was being closed");
  }
}

void byte_streams::receive(const descriptor& listener, end& here) {
  const descriptor connection{accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC)};
  if (connection.get() < 0) {
    here.broken = reason("no TCP stream reached a backend");
    return;
  }
  set_option(connection, SOL_SOCKET, SO_RCVTIMEO, silence);
  std::array<unsigned char, chunk * sizeof(std::uint64_t)> buffer;
  std::uint64_t word = 0;
  for (;;) {
    const auto got = recv(connection.get(), buffer.data(), buffer.size(), 0);
    if (got == 0) return;
    if (got < 0) {
      here.broken = reason("a TCP stream broke at a backend");
      return;
    }
    for (ssize_t i = 0; i < got; ++i) {
      reinterpret_cast<unsigned char*>(&word)[here.bytes % sizeof(word)] =
          buffer[static_cast<std::size_t>(i)];
      if (++here.bytes % sizeof(word) == 0 && word != here.bytes / sizeof(word) - 1) {
        here.broken = fmt::format("a TCP stream changed on its way, before byte {}", here.bytes);
        return;
      }
    }
  }
}

}  // namespace quickstart
