// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/uapi.hpp>

#include <string>

namespace linchpin::inline LINCHPIN_ABI {

/// The name of a map type as bpftool prints it: "lru_percpu_hash".
/// returns: the number, "map type 77", for a type that neither the libbpf at hand nor linchpin
///   knows.
/// source: libbpf_bpf_map_type_str
[[nodiscard]] std::string name_of(uapi::map_type type);
/// The name of a program type: "sched_cls", "program type 77"; "typeless" for `unspecified`.
/// source: libbpf_bpf_prog_type_str
[[nodiscard]] std::string name_of(uapi::program_type type);
/// The name of an attach type: "cgroup_inet4_connect", "attach type 77".
/// source: libbpf_bpf_attach_type_str
[[nodiscard]] std::string name_of(uapi::attach_type type);
/// The name of a link type: "cgroup", "link type 77".
/// source: libbpf_bpf_link_type_str
[[nodiscard]] std::string name_of(uapi::link_type type);

}  // namespace linchpin

#include <linchpin/bpf/detail/type_name.hpp>
