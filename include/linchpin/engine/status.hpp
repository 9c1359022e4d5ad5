// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/kernel.hpp>
#include <linchpin/policy/views.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin {

/// What an attachment of ours was found to be.
enum class attachment_state : std::uint8_t {
  live,         ///< runs our program where we put it
  target_gone,  ///< the interface, cgroup or netns no longer exists
  lost,         ///< our link is not there any more
  altered,      ///< our link runs a program that is not ours
};

[[nodiscard]] std::string_view text(attachment_state state) noexcept;

struct attachment_status {
  std::string hook;  ///< "tcx_ingress eth0"
  std::string program;
  mechanism how{};
  attachment_id id;
  attachment_state state = attachment_state::live;
  program_id running{};  ///< what was found there; 0 when nothing
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
};

/// What runs, as observed from the kernel a moment ago.
struct status {
  std::string root;
  std::vector<component_status> components;

  /// True when every attachment is live.
  [[nodiscard]] bool healthy() const noexcept;
  /// A table for people.
  [[nodiscard]] std::string text() const;
};

}  // namespace linchpin
