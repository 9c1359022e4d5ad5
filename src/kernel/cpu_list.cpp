// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/cpu_list.hpp"

#include "kernel/kernel_error.hpp"
#include "kernel/text_file.hpp"

#include <cerrno>
#include <charconv>

namespace linchpin::detail {

namespace {

bool take_number(std::string_view& text, std::uint32_t& number) noexcept {
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(stopped - text.data()));
  return true;
}

}  // namespace

std::optional<std::uint32_t> count_cpu_list(std::string_view text) noexcept {
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  std::uint32_t count = 0;
  std::uint32_t next = 0;  // the list is ascending, so nothing is counted twice
  for (;;) {
    std::uint32_t first = 0;
    if (!take_number(text, first) || first < next) return std::nullopt;
    std::uint32_t last = first;
    if (text.starts_with('-')) {
      text.remove_prefix(1);
      if (!take_number(text, last) || last < first) return std::nullopt;
    }
    if (last > 1U << 20) return std::nullopt;
    count += last - first + 1;
    next = last + 1;
    if (text.empty()) return count;
    if (text.front() != ',') return std::nullopt;
    text.remove_prefix(1);
  }
}

result<std::uint32_t> possible_cpus() {
  constexpr std::string_view operation = "count possible CPUs";
  const std::string path = "/sys/devices/system/cpu/possible";
  const auto text = read_text_file(path);
  if (!text) return kernel_error(errno, operation, path);
  if (const auto count = count_cpu_list(*text)) return *count;
  return error{errc::bad_format, operation, path}.expected("a list such as 0-3,8").found(*text);
}

}  // namespace linchpin::detail
