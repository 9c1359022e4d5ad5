// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "caller.hpp"

#include "addresses.hpp"

#include <poll.h>

namespace quickstart {

namespace {

constexpr std::uint16_t flow_count = 8;
constexpr std::uint16_t first_port = 40000;
constexpr std::uint64_t window = 96;           // packets under way at most
constexpr std::uint64_t forbidden_every = 15;  // packets; odd, so that every flow has its turn
constexpr int patience = 2000;  // ms without any answer before the rest counts as lost

const sockaddr_in& open_service() {
  static const sockaddr_in address = internet_address(service_address, open_port);
  return address;
}

const sockaddr_in& blocked_service() {
  static const sockaddr_in address = internet_address(service_address, blocked_port);
  return address;
}

}  // namespace

caller::caller(const linchpin::testing::netns& client, const stage& current) : stage_(&current) {
  for (std::uint16_t flow = 0; flow < flow_count; ++flow) {
    flows_.emplace_back(client, client_address, static_cast<std::uint16_t>(first_port + flow));
  }
}

caller::~caller() {
  stopping_.raise();
  if (thread_.joinable()) thread_.join();
}

void caller::start() {
  thread_ = std::thread([this] {
    try {
      run();
    } catch (...) {
      failed_ = std::current_exception();
      has_failed_ = true;
    }
  });
}

void caller::check() const {
  if (has_failed_) std::rethrow_exception(failed_);
}

tally caller::finish() {
  stopping_.raise();
  thread_.join();
  check();
  return accounting_.so_far();
}

void caller::run() {
  std::vector<pollfd> ready;
  for (const auto& flow : flows_) ready.push_back({flow.get(), POLLIN, 0});
  ready.push_back({stopping_.get(), POLLIN, 0});

  bool sending = true;
  while (sending || accounting_.in_flight() > 0) {
    if (sending) fill_window();
    const int events = poll(ready.data(), ready.size(), patience);
    if (events < 0 && errno != EINTR) checked(events, "poll");
    if (events == 0) accounting_.give_up_waiting();
    collect();
    publish();
    if (ready.back().revents != 0) {
      sending = false;
      ready.back() = {-1, 0, 0};
    }
  }
}

void caller::fill_window() {
  while (accounting_.in_flight() < window) {
    auto& flow = flows_[turn_ % flows_.size()];
    if (turn_ % forbidden_every == 0) {
      const auto forbidden = accounting_.stamp_forbidden();
      if (!flow.send(forbidden, blocked_service())) {
        accounting_.take_back(forbidden);
        return;
      }
    }
    const auto stamp = accounting_.stamp_next(stage_->read());
    if (!flow.send(stamp, open_service())) {
      accounting_.take_back(stamp);
      return;
    }
    ++turn_;
  }
}

void caller::collect() {
  for (auto& flow : flows_) {
    while (const auto answer = flow.receive()) accounting_.judge(answer->stamp, stage_->read());
  }
}

void caller::publish() {
  const auto& sums = accounting_.so_far();
  progress_.unfiltered.store(sums.unfiltered, std::memory_order_relaxed);
  progress_.missing.store(sums.lost() - accounting_.in_flight(), std::memory_order_relaxed);
  const std::uint64_t before = progress_.received.exchange(sums.received);
  const std::uint64_t awaited = awaited_.load();
  if (before < awaited && sums.received >= awaited) {
    const std::lock_guard lock(waiting_);
    answered_.notify_all();
  }
}

bool caller::await_answers(std::uint64_t count, std::chrono::steady_clock::time_point until) const {
  awaited_ = count;
  std::unique_lock lock(waiting_);
  return answered_.wait_until(lock, until, [&] { return progress_.received.load() >= count; });
}

}  // namespace quickstart
