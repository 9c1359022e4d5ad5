// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/core/error.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <cerrno>
#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// An error from errno, with advice where the number does not tell a person what to do.
[[nodiscard]] inline error kernel_error(int errno_value, std::string_view operation,
                                        std::string_view subject) {
  error made = error::from_errno(errno_value, operation, subject);
  switch (errno_value) {
    case EACCES:
      return std::move(made).advice("look at the owner and mode of the file or directory");
    case EROFS:
      return std::move(made)
          .as(errc::permission_denied)
          .found("a file system that is mounted read-only")
          .advice("mount it writable, or take another directory");
    case EMFILE:
      return std::move(made).advice(
          "raise the limit of open files (ulimit -n), which this process has reached");
    case EPERM:
    case ENOMEM:
      return std::move(made).advice(errno_hint(errno_value, bpf_request::any_other));
    default:
      return made;
  }
}

/// An attach type by the name of the only family that has it: "tcx_ingress", "cgroup_connect4". The
/// number where no family has it, and where several do.
[[nodiscard]] inline std::string attach_type_text(uapi::attach_type type) {
  const auto* family = only_family_of(type);
  if (family != nullptr) return std::string{family->name};
  return fmt::format("attach type {}", static_cast<std::uint32_t>(type));
}

/// "tcx_ingress eth0", "tcx_ingress eth0 in /run/netns/blue", "cgroup_connect4 /sys/fs/cgroup/web",
/// "sk_lookup own netns"
[[nodiscard]] inline std::string hook_text(const attach_point& at) {
  const auto* family = find_hook_family(at.how, at.type);
  const auto hook = family == nullptr ? attach_type_text(at.type) : std::string{family->name};
  return fmt::format("{} {}", hook, target_text(traits_of(at.on.kind), at.on));
}

/// "program", "map", "link"
[[nodiscard]] inline std::string_view pin_kind_text(pin_kind kind) noexcept {
  switch (kind) {
    case pin_kind::program:
      return "program";
    case pin_kind::map:
      return "map";
    case pin_kind::link:
      return "link";
  }
  return "object";
}

/// "program 17"
[[nodiscard]] inline std::string program_text(program_id id) {
  return fmt::format("program {}", id.value);
}

}  // namespace linchpin::detail
