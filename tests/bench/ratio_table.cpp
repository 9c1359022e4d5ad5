// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "ratio_table.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <utility>

#include <fmt/format.h>

namespace bench {

namespace {

double quantile(std::vector<double> values, double part) {
  const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

double counter(const benchmark::BenchmarkReporter::Run& run, const char* name) {
  const auto found = run.counters.find(name);
  return found == run.counters.end() ? 0 : found->second.value;
}

}  // namespace

double cpu_seconds() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void duel::add(double ours, double hand) {
  ours_.push_back(ours);
  hand_.push_back(hand);
  ratios_.push_back(ours / hand);
}

void duel::report(benchmark::State& into, double bound) const {
  into.counters["ours"] = quantile(ours_, 0.5) * 1e6;
  into.counters["hand"] = quantile(hand_, 0.5) * 1e6;
  into.counters["ratio"] = quantile(ratios_, 0.5);
  into.counters["low"] = quantile(ratios_, 0.25);
  into.counters["high"] = quantile(ratios_, 0.75);
  into.counters["bound"] = bound;
}

bool ratio_table::ReportContext(const Context&) {
  return true;
}

void ratio_table::ReportRuns(const std::vector<Run>& runs) {
  for (const auto& run : runs) {
    const double ratio = counter(run, "ratio");
    const double bound = counter(run, "bound");
    auto name = fmt::format("{}, us", run.run_name.function_name);
    name.replace(name.find('#'), 1, run.run_name.args);
    fmt::print("{:<47} {:>10.1f} {:>10.1f} {:>7.3f} {:>13} {:>6}  {}\n", name, counter(run, "ours"),
               counter(run, "hand"), ratio,
               fmt::format("{:.3f}-{:.3f}", counter(run, "low"), counter(run, "high")),
               bound > 0 ? fmt::format("{:.2f}", bound) : "-",
               bound <= 0       ? "-"
               : ratio <= bound ? "ok"
                                : "over");
    std::fflush(stdout);
  }
}

}  // namespace bench
