// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace quickstart {

struct options {
  unsigned updates = 200;             ///< at least
  std::chrono::seconds duration{20};  ///< over which the updates are spread
  std::string strategy = "in_place";
  bool help = false;
};

inline constexpr std::string_view usage =
    "usage: sudo examples/quickstart.sh [--updates N] [--seconds N] [--strategy NAME]\n"
    "\n"
    "Runs a firewall, a balancer and a packet meter in network namespaces of its own, and updates\n"
    "them while UDP and TCP traffic flows. Every packet is accounted for.\n"
    "\n"
    "  --updates N      upgrades to perform (default 200, at least 1)\n"
    "  --seconds N      spread them over N seconds (default 20, at least 1)\n"
    "  --strategy NAME  in_place (default): one compare-and-swap for each hook, no gap\n"
    "                   recreate: detach, then attach; shows what the gap costs, and fails\n"
    "  --help           this text\n";

/// Reads the command line, program name excluded.
/// errors: throws std::invalid_argument with a sentence for the person who typed it.
[[nodiscard]] options parse_options(std::span<const char* const> arguments);

}  // namespace quickstart
