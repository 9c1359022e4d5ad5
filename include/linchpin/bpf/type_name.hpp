// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/uapi.hpp>

#include <string>

namespace linchpin::inline LINCHPIN_ABI {

/// The kernel's word for a type: "lru_percpu_hash". The number for one that neither the libbpf at hand nor
/// this library knows: "map type 77".
/// source: libbpf_bpf_map_type_str
[[nodiscard]] std::string name_of(uapi::map_type type);
/// "sched_cls", "program type 77". source: libbpf_bpf_prog_type_str
[[nodiscard]] std::string name_of(uapi::program_type type);
/// "cgroup_inet4_connect", "attach type 77". source: libbpf_bpf_attach_type_str
[[nodiscard]] std::string name_of(uapi::attach_type type);
/// "cgroup", "link type 77". source: libbpf_bpf_link_type_str
[[nodiscard]] std::string name_of(uapi::link_type type);

}  // namespace linchpin

#include <linchpin/bpf/detail/type_name.hpp>
