// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "accounting.hpp"
#include "byte_stream.hpp"
#include "director.hpp"

#include <chrono>
#include <string>

namespace quickstart {

/// Everything that came out of one run.
struct outcome {
  tally packets;
  byte_streams::outcome streams;
  events happened;
  std::chrono::duration<double> took{};
};

/// What was expected of the run and did not hold: one sentence each; empty when all is well.
[[nodiscard]] std::vector<std::string> shortcomings(const outcome& of);

/// The tables for a person.
[[nodiscard]] std::string render(const outcome& of);

/// The last line, for a machine.
[[nodiscard]] std::string summary_line(const outcome& of);

}  // namespace quickstart
