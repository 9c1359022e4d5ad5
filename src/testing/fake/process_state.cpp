// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "testing/fake/process_state.hpp"

#include <linchpin/hook/families.hpp>

#include <cerrno>
#include <charconv>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing::fake {

std::optional<std::string> process_state::real_path(const std::string& path) const {
  constexpr std::string_view through = "/proc/self/fd/";
  if (!path.starts_with(through)) return path;
  const char* const end = path.data() + path.size();
  int number = -1;
  const auto [stopped, failed] = std::from_chars(path.data() + through.size(), end, number);
  if (failed != std::errc{} || (stopped != end && *stopped != '/')) return std::nullopt;
  const auto lock = find<lock_hold>(number);
  if (!lock) return std::nullopt;
  const auto directory = machine.directories.find(lock->inode);
  if (directory == machine.directories.end()) return std::nullopt;
  return directory->second + std::string(stopped, end);
}

result<void> process_state::check_privileges(
    std::string_view operation, std::string_view subject,
    const linchpin::detail::capability_needs& asked) const {
  const auto missing = linchpin::detail::known_missing(privileges, asked);
  if (missing.empty()) return {};
  return error::from_errno(EPERM, operation, subject)
      .advice(fmt::format("this thread lacks {}", missing.front().name));
}

result<void> process_state::check_netns(std::string_view operation, const attach_point& at) const {
  if (at.on.kind != hook::interface_target || !at.identity.netns) return {};
  if (at.identity.netns.value == netns) return {};
  return error{errc::conflict, operation, hook_text(at)}
      .expected(fmt::format("the calling thread in netns {}", at.identity.netns.value))
      .found(fmt::format("netns {}", netns));
}

}  // namespace linchpin::testing::fake
