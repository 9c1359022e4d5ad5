// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "testing/fake/process_state.hpp"

#include <linchpin/bpf/detail/struct_ops.hpp>
#include <linchpin/hook/families.hpp>

#include <cerrno>
#include <charconv>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::testing::fake {

std::shared_ptr<program> process_state::attachable(handle_ref which) const {
  if (auto held = find<program>(which.number)) return held;
  const auto held = find<map>(which.number);
  const bool holds_programs = held && held->info.type == uapi::map_type::struct_ops &&
                              (held->info.flags & linchpin::detail::struct_ops_by_link) != 0;
  return holds_programs ? made_of(held) : nullptr;
}

result<void> process_state::check_map(std::string_view operation, const attach_point& at) const {
  const auto& kind = traits_of(at.on.kind);
  if (kind.scope != target_scope::in_the_component) return {};
  const auto held = find<map>(at.map.number);
  if (!held && !may_open_by_id) {
    return error::from_errno(EPERM, operation, hook_text(at))
        .advice("hold the map open, or grant CAP_SYS_ADMIN to open it by its id");
  }
  const auto known = machine.maps.find(map_id{static_cast<std::uint32_t>(at.identity.id)});
  const auto target = held || known == machine.maps.end() ? held : known->second.lock();
  if (!target) return error::from_errno(ENOENT, operation, hook_text(at)).as(errc::not_found);
  if (target->info.id.value != at.identity.id) {
    return error{errc::conflict, operation, hook_text(at)}.found("another map");
  }
  if (kind.takes(target->info.type)) return {};
  return error{errc::wrong_type, operation, hook_text(at)}
      .expected(std::string{kind.indefinite})
      .found("map " + target->info.name);
}

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
  const auto& kind = traits_of(at.on.kind);
  if (!kind.depends_on_netns()) return {};
  const bool is_one = kind.scope == target_scope::is_a_netns;
  const auto& path = is_one ? at.on.name : at.on.netns;
  const auto expected = is_one ? netns_inode{at.identity.id} : at.identity.netns;
  const auto there = machine.netns_at(path, netns);
  if (!there) {
    // A path that leads nowhere says nothing about the namespace that a certain one is in.
    return error::from_errno(ENOENT, operation, hook_text(at))
        .as(expected ? errc::conflict : errc::not_found)
        .found(fmt::format("no netns at {}", path));
  }
  if (!expected || expected.value == *there) {
    // A file of a namespace can be opened without entering it.
    return is_one ? result<void>{} : check_visit(operation, hook_text(at), *there);
  }
  if (!path.empty()) {
    return error{errc::conflict, operation, hook_text(at)}
        .expected(fmt::format("netns {} at {}", expected.value, path))
        .found(fmt::format("netns {}", *there));
  }
  return error{errc::conflict, operation, hook_text(at)}
      .expected(fmt::format("the calling thread in netns {}", expected.value))
      .found(fmt::format("netns {}", netns));
}

result<void> process_state::check_visit(std::string_view operation, std::string_view subject,
                                        std::uint64_t there) const {
  if (there == netns || !privileges.sys_admin.is_no()) return {};
  return error::from_errno(EPERM, operation, subject)
      .expected("CAP_SYS_ADMIN to enter another network namespace");
}

}  // namespace linchpin::testing::fake
