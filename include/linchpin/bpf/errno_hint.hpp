// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/uapi.hpp>

#include <cstdint>
#include <string>

namespace linchpin::inline LINCHPIN_ABI {

/// What was asked of bpf(2), as far as errnos mean different things.
enum class bpf_request : std::uint8_t {
  create_map,
  load_program,
  access_map,  ///< lookup, update, delete, batches
  create_link,
  update_link,
  pin,
  open_pin,
  test_run,
  read_info,
};

/// What a person can do about an errno of bpf(2): which capability or lockdown mode stands in the
/// way, which limit was met, which field may be meant. Empty where there is nothing to add.
///
/// effects: for EPERM reads /proc/self/status, the lockdown state and RLIMIT_MEMLOCK.
[[nodiscard]] std::string errno_hint(int errno_value, bpf_request asked);

/// The same for a program of a type that was not loaded: names the capabilities that loading such programs
/// takes, and no others.
[[nodiscard]] std::string errno_hint(int errno_value, uapi::program_type refused);

}  // namespace linchpin

#include <linchpin/bpf/detail/errno_hint.hpp>
