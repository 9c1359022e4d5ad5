// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/hook_driver.hpp"

#include <cstdint>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// The chain at a hook that the kernel tells about through BPF_PROG_QUERY (tcx, cgroup, netns).
/// errors: not_found; unsupported; permission_denied
[[nodiscard]] result<chain> query_bpf_chain(const hook_place& place, const attach_point& at);

/// The programs of a hook, with the flags that they were attached with.
struct attached_programs {
  std::vector<program_id> programs;
  std::uint32_t flags =
      0;  ///< at a cgroup: whether it shares the hook; 0 where there is no program
};

/// \param number the descriptor of the hook's target
/// \param at     for the attach type, and for messages
/// errors: as `query_bpf_chain`
[[nodiscard]] result<attached_programs> query_attached(std::uint32_t number,
                                                       const attach_point& at);

/// How many programs stand there, for the message of a full chain: "64 programs, as many as the
/// kernel allows there".
[[nodiscard]] std::string full_text(const hook_place& place, const attach_point& at);

}  // namespace linchpin::detail
