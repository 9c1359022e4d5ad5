// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "director.hpp"

#include "addresses.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

namespace quickstart {

namespace {

using clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::uint64_t packets_per_version = 100;  // at least, between two upgrades
constexpr auto look = 100ms;                        // between two looks at how the traffic fares
// Counted in looks and not in time: the clock of a starved virtual machine jumps.
constexpr int most_silent_looks = 150;
constexpr auto switched_before_the_third_hook = "2 hooks were switched and have been switched back";

std::uint32_t other(std::uint32_t version) {
  return 3 - version;
}

}  // namespace

director::director(const options& wanted, std::string service_program, const edge_network& network,
                   stage& current)
    : options_(&wanted),
      service_program_(std::move(service_program)),
      network_(&network),
      stage_(&current) {
  events_.strategy = wanted.strategy;
  start_service();
  progress_.remark("the service has started and carried out its plan:\n");
  progress_.remark(service_->greeting().more + "\n");
  stage_->settle(version_);
}

void director::start_service() {
  service_.emplace(
      network_->edge, service_program_,
      std::vector<std::string>{edge_interface, fmt::to_string(version_), options_->strategy});
}

void director::lead(const caller& traffic) {
  const unsigned failing = options_->updates / 3;
  const unsigned killed = options_->updates * 2 / 3;
  const auto begin = clock::now();
  const auto pace = std::chrono::nanoseconds{options_->duration} / options_->updates;
  for (unsigned done = 0; done < options_->updates; ++done) {
    await_packets(traffic, packets_per_version, begin + pace * done);
    if (done == failing) {
      fail_an_upgrade();
      await_packets(traffic, packets_per_version, clock::now());
    }
    if (done == killed) kill_and_restart(traffic);
    upgrade(other(version_));
    if (progress_.due()) show_progress(traffic);
  }
  await_packets(traffic, packets_per_version, begin + options_->duration);
  progress_.clear();
}

void director::upgrade(std::uint32_t version) {
  stage_->unsettle();
  const auto begin = clock::now();
  const auto answer = service_->ask(fmt::format("upgrade {}", version));
  const auto took = clock::now() - begin;
  if (answer.word != "done") {
    throw std::runtime_error(fmt::format("an upgrade failed: {} {}", answer.word, answer.rest));
  }
  version_ = version;
  stage_->settle(version_);
  events_.updates.push_back(std::chrono::duration_cast<std::chrono::microseconds>(took));
}

void director::fail_an_upgrade() {
  const auto before = service_->ask("programs").rest;
  stage_->unsettle();
  const auto answer =
      service_->ask(fmt::format("upgrade-failing-at-third-hook {}", other(version_)));
  stage_->settle(version_);
  const auto after = service_->ask("programs").rest;
  // The same programs as before prove nothing if none of them had been replaced.
  const bool on_the_way =
      (answer.rest + answer.more).find(switched_before_the_third_hook) != std::string::npos;
  const bool undone = answer.word == "rolled_back" && after == before && on_the_way;
  if (undone) ++events_.rolled_back;
  progress_.remark(
      fmt::format("an upgrade was made to fail at its third hook: {}; linchpin says:",
                  undone ? "rolled back, the old programs run" : "NOT rolled back from there"));
  progress_.remark(fmt::format("  {}\n{}\n", answer.rest, answer.more));
}

void director::kill_and_restart(const caller& traffic) {
  const auto before = service_->ask("programs").rest;
  service_->kill();
  const std::uint64_t answered = traffic.now().received;
  await_packets(traffic, 10 * packets_per_version, clock::now());
  events_.packets_unattended = traffic.now().received - answered;
  start_service();
  const auto after = service_->ask("programs").rest;
  const bool empty_plan = service_->greeting().number("steps") == 0;
  if (empty_plan && after == before) ++events_.adopted;
  progress_.remark(fmt::format(
      "the service was killed; {} packets later a new one {}", events_.packets_unattended,
      empty_plan ? "adopted what runs, with an empty plan" : "had to change something"));
}

void director::await_packets(const caller& traffic, std::uint64_t count,
                             clock::time_point not_before) {
  const std::uint64_t enough = traffic.now().received + count;
  std::uint64_t seen = 0;
  for (int silent = 0; !traffic.await_answers(enough, clock::now() + look); ++silent) {
    traffic.check();
    if (traffic.now().received != seen) silent = 0;
    seen = traffic.now().received;
    if (silent > most_silent_looks) throw std::runtime_error("no packet comes back any more");
    if (progress_.due()) show_progress(traffic);
  }
  while (clock::now() < not_before) {
    std::this_thread::sleep_until(std::min(not_before, clock::now() + look));
    if (progress_.due()) show_progress(traffic);
  }
}

void director::show_progress(const caller& traffic) {
  const auto& sums = traffic.now();
  const auto now = clock::now();
  const std::uint64_t received = sums.received;
  const std::chrono::duration<double> since = now - shown_at_;
  const double rate = static_cast<double>(received - shown_received_) / since.count();
  shown_at_ = now;
  shown_received_ = received;
  progress_.show(fmt::format("{:>4} of {} upgrades   {:>6.0f} packets/s   lost {}   unfiltered {}",
                             events_.updates.size(), options_->updates, rate, sums.missing.load(),
                             sums.unfiltered.load()));
}

events director::finish() {
  const auto counts = service_->ask("counts");
  events_.counts = {counts.number("metered"), counts.number("passed"), counts.number("dropped"),
                    counts.number("balanced")};
  const auto farewell = service_->ask("remove");
  if (farewell.word != "removed") {
    throw std::runtime_error(
        fmt::format("the service leaves something behind: {} {}", farewell.word, farewell.rest));
  }
  service_.reset();
  return std::move(events_);
}

}  // namespace quickstart
