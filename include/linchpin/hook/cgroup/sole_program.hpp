// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/bpf_call.hpp>
#include <linchpin/core/detail/try.hpp>
#include <linchpin/hook/cgroup/target.hpp>
#include <linchpin/hook/driver/chain_query.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>

#include <array>
#include <cerrno>
#include <climits>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

inline constexpr std::string_view looking_above = "find sole program";
inline constexpr std::uint32_t allow_override = 1U << 0;  // BPF_F_ALLOW_OVERRIDE
inline constexpr std::uint32_t allow_multi = 1U << 1;     // BPF_F_ALLOW_MULTI

// Opens the parent of a cgroup; empty for the root of the mount.
inline result<unique_fd> open_cgroup_above(int cgroup, const attach_point& at) {
  auto parent = unique_fd::adopt(::openat(cgroup, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct statfs about {};
  if (!parent || ::fstatfs(parent.native(), &about) != 0) {
    return kernel_error(errno, looking_above, hook_text(at) + ", the cgroup above");
  }
  if (static_cast<long>(about.f_type) != cgroup2_magic) return unique_fd{};
  return parent;
}

inline result<std::string> path_of_directory(int directory) {
  std::array<char, PATH_MAX> text{};
  const auto link = fmt::format("/proc/self/fd/{}", directory);
  const ssize_t length = ::readlink(link.c_str(), text.data(), text.size());
  if (length < 0) return kernel_error(errno, looking_above, link);
  return std::string{text.data(), static_cast<std::size_t>(length)};
}

inline result<std::optional<sole_program>> sole_at(int cgroup, const attached_programs& there) {
  sole_program found;
  found.program.program = there.programs.front();
  found.closes_below = (there.flags & allow_override) == 0;
  LINCHPIN_TRY(found.cgroup, path_of_directory(cgroup));
  return std::optional{std::move(found)};
}

/// As `kernel::find_sole_program`, for an open cgroup; without the program's name.
[[nodiscard]] inline result<std::optional<sole_program>> find_sole_program(const hook_place& place,
                                                                           const attach_point& at) {
  LINCHPIN_TRY(const auto own, query_attached(place.number, at));
  if (!own.programs.empty() && (own.flags & allow_multi) == 0) {
    return sole_at(place.open.native(), own);
  }
  // The nearest cgroup above that has programs decides. Links may have been attached below it
  // before it was closed, so that the links of a cgroup do not prove that the cgroup is open.
  unique_fd above;
  for (;;) {
    LINCHPIN_TRY(above, open_cgroup_above(above ? above.native() : place.open.native(), at));
    if (!above) return std::optional<sole_program>{};
    LINCHPIN_TRY(const auto there, query_attached(fd_argument(above.native()), at));
    if (there.programs.empty()) continue;
    if ((there.flags & (allow_multi | allow_override)) != 0) return std::optional<sole_program>{};
    return sole_at(above.native(), there);
  }
}

}  // namespace linchpin::detail
