// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace growth {

/// Seconds that this thread ran.
[[nodiscard]] double cpu_seconds() noexcept;

/// Counts the time for which it lives as spent outside of the library: in the kernel or in libbpf. One
/// within another counts once.
class outside {
 public:
  outside() noexcept;
  outside(const outside&) = delete;
  outside& operator=(const outside&) = delete;
  ~outside();

  /// Seconds spent outside since the program began.
  [[nodiscard]] static double seconds() noexcept;
};

/// The parts of a time.
struct cost {
  double own = 0;      ///< seconds in the library
  double outside = 0;  ///< seconds in the kernel in memory and in libbpf
};

template <class Work>
cost measure(Work work) {
  const double outside_before = outside::seconds();
  const double before = cpu_seconds();
  work();
  const double whole = cpu_seconds() - before;
  const double spent_outside = outside::seconds() - outside_before;
  return {whole - spent_outside, spent_outside};
}

}  // namespace growth
