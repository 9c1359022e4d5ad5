// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace property {

/// Random numbers that are the same for a seed on every machine: the generator is, the standard's
/// distributions are not.
class chooser {
 public:
  explicit chooser(std::uint64_t seed) : numbers_(seed) {}

  /// 0 to bound - 1.
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(numbers_() % bound); }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <class T>
  const T& one_of(const std::vector<T>& choices) {
    return choices[below(choices.size())];
  }

 private:
  std::mt19937_64 numbers_;
};

/// A number from the environment, for replaying and for shorter or longer runs.
inline std::optional<std::uint64_t> number_from(const char* variable) {
  const char* const text = std::getenv(variable);
  if (text == nullptr || *text == '\0') return std::nullopt;
  return std::strtoull(text, nullptr, 0);
}

/// The fixed seeds, or the one that is to be replayed. A run whose commit gives it LINCHPIN_EXTRA_SEED
/// tries that one as well.
inline std::vector<std::uint64_t> seeds(std::size_t count) {
  if (const auto replayed = number_from("LINCHPIN_SEED")) return {*replayed};
  std::vector<std::uint64_t> chosen;
  for (std::uint64_t seed = 1; seed <= count; ++seed) chosen.push_back(seed);
  if (const auto extra = number_from("LINCHPIN_EXTRA_SEED")) chosen.back() = *extra;
  return chosen;
}

}  // namespace property
