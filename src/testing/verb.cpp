// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/verb.hpp>

#include <numeric>

namespace linchpin::inline LINCHPIN_ABI::testing {

namespace {

struct verb_row {
  std::string_view name;
  bool write;
};

constexpr std::array<verb_row, verb_count> rows{{
    {"resolve", false},
    {"load", true},
    {"attach", true},
    {"update", true},
    {"detach", true},
    {"query", false},
    {"find_sole_program", false},
    {"describe_program", false},
    {"describe_map", false},
    {"read_layout", false},
    {"describe_link", false},
    {"pin", true},
    {"open_pin", false},
    {"rename_pin", true},
    {"remove_pin", true},
    {"list_pins", false},
    {"write_blob", true},
    {"read_blob", false},
    {"read_map", false},
    {"write_map", true},
    {"erase_keys", true},
    {"write_variables", true},
    {"lock", false},
    {"check_lock", false},
    {"open_by_id", false},
    {"name_of", false},
    {"list_interfaces", false},
    {"list_links", false},
    {"wait_grace_period", false},
}};

}  // namespace

std::string_view verb_name(verb which) noexcept {
  return rows[static_cast<std::size_t>(which)].name;
}

bool is_write(verb which) noexcept {
  return rows[static_cast<std::size_t>(which)].write;
}

std::uint64_t call_counts::total() const noexcept {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

std::uint64_t call_counts::writes() const noexcept {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i != verb_count; ++i) sum += rows[i].write ? counts_[i] : 0;
  return sum;
}

}  // namespace linchpin::testing
