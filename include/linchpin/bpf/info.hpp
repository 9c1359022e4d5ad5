// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>
#include <linchpin/core/uapi.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// The kernel's digest of a program's instructions: equal code has an equal tag.
using program_tag = std::array<std::uint8_t, 8>;

/// What the kernel says of a loaded program. Nothing of it changes while the program lives.
///
/// ownership: a value; the program may be gone when it is read.
/// source: BPF_OBJ_GET_INFO_BY_FD, struct bpf_prog_info
struct program_info {
  program_id id{};
  uapi::program_type type{};
  /// Equal for equal code, whatever maps it uses.
  program_tag tag{};
  /// At most 15 characters: the kernel cuts longer names.
  std::string name;
  /// The device that runs it, or whose metadata it reads; 0 for a program of no certain device.
  ifindex device{};
  /// The maps that its instructions refer to, those of its global variables included.
  std::vector<map_id> maps;

  friend bool operator==(const program_info&, const program_info&) = default;
};

/// What the kernel says of a live map, as it was created. Its entries and the layout of its values
/// are not in here.
///
/// ownership: a value; the map may be gone when it is read.
/// source: BPF_OBJ_GET_INFO_BY_FD, struct bpf_map_info
struct map_info {
  map_id id{};
  uapi::map_type type{};
  std::uint32_t key_size = 0;    ///< bytes
  std::uint32_t value_size = 0;  ///< bytes of one value; of one CPU's in a per-CPU map
  /// Entries, or bytes of a ring buffer. The kernel has rounded it up for some map types.
  std::uint32_t max_entries = 0;
  /// BPF_F_*: those it was created with, and those that the kernel added.
  std::uint32_t flags = 0;
  /// At most 15 characters: the kernel cuts longer names.
  std::string name;

  friend bool operator==(const map_info&, const map_info&) = default;
};

/// What the kernel says of a link. The program changes with every update; the target goes when the
/// interface, cgroup or network namespace does, or when somebody detaches the link.
///
/// ownership: a value; the link may be gone when it is read.
/// source: BPF_OBJ_GET_INFO_BY_FD, struct bpf_link_info
struct link_info {
  link_id id{};
  uapi::link_type type{};
  /// What it runs. A link of struct_ops runs the programs of a map: this is the number of that map.
  program_id program{};
  uapi::attach_type attach_type{};  ///< 0 where the kernel does not report it (xdp)
  /// The ifindex, the cgroup id, the inode of the netns, or the map id; 1 for the kernel as a
  /// whole. 0 when the target is gone or the link was detached: such a link runs nothing, and stays
  /// until its last holder lets go.
  std::uint64_t target = 0;

  /// Whether the link is attached to nothing any more.
  [[nodiscard]] bool target_gone() const noexcept { return target == 0; }
  friend bool operator==(const link_info&, const link_info&) = default;
};

}  // namespace linchpin
