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

/// A number with a meaning of its own. It can be compared with numbers of the same meaning and read
/// by `.value`; it has no arithmetic, and does not convert from or to other numbers. 0 means "none"
/// for every id that the kernel hands out.
///
/// \tparam Tag tells apart numbers that must not be mixed up
/// \tparam Representation the kernel's type for the number
template <class Tag, class Representation = std::uint32_t>
struct strong_id {
  Representation value{};

  friend constexpr auto operator<=>(const strong_id&, const strong_id&) = default;
  explicit constexpr operator bool() const noexcept { return value != Representation{}; }
};

/// The number of a network interface. It counts in one network namespace only; another interface
/// may have the same number in another one.
/// source: netdevice(7), SIOCGIFINDEX
using ifindex = strong_id<struct ifindex_tag>;
// The kernel numbers live programs, maps, links and BTF each from 1 on, and gives no number a
// second time before it has come round at 2^31. An id keeps nothing alive: what it names may be
// gone.

/// The number of a loaded program, as bpftool prints it.
using program_id = strong_id<struct program_id_tag>;
/// The number of a live map.
using map_id = strong_id<struct map_id_tag>;
/// The number of a link, also of one whose target is gone.
using link_id = strong_id<struct link_id_tag>;
/// The number of a set of types (BTF) that the kernel keeps for programs and maps.
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
