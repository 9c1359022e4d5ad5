// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/lock_table.hpp"

#include <array>
#include <charconv>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

std::string_view next_word(std::string_view& line) noexcept {
  const auto start = line.find_first_not_of(' ');
  if (start == std::string_view::npos) return {};
  line.remove_prefix(start);
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

template <class Number>
bool read_number(std::string_view text, Number& number, int base) noexcept {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number, base);
  return error == std::errc{} && stopped == end;
}

// "00:2a:5678": major and minor in hexadecimal, the inode in decimal
bool names_file(std::string_view text, std::uint32_t device_major, std::uint32_t device_minor,
                std::uint64_t inode) noexcept {
  const auto first = text.find(':');
  const auto second = text.find(':', first + 1);
  if (first == std::string_view::npos || second == std::string_view::npos) return false;
  std::uint32_t major_part = 0;
  std::uint32_t minor_part = 0;
  std::uint64_t inode_part = 0;
  return read_number(text.substr(0, first), major_part, 16) &&
         read_number(text.substr(first + 1, second - first - 1), minor_part, 16) &&
         read_number(text.substr(second + 1), inode_part, 10) && major_part == device_major &&
         minor_part == device_minor && inode_part == inode;
}

}  // namespace

std::optional<int> flock_holder(std::string_view table, std::uint32_t device_major,
                                std::uint32_t device_minor, std::uint64_t inode) noexcept {
  while (!table.empty()) {
    const auto length = table.find('\n');
    std::string_view line = table.substr(0, length);
    table.remove_prefix(length == std::string_view::npos ? table.size() : length + 1);

    next_word(line);                           // "17:"
    if (next_word(line) != "FLOCK") continue;  // a waiter has "->" here
    next_word(line);                           // "ADVISORY"
    next_word(line);                           // "WRITE"
    const std::string_view pid_word = next_word(line);
    int pid = 0;
    if (!names_file(next_word(line), device_major, device_minor, inode)) continue;
    if (read_number(pid_word, pid, 10) && pid > 0) return pid;
  }
  return std::nullopt;
}

}  // namespace linchpin::detail
