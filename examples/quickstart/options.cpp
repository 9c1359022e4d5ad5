// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "options.hpp"

#include <charconv>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

namespace quickstart {

namespace {

constexpr unsigned most = 1'000'000;

unsigned parse_count(std::string_view option, std::string_view text) {
  unsigned number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failed != std::errc{} || end != text.data() + text.size() || number < 1 || number > most) {
    throw std::invalid_argument(
        fmt::format("{} takes a whole number from 1 to {}, not '{}'", option, most, text));
  }
  return number;
}

std::string parse_strategy(std::string_view text) {
  if (text != "in_place" && text != "recreate") {
    throw std::invalid_argument(
        fmt::format("--strategy knows in_place and recreate, not '{}'", text));
  }
  return std::string{text};
}

}  // namespace

options parse_options(std::span<const char* const> arguments) {
  options parsed;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view option = arguments[i];
    const auto value = [&]() -> std::string_view {
      if (i + 1 == arguments.size()) {
        throw std::invalid_argument(fmt::format("{} needs a value", option));
      }
      return arguments[++i];
    };
    if (option == "--updates") {
      parsed.updates = parse_count(option, value());
    } else if (option == "--seconds") {
      parsed.duration = std::chrono::seconds{parse_count(option, value())};
    } else if (option == "--strategy") {
      parsed.strategy = parse_strategy(value());
    } else if (option == "--help" || option == "-h") {
      parsed.help = true;
    } else {
      throw std::invalid_argument(fmt::format("unknown argument '{}'", option));
    }
  }
  return parsed;
}

}  // namespace quickstart
