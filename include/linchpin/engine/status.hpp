// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/snapshot.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

struct attachment_status {
  std::string hook;  ///< "tcx_ingress eth0"
  std::string program;
  mechanism how{};
  attachment_id id;
  attachment_state state = attachment_state::live;
  program_id running{};               ///< what was found there; 0 when nothing
  linchpin::generation generation{};  ///< whose program it should run
  std::string name;      ///< what its interface is called now, where that is another name
  bool yielded = false;  ///< somebody changed it, and the drift policy leaves it to them
};

struct map_status {
  std::string name;
  std::string path;  ///< its pin; empty for ephemeral components
  map_info info;
};

struct component_status {
  std::string name;
  linchpin::generation generation{};
  lifetime_kind lifetime = lifetime_kind::durable;
  std::vector<attachment_status> attachments;
  std::vector<map_status> maps;
  /// What is wrong with it, one line each: missing and foreign pins, damaged records.
  std::vector<std::string> problems;
};

/// What runs, as observed from the kernel a moment ago.
struct status {
  std::string root;
  std::vector<component_status> components;
  std::vector<std::string> problems;  ///< of the store as a whole

  /// True when every attachment runs our program where we put it, or was left to others by the drift
  /// policy, and nothing else is wrong.
  [[nodiscard]] bool healthy() const noexcept;
  /// A table for people.
  [[nodiscard]] std::string text() const;
};

}  // namespace linchpin
