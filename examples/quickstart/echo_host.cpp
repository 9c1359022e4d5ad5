// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "echo_host.hpp"

#include "addresses.hpp"

#include <poll.h>

#include <utility>

namespace quickstart {

echo_host::echo_host(const linchpin::testing::netns& host, const char* address,
                     quickstart_server name)
    : name_(name),
      endpoints_{udp_endpoint{host, address, open_port}, udp_endpoint{host, address, blocked_port}},
      thread_([this] {
        try {
          serve();
        } catch (...) {
          failed_ = std::current_exception();
        }
      }) {}

echo_host::~echo_host() {
  stopping_.raise();
  if (thread_.joinable()) thread_.join();
}

void echo_host::stop() {
  stopping_.raise();
  thread_.join();
  if (failed_) std::rethrow_exception(std::exchange(failed_, nullptr));
}

void echo_host::serve() {
  std::array<pollfd, 3> ready{{{endpoints_[0].get(), POLLIN, 0},
                               {endpoints_[1].get(), POLLIN, 0},
                               {stopping_.get(), POLLIN, 0}}};
  while (ready.back().revents == 0) {
    if (poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) checked(-1, "poll");
    for (auto& endpoint : endpoints_) {
      while (auto arrived = endpoint.receive()) {
        arrived->stamp.served_by = static_cast<__u8>(name_);
        while (!endpoint.send(arrived->stamp, arrived->from)) {
          pollfd room{endpoint.get(), POLLOUT, 0};
          checked(poll(&room, 1, -1), "poll");
        }
      }
    }
  }
}

}  // namespace quickstart
