// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/netns_visit.hpp>
#include <linchpin/hook/driver/target.hpp>
#include <linchpin/hook/netns.hpp>

#include <linchpin/core/detail/try.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// cost: 4 syscalls for a netns file, and 1 the first time for the own one
[[nodiscard]] inline result<std::optional<target_identity>> resolve_netns(target_lookup& shared,
                                                                          const std::string& path) {
  if (path.empty()) {
    LINCHPIN_CHECK(find_own_netns(shared));
    return std::optional{target_identity{hook::netns_target, shared.own_netns->value, {}}};
  }
  const auto found = open_netns_at(resolving, fmt::format("netns {}", path), path, {});
  if (found) return std::optional{target_identity{hook::netns_target, found->inode.value, {}}};
  if (found.error().is(errc::not_found)) return std::optional<target_identity>{};
  return found.error();
}

/// Opens the netns file of a target, and makes sure that it still has the expected identity. An
/// empty identity accepts whatever the name means.
/// errors: as `open_netns_at`; conflict for the own one where the calling thread is in another one
[[nodiscard]] inline result<unique_fd> open_netns(std::string_view what, std::string_view subject,
                                                  const attach_point& at) {
  const netns_inode expected{at.identity.id};
  if (!at.on.name.empty()) {
    LINCHPIN_TRY(auto named, open_netns_at(what, subject, at.on.name, expected));
    return std::move(named.file);
  }
  LINCHPIN_TRY(auto own, open_netns_at(what, subject, own_netns_path, {}));
  if (expected && own.inode != expected)
    return thread_is_elsewhere(what, subject, expected, own.inode);
  return std::move(own.file);
}

}  // namespace linchpin::detail
