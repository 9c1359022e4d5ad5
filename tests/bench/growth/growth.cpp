// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// growth [WORD]: how the CPU time that the library itself needs grows with the number of hooks,
// components, programs and maps. Time in the kernel in memory and in libbpf is shown apart. With WORD,
// only the scenes in whose names it occurs. Exit status 1: an exponent is over its bound.
#include "scene.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using growth::cost;
using growth::costs;
using growth::scene;

constexpr double bound = 1.1;
// A round plays every size, the smallest most often. What other programs of a machine do lasts longer than
// one run: in rounds it falls on all sizes alike, and it only ever adds time, so the shortest time counts. While a row
// is over its bound there is one more round.
constexpr std::array<std::size_t, 5> runs{5, 4, 3, 2, 1};
constexpr std::size_t least_rounds = 4;
constexpr std::size_t most_rounds = 16;

constexpr std::array<cost costs::*, growth::step_names.size()> steps{
    &costs::plan, &costs::apply, &costs::status, &costs::remove};

// Lowers each time to that of another run.
void keep_shortest(costs& least, const costs& spent) {
  for (const auto step : steps) {
    (least.*step).own = std::min((least.*step).own, (spent.*step).own);
    (least.*step).outside = std::min((least.*step).outside, (spent.*step).outside);
  }
}

// The exponent of size that fits the times best: the slope of their logarithms, by least squares.
double exponent(std::span<const std::size_t> sizes, const std::vector<double>& seconds) {
  const auto count = static_cast<double>(sizes.size());
  double x_sum = 0;
  double y_sum = 0;
  double xx_sum = 0;
  double xy_sum = 0;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (seconds[i] <= 0) throw std::runtime_error{"a step took no time at all"};
    const double x = std::log(static_cast<double>(sizes[i]));
    const double y = std::log(seconds[i]);
    x_sum += x;
    y_sum += y;
    xx_sum += x * x;
    xy_sum += x * y;
  }
  return (count * xy_sum - x_sum * y_sum) / (count * xx_sum - x_sum * x_sum);
}

// The shortest times of a scene, by its sizes.
class shortest {
 public:
  explicit shortest(const scene& of) : of_(of) {}

  void play_a_round() {
    for (std::size_t i = 0; i < of_.sizes.size(); ++i) {
      for (std::size_t run = 0; run < runs[i]; ++run) {
        const costs spent = of_.play(of_.sizes[i]);
        if (i == times_.size()) times_.push_back(spent);
        keep_shortest(times_[i], spent);
      }
    }
  }
  [[nodiscard]] double exponent_of(cost costs::*step) const {
    std::vector<double> own;
    for (const auto& spent : times_) own.push_back((spent.*step).own);
    return exponent(of_.sizes, own);
  }
  [[nodiscard]] bool holds() const {
    return std::ranges::all_of(steps, [this](auto step) { return exponent_of(step) <= bound; });
  }
  void print() const {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const cost& at_largest = times_.back().*steps[i];
      const double found = exponent_of(steps[i]);
      fmt::print("{:<47} {:>10.1f} {:>10.1f} {:>7.3f} {:>13} {:>6.2f}  {}\n",
                 fmt::format("{}, {}, us", growth::step_names[i], of_.name), at_largest.own * 1e6,
                 at_largest.outside * 1e6, found,
                 fmt::format("{}-{}", of_.sizes.front(), of_.sizes.back()), bound,
                 found <= bound ? "ok" : "over");
    }
    std::fflush(stdout);
  }

 private:
  const scene& of_;
  std::vector<costs> times_;
};

bool play(const scene& which) {
  shortest of{which};
  std::size_t rounds = 0;
  while (rounds < least_rounds || (rounds < most_rounds && !of.holds())) {
    of.play_a_round();
    ++rounds;
  }
  of.print();
  return of.holds();
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 2) {
    std::fputs("usage: linchpin_growth [WORD]\n", stderr);
    return 2;
  }
  const std::string_view word = count == 2 ? arguments[1] : "";
  bool holds = true;
  bool played_any = false;
  for (const auto& which : growth::scenes()) {
    if (which.name.find(word) == std::string_view::npos) continue;
    played_any = true;
    try {
      holds = play(which) && holds;
    } catch (const std::exception& failed) {
      std::fprintf(stderr, "growth: %.*s: %s\n", static_cast<int>(which.name.size()),
                   which.name.data(), failed.what());
      return 2;
    }
  }
  if (!played_any) {
    std::fprintf(stderr, "growth: no scene has '%s' in its name\n", arguments[1]);
    return 2;
  }
  return holds ? 0 : 1;
}
