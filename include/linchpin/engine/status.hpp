// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/snapshot.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// One attachment of a component, as it was found.
struct attachment_status {
  /// Where it is: "tcx_ingress eth0".
  std::string hook;
  /// The program that it should run, by the name of its C function.
  std::string program;
  /// The kernel interface that carries it.
  mechanism how{};
  /// The link, or the place of the filter.
  attachment_id id;
  /// How it was found.
  attachment_state state = attachment_state::live;
  /// The program that was found there; 0 when none.
  program_id running{};
  /// The generation whose program it should run.
  linchpin::generation generation{};
  /// What its interface is called now, where that is another name than the one it was asked for
  /// by.
  std::string name;
  /// Whether somebody changed it and the drift policy leaves it to them.
  bool yielded = false;
};

/// One map of the running generation.
struct map_status {
  /// Its name as in the source, whole.
  std::string name;
  /// Its pin, for other processes; empty for ephemeral components.
  std::string path;
  /// What the kernel says about it.
  map_info info;
};

/// One component, as it runs.
struct component_status {
  std::string name;
  /// The generation that is meant to run.
  linchpin::generation generation{};
  lifetime_kind lifetime = lifetime_kind::durable;
  std::vector<attachment_status> attachments;
  std::vector<map_status> maps;
  /// What is wrong with it, one line each: missing and foreign pins, damaged records.
  std::vector<std::string> problems;
};

/// What runs, as observed from the kernel a moment ago.
///
/// ownership: a value; nothing in it refers to the orchestrator.
struct LINCHPIN_EXPORT status {
  /// The directory of the store.
  std::string root;
  std::vector<component_status> components;
  /// Of the store as a whole.
  std::vector<std::string> problems;

  /// Whether every attachment runs our program where we put it, or was left to others by the
  /// drift policy, and nothing else is wrong.
  [[nodiscard]] bool healthy() const noexcept;
  /// A table for people.
  [[nodiscard]] std::string text() const;
};

}  // namespace linchpin
