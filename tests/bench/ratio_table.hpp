// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include <cstddef>
#include <vector>

namespace bench {

/// Seconds that this thread ran, in user space and in the kernel. A busy machine takes away the
/// CPU, and nothing measured here waits by itself.
[[nodiscard]] double cpu_seconds() noexcept;

template <class Work>
double measure(Work work) {
  const double before = cpu_seconds();
  work();
  return cpu_seconds() - before;
}

/// Two ways to do the same, measured in turn: what disturbs one, disturbs the other.
class duel {
 public:
  /// \param ours, hand seconds of one round
  void add(double ours, double hand);
  /// Puts medians, and the median and the quartiles of the rounds' ratios, where `ratio_table`
  /// finds them.
  /// \param bound most that the ratio may be; 0: not bounded
  void report(benchmark::State& into, double bound) const;

 private:
  std::vector<double> ours_;
  std::vector<double> hand_;
  std::vector<double> ratios_;
};

/// Prints one row of run.sh's table for each duel; the row says whether the bound holds.
class ratio_table : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;
};

}  // namespace bench
