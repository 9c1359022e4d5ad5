// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/link.hpp>
#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/core/ids.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

// The RAII types' references to descriptors that the kernel layer holds.
namespace linchpin::inline LINCHPIN_ABI::detail {

[[nodiscard]] constexpr program_ref program_at(int fd) noexcept {
  return program_ref::borrow(fd_ref::borrow(fd));
}
[[nodiscard]] constexpr map_ref map_at(int fd) noexcept {
  return map_ref::borrow(fd_ref::borrow(fd));
}
[[nodiscard]] constexpr link_ref link_at(int fd) noexcept {
  return link_ref::borrow(fd_ref::borrow(fd));
}

[[nodiscard]] constexpr object_kind kind_of_object(pin_kind kind) noexcept {
  switch (kind) {
    case pin_kind::program:
      return object_kind::program;
    case pin_kind::map:
      return object_kind::map;
    case pin_kind::link:
      break;
  }
  return object_kind::link;
}

/// The name of a live program, which may be empty; absent where the kernel does not give it.
/// kernel: CAP_SYS_ADMIN
[[nodiscard]] inline std::optional<std::string> program_name(program_id id) {
  const auto opened = unique_fd::adopt(open_id(id.value, object_kind::program));
  if (!opened) return std::nullopt;
  auto info = program_at(opened.native()).info();
  if (!info) return std::nullopt;
  return std::move(info->name);
}

}  // namespace linchpin::detail
