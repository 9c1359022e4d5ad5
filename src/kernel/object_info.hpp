// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/kernel/info.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

// What the kernel says about an object this process holds open. One bpf(2) each; a program with
// more than 64 maps costs a second one.
//
// errors: wrong_type when the descriptor is another kind of object
[[nodiscard]] result<program_info> read_program_info(int fd);
[[nodiscard]] result<map_info> read_map_info(int fd);
[[nodiscard]] result<link_info> read_link_info(int fd);

/// Opens a live object by its id.
/// returns: a descriptor, or -1 with errno set
/// kernel: CAP_SYS_ADMIN
[[nodiscard]] int open_id(pin_kind kind, std::uint32_t id) noexcept;

/// The name of a live program, which may be empty; absent where it cannot be had.
/// kernel: CAP_SYS_ADMIN
[[nodiscard]] std::optional<std::string> program_name(program_id id);

}  // namespace linchpin::detail
