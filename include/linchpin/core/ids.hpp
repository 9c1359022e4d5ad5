// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>

namespace linchpin::inline LINCHPIN_ABI {

/// How many characters of a program's or map's name the kernel keeps.
/// source: BPF_OBJ_NAME_LEN, include/uapi/linux/bpf.h, without the 0 at the end
inline constexpr std::size_t kernel_name_length = 15;

/// A number with a meaning: comparable, printable by `.value`, without arithmetic and without
/// conversion from or to other numbers. 0 is "none" for every id the kernel hands out.
template <class Tag, class Representation = std::uint32_t>
struct strong_id {
  Representation value{};

  friend constexpr auto operator<=>(const strong_id&, const strong_id&) = default;
  explicit constexpr operator bool() const noexcept { return value != Representation{}; }
};

using ifindex = strong_id<struct ifindex_tag>;
using program_id = strong_id<struct program_id_tag>;
using map_id = strong_id<struct map_id_tag>;
using link_id = strong_id<struct link_id_tag>;
using btf_id = strong_id<struct btf_id_tag>;
/// The 64-bit cgroup id: the kernfs inode number, also what bpf_get_current_cgroup_id() returns.
using cgroup_id = strong_id<struct cgroup_id_tag, std::uint64_t>;
/// The inode number of a network namespace in nsfs.
using netns_inode = strong_id<struct netns_inode_tag, std::uint64_t>;
/// The change counter of a chain (BPF_PROG_QUERY); 0 where the kernel keeps none.
using revision = strong_id<struct revision_tag, std::uint64_t>;
/// The number of a loaded version of a component, counted from 1.
using generation = strong_id<struct generation_tag, std::uint64_t>;

}  // namespace linchpin
