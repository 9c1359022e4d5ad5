// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/uapi.hpp>

#include <cstdint>
#include <string>

namespace linchpin::inline LINCHPIN_ABI {

/// What was asked of bpf(2): one errno means different things at different requests.
enum class bpf_request : std::uint8_t {
  create_map,
  load_program,
  access_map,  ///< lookup, update, delete, batches; freezing
  create_link,
  attach_xdp,  ///< creating a link at a device, to run in its driver or before it
  update_link,
  detach_link,
  pin,
  open_pin,
  open_id,  ///< opening by a number
  test_run,
  read_info,  ///< describing a program, map or link
  any_other,  ///< what has no value of its own, and takes what most requests take
};

/// What a person can do about an errno of bpf(2): which capability to grant, which lockdown mode
/// stands in the way, which limit was met, which field may be meant.
///
/// effects: for EPERM reads the thread's status in /proc, so that the hint names what this thread
///   lacks. Where it lacks nothing, reads for a program the lockdown state, and for a program or map
///   RLIMIT_MEMLOCK, and loads an empty program to find out whether the kernel charges to that.
/// \param errno_value positive
/// returns: a sentence that begins with what to do ("raise max_entries, ..."); empty for an errno
///   that has no hint.
/// cost: no syscall except for EPERM
[[nodiscard]] std::string errno_hint(int errno_value, bpf_request asked);

/// The same for a program of a known type that was not loaded: names the capabilities that loading
/// such programs takes, and no others.
[[nodiscard]] std::string errno_hint(int errno_value, uapi::program_type refused);

}  // namespace linchpin

#include <linchpin/bpf/detail/errno_hint.hpp>
