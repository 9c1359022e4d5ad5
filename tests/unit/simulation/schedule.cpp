// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "schedule.hpp"

#include <iterator>
#include <sstream>

#include "coroutine.hpp"

namespace simulation {

namespace {

constexpr property::machine_kind machine_kinds[] = {
    {"tcx, cgroups with order", true, true},
    {"clsact, cgroups with order", false, true},
    {"tcx, cgroups without order", true, false},
    {"clsact, cgroups without order", false, false},
};

constexpr unsigned switch_percents[] = {0, 3, 10, 30, 100};

std::uint64_t mixed(std::uint64_t seed, std::uint64_t number) {
  auto value = seed * 0x9e3779b97f4a7c15U + number;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

}  // namespace

schedule::schedule(std::uint64_t seed, std::uint64_t number, bool traced)
    : stage_(mixed(seed, number), machine_kinds[number % std::size(machine_kinds)], traced) {
  auto& chance = stage_.chance;
  stage_.say(std::string{"on "} + stage_.around.kind().name);
  stage_.switch_percent = switch_percents[chance.below(std::size(switch_percents))];
  const auto mixes = policy_mixes();
  const auto count = 2 + chance.below(3);
  for (std::size_t i = 0; i != count; ++i) {
    const auto& mix = mixes[chance.below(mixes.size())];
    stage_.say("service " + std::to_string(i) + " has " + mix.name);
    services_.push_back(std::make_unique<service>(stage_, i, count, mix));
  }
  const auto strangers = 1 + chance.below(2);
  for (std::size_t i = 0; i != strangers; ++i)
    strangers_.push_back(std::make_unique<stranger>(stage_));
}

const std::string& schedule::run() {
  act_together();
  if (stage_.failure().empty()) come_to_rest();
  if (stage_.failure().empty()) leave();
  return stage_.failure();
}

std::string schedule::machine_text() {
  std::istringstream all{stage_.around.machine().text()};
  std::string text;
  for (std::string line; std::getline(all, line);) {
    if (!line.starts_with("  ")) text += line + "\n";
  }
  return text;
}

void schedule::act_together() {
  auto& chance = stage_.chance;
  std::vector<std::unique_ptr<coroutine>> actors;
  for (const auto& each : services_) {
    const auto operations = 2 + chance.below(3);
    actors.push_back(
        std::make_unique<coroutine>([&of = *each, operations] { of.live(operations); }));
  }
  for (const auto& each : strangers_) {
    const auto events = 2 + chance.below(6);
    actors.push_back(std::make_unique<coroutine>([&of = *each, events] { of.live(events); }));
  }
  while (!actors.empty()) {
    const auto next = chance.below(actors.size());
    stage_.running = actors[next].get();
    actors[next]->resume();
    stage_.running = nullptr;
    if (actors[next]->done()) actors.erase(actors.begin() + static_cast<std::ptrdiff_t>(next));
  }
}

}  // namespace simulation
