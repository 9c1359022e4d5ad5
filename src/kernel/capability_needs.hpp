// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/privileges.hpp>
#include <linchpin/core/uapi.hpp>
#include <linchpin/kernel/attach_point.hpp>

#include <string_view>
#include <vector>

#include <linchpin/bpf/detail/load_needs.hpp>
#include <linchpin/core/privileges.hpp>

// Which capability each call takes: what a plan is refused for, and what the fake kernel refuses.
namespace linchpin::inline LINCHPIN_ABI::detail {

struct missing_capability {
  std::string_view name;    ///< "CAP_BPF"
  std::string_view reason;  ///< of `thread_privileges`, which outlives it
};

/// The needed capabilities that a thread is known not to have; a capability of which nothing is
/// known is not among them.
[[nodiscard]] std::vector<missing_capability> known_missing(const thread_privileges& held,
                                                            const capability_needs& needed);

/// What looking at a chain takes.
/// source: kernel/bpf/syscall.c: bpf_prog_query; measured on 6.18
[[nodiscard]] capability_needs needs_to_list(mechanism how) noexcept;

/// What attaching and detaching take beside a loaded program, without looking at the chain.
/// source: kernel/bpf/syscall.c: link_create, bpf_prog_attach_check_attach_type;
///   net/core/rtnetlink.c: rtnetlink_rcv_msg; measured on 6.18
[[nodiscard]] capability_needs needs_to_attach(mechanism how, uapi::attach_type type) noexcept;
[[nodiscard]] capability_needs needs_to_detach(mechanism how) noexcept;

/// What it takes to look at an interface in another network namespace, and to attach there.
/// source: net/core/net_namespace.c: netns_install
[[nodiscard]] capability_needs needs_to_visit_netns() noexcept;

}  // namespace linchpin::detail
