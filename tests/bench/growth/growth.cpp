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
// Runs at each size, from the smallest on: what takes little time needs more of them.
constexpr std::array<std::size_t, 5> runs{21, 15, 9, 5, 3};

constexpr std::array<cost costs::*, growth::step_names.size()> steps{
    &costs::plan, &costs::apply, &costs::status, &costs::remove};

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The runs of one scene at one size.
using played = std::vector<costs>;

double median_of(const played& all, cost costs::*step, double cost::*part) {
  std::vector<double> values;
  for (const auto& spent : all) values.push_back(spent.*step.*part);
  return median(std::move(values));
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

// returns: whether the bound holds.
bool report(const scene& of, std::size_t step, const std::vector<played>& by_size) {
  std::vector<double> own;
  for (const auto& all : by_size) own.push_back(median_of(all, steps[step], &cost::own));
  const double outside = median_of(by_size.back(), steps[step], &cost::outside);
  const double found = exponent(of.sizes, own);
  const bool holds = found <= bound;
  fmt::print("{:<47} {:>10.1f} {:>10.1f} {:>7.3f} {:>13} {:>6.2f}  {}\n",
             fmt::format("{}, {}, us", growth::step_names[step], of.name), own.back() * 1e6,
             outside * 1e6, found, fmt::format("{}-{}", of.sizes.front(), of.sizes.back()), bound,
             holds ? "ok" : "over");
  std::fflush(stdout);
  return holds;
}

bool play(const scene& which) {
  std::vector<played> by_size;
  for (std::size_t i = 0; i < which.sizes.size(); ++i) {
    auto& all = by_size.emplace_back();
    for (std::size_t run = 0; run < runs[i]; ++run) all.push_back(which.play(which.sizes[i]));
  }
  bool holds = true;
  for (std::size_t step = 0; step < steps.size(); ++step) {
    holds = report(which, step, by_size) && holds;
  }
  return holds;
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
