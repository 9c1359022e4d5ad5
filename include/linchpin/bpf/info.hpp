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

/// A live program. source: BPF_OBJ_GET_INFO_BY_FD, struct bpf_prog_info
struct program_info {
  program_id id{};
  uapi::program_type type{};
  program_tag tag{};
  std::string name;  ///< at most 15 characters
  std::vector<map_id> maps;

  friend bool operator==(const program_info&, const program_info&) = default;
};

/// A live map. source: BPF_OBJ_GET_INFO_BY_FD, struct bpf_map_info
struct map_info {
  map_id id{};
  uapi::map_type type{};
  std::uint32_t key_size = 0;    ///< bytes
  std::uint32_t value_size = 0;  ///< bytes of one value
  std::uint32_t max_entries = 0;
  std::uint32_t flags = 0;
  std::string name;  ///< at most 15 characters

  friend bool operator==(const map_info&, const map_info&) = default;
};

/// A live link. source: BPF_OBJ_GET_INFO_BY_FD, struct bpf_link_info
struct link_info {
  link_id id{};
  uapi::link_type type{};
  /// What it runs. A link of struct_ops runs the programs of a map: then this is the number of that map.
  program_id program{};
  uapi::attach_type attach_type{};  ///< 0 where the kernel does not report it (xdp)
  /// ifindex, cgroup id, netns inode or map id; 1 for the kernel as a whole. 0 when the target is gone or the link was detached; the
  /// link itself lives on as a zombie until its last holder lets go.
  std::uint64_t target = 0;

  [[nodiscard]] bool target_gone() const noexcept { return target == 0; }
  friend bool operator==(const link_info&, const link_info&) = default;
};

}  // namespace linchpin
