// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_spec.hpp>

struct bpf_map;
struct bpf_object;
struct bpf_program;

namespace linchpin::inline LINCHPIN_ABI::detail {

/// What libbpf knows of an opened object, in our words. No kernel contact.
[[nodiscard]] object_spec describe(const bpf_object& opened);
[[nodiscard]] program_spec describe(const bpf_program& program);
[[nodiscard]] map_spec describe(const bpf_object& opened, const bpf_map& map);

}  // namespace linchpin::detail
