// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_spec.hpp>

#include <cstdint>
#include <string>
#include <vector>

struct btf;

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Appends the fields of one BTF type to `fields`, in declaration order, with `path` before each
/// name. Nothing is appended for type 0 (no BTF).
///
/// * A scalar is one field. Typedefs are looked through, except those that name a byte order
///   (`__be32`): u64 and unsigned long long are the same layout, u32 and __be32 are not.
/// * An array of scalars is one field, `path[]`, with its length in the type: "unsigned char[16]".
/// * An array of structs is one field, `path[]`, for the whole, followed by the fields of its first
///   element, `path[].name`.
/// * Members of a union overlap, each with its own offset.
/// * Structs that belong to the kernel (`struct bpf_spin_lock`) are one field.
/// * A global section (.data) has one entry for each variable.
void append_layout(const btf& types, std::uint32_t type, const std::string& path,
                   std::uint32_t bit_offset, std::vector<layout_field>& fields);

/// The layout of a map with these types, as in `map_spec::layout`.
[[nodiscard]] std::vector<layout_field> map_layout(const btf* types, std::uint32_t key_type,
                                                   std::uint32_t value_type);

}  // namespace linchpin::detail
