// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "traffic.hpp"

#include "../../bpf/turnstile.bpf.h"

namespace live_engine {

using linchpin::testing::udp_socket;

namespace {

constexpr std::uint64_t most = 10'000'000;
constexpr std::chrono::milliseconds patience{5000};

// A socket belongs to the cgroup that its process is in when it is made.
udp_socket receive_in_cgroup(const stage& on, const linchpin::testing::netns& home) {
  const auto visit = must(linchpin::testing::cgroup_visit::enter(on.cgroup()));
  return must(udp_socket::bind(stage::near_address, turnstile_port, &home));
}

}  // namespace

traffic::traffic(stage& on) : traffic(on, must(linchpin::testing::netns::current())) {}

traffic::traffic(stage& on, const linchpin::testing::netns& home)
    : receiver_(receive_in_cgroup(on, home)),
      sender_(must(udp_socket::bind(stage::far_address, 0, &on.far()))),
      thread_([this] { run(); }) {}

traffic::~traffic() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void traffic::run() noexcept {
  while (!stopping_ && sent_ < most) {
    const auto sent = sender_.send_numbered(stage::near_address, turnstile_port, sent_, batch);
    if (!sent) {
      trouble_ = sent.error().message();
      return;
    }
    sent_ += batch;
    const auto arrived = receiver_.count_arrivals(batch, patience);
    if (!arrived) {
      trouble_ = arrived.error().message();
      return;
    }
    arrived_ += *arrived;
    if (*arrived != batch) return;
  }
}

std::uint64_t traffic::stop() {
  stopping_ = true;
  thread_.join();
  if (!trouble_.empty()) FAIL(trouble_);
  REQUIRE(arrived_ == sent_);
  return sent_;
}

}  // namespace live_engine
