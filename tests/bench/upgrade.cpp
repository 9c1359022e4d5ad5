// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// An upgrade by linchpin and by a C program that makes the same system calls, in turn, each on hooks
// of its own in the same process.
#include "ratio_table.hpp"
#include "stage.hpp"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>

namespace {

using bench::measure;
using bench::stage;

constexpr double upgrade_bound = 1.05;

volatile std::sig_atomic_t asked_to_stop = 0;

// Noted, and looked at between rounds: a stage has to take away what it made.
void stop_on_signals() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    std::signal(signal, [](int) { asked_to_stop = 1; });
  }
}

// Runs both ways alternately, each as often first as second. What has to come before either is not
// measured: each comes right after its own, or after the whole other, as often as the other does.
template <class Begin, class Prepare, class Ours, class HandPrepare, class Hand>
void fight(benchmark::State& state, double bound, Begin begin, Prepare prepare, Ours ours,
           HandPrepare hand_prepare, Hand hand) {
  bench::duel measured;
  bool ours_first = true;
  begin();
  prepare();
  ours();
  hand_prepare();
  hand();
  for (auto step : state) {
    static_cast<void>(step);
    if (asked_to_stop != 0) throw std::runtime_error{"stopped by a signal"};
    double of_ours = 0;
    double of_hand = 0;
    begin();
    if (ours_first) {
      hand_prepare();
      prepare();
      of_ours = measure(ours);
      of_hand = measure(hand);
    } else {
      prepare();
      hand_prepare();
      of_hand = measure(hand);
      of_ours = measure(ours);
    }
    measured.add(of_ours, of_hand);
    state.SetIterationTime(std::max(of_ours, 1e-9));
    ours_first = !ours_first;
  }
  measured.report(state, bound);
}

void apply(benchmark::State& state, stage& on) {
  linchpin::plan plan;
  fight(
      state, on.hooks() >= 10 ? upgrade_bound : 0, [&] { on.next(); }, [&] { plan = on.plan(); },
      [&] { on.apply(std::move(plan)); }, [&] { on.hand_plan(); }, [&] { on.hand_upgrade(); });
}

void plan_and_apply(benchmark::State& state, stage& on) {
  fight(
      state, 0, [&] { on.next(); }, [] {}, [&] { on.apply(on.plan()); }, [] {},
      [&] {
        on.hand_plan();
        on.hand_upgrade();
      });
}

void nothing_to_do(benchmark::State& state, stage& on) {
  fight(
      state, 0, [] {}, [] {}, [&] { on.apply(on.plan()); }, [] {}, [&] { on.hand_observe(); });
}

// '#' stands for the number of hooks.
void add(const std::string& name, hand_hook_kind kind, int hooks, int rounds,
         void (*contest)(benchmark::State&, stage&)) {
  benchmark::RegisterBenchmark(name.c_str(),
                               [kind, contest](benchmark::State& state) {
                                 stage on{kind, static_cast<std::size_t>(state.range(0))};
                                 contest(state, on);
                               })
      ->Arg(hooks)
      ->Iterations(rounds)
      ->UseManualTime();
}

}  // namespace

int main(int count, char** arguments) {
  stop_on_signals();
  for (const int hooks : {1, 10, 100, 1000}) {
    add("apply an upgrade, # cgroup hooks", HAND_CGROUP_INGRESS, hooks,
        hooks < 100    ? 2000
        : hooks < 1000 ? 600
                       : 160,
        apply);
  }
  for (const int hooks : {1, 10, 100}) {
    add("apply an upgrade, # TCX hooks", HAND_TCX_INGRESS, hooks, hooks < 100 ? 2000 : 600, apply);
  }
  for (const int hooks : {10, 1000}) {
    add("plan and apply an upgrade, # cgroup hooks", HAND_CGROUP_INGRESS, hooks,
        hooks < 1000 ? 400 : 80, plan_and_apply);
  }
  add("plan and apply nothing, # cgroup hooks", HAND_CGROUP_INGRESS, 1000, 80, nothing_to_do);

  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
  bench::ratio_table table;
  try {
    benchmark::RunSpecifiedBenchmarks(&table);
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "upgrade: %s\n", failed.what());
    return 1;
  }
}
