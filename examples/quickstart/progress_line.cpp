// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "progress_line.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

namespace quickstart {

namespace {

using namespace std::chrono_literals;

constexpr auto terminal_pace = 100ms;
constexpr auto log_pace = 5s;
constexpr std::string_view erase_line = "\r\033[K";

}  // namespace

progress_line::progress_line()
    : terminal_(isatty(STDOUT_FILENO) == 1), next_(std::chrono::steady_clock::now()) {}

bool progress_line::due() const {
  return std::chrono::steady_clock::now() >= next_;
}

void progress_line::show(std::string_view text) {
  next_ = std::chrono::steady_clock::now() +
          (terminal_ ? std::chrono::steady_clock::duration{terminal_pace} : log_pace);
  if (terminal_) {
    fmt::print("{}  {}", erase_line, text);
  } else {
    fmt::print("  {}\n", text);
  }
  std::fflush(stdout);
}

void progress_line::remark(std::string_view text) {
  clear();
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    fmt::print("  {}\n", line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  std::fflush(stdout);
}

void progress_line::clear() {
  if (terminal_) fmt::print("{}", erase_line);
}

}  // namespace quickstart
