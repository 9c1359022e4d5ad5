// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "descriptor.hpp"

#include <sys/types.h>
#include <linchpin/testing/netns.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace quickstart {

/// One answer of the service: a word, then anything, often `key=value` pairs, maybe several lines.
struct reply {
  std::string word;
  std::string rest;  ///< of the first line
  std::string more;  ///< the further lines

  /// The number behind `key=`. errors: throws std::runtime_error when there is none.
  [[nodiscard]] std::uint64_t number(std::string_view key) const;
};

/// The example service in a process of its own, on the edge host. It takes one request a line on
/// its standard input, and answers each with one line on its standard output.
///
/// It dies with the thread that started it: nothing outlives a demo that was killed.
class service_process {
 public:
  /// effects: starts the program and waits until it says that it is ready.
  /// errors: throws std::runtime_error with what the service said, std::system_error.
  service_process(const linchpin::testing::netns& edge, const std::string& program,
                  std::vector<std::string> arguments);
  ~service_process();
  service_process(const service_process&) = delete;
  service_process& operator=(const service_process&) = delete;

  /// What it said when it was ready.
  [[nodiscard]] const reply& greeting() const noexcept { return greeting_; }
  /// errors: throws std::runtime_error when it is dead or does not answer.
  reply ask(std::string_view request);
  /// SIGKILL: no destructor, no goodbye.
  void kill();

 private:
  reply read_reply();

  descriptor requests_;
  descriptor replies_;
  pid_t pid_ = -1;
  std::string unread_;
  reply greeting_;
};

}  // namespace quickstart
