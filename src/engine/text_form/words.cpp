// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/text_form/words.hpp"

#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/hook/families.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include <linchpin/hook/detail/program_type_name.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

// The names that another file has for a kernel enumeration, which counts from 0.
template <class Enum>
class kernel_words {
 public:
  kernel_words(Enum last, std::string (*name)(Enum)) {
    const auto count = static_cast<std::uint32_t>(last) + 1;
    for (std::uint32_t i = 0; i < count; ++i) names_.push_back(name(Enum{i}));
    for (std::uint32_t i = 0; i < count; ++i) words_.push_back({Enum{i}, names_[i]});
  }
  [[nodiscard]] std::span<const word<Enum>> words() const noexcept { return words_; }

 private:
  std::vector<std::string> names_;
  std::vector<word<Enum>> words_;
};

// Programs alone are loaded for an attach type; families that attach maps may have one in common.
std::vector<word<uapi::attach_type>> words_of_families() {
  std::vector<word<uapi::attach_type>> made;
  for (const auto* family : hook_families()) {
    if (family->attaches == attached_kind::program) made.push_back({family->attach, family->name});
  }
  return made;
}

std::vector<word<mechanism>> words_of_mechanisms() {
  std::vector<word<mechanism>> made;
  for (const auto* traits : hook_mechanisms()) made.push_back({traits->how, traits->word});
  return made;
}

std::vector<word<target_kind>> words_of_targets() {
  std::vector<word<target_kind>> made;
  for (const auto* traits : hook_mechanisms()) {
    const bool known = std::any_of(made.begin(), made.end(), [traits](const auto& word) {
      return word.value == traits->target->kind;
    });
    if (!known) made.push_back({traits->target->kind, traits->target->word});
  }
  return made;
}

}  // namespace

template <>
std::span<const word<mechanism>> words_of() {
  static const auto known = words_of_mechanisms();
  return known;
}

template <>
std::span<const word<target_kind>> words_of() {
  static const auto known = words_of_targets();
  return known;
}

template <>
std::span<const word<uapi::map_type>> words_of() {
  static const kernel_words<uapi::map_type> known{uapi::map_type::arena, name_of};
  return known.words();
}

template <>
std::span<const word<uapi::program_type>> words_of() {
  static const kernel_words<uapi::program_type> known{uapi::program_type::netfilter,
                                                      program_type_name};
  return known.words();
}

template <>
std::span<const word<uapi::attach_type>> words_of() {
  static const auto known = words_of_families();
  return known;
}

}  // namespace linchpin::detail
