// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>
#include <linchpin/core/uapi.hpp>
#include <linchpin/kernel/handle.hpp>

#include <cstdint>
#include <string>

namespace linchpin::inline LINCHPIN_ABI {

/// Which kernel interface carries an attachment. Open: each room of a hook family has constants of its
/// own (`hook::tcx_link`), and linchpin/hook/families.hpp says what there is to know about them.
/// Records keep the numbers, so that a number never changes its meaning.
enum class mechanism : std::uint8_t {};

/// What a hook is on. Open as `mechanism` is: `hook::interface_target`.
enum class target_kind : std::uint8_t {};

/// A target by the name that people use for it.
struct target {
  target_kind kind{};
  /// An interface name; the path of a cgroup v2 directory; the path of a netns file
  /// ("/run/netns/blue"), empty for the calling thread's own; the name of a map of the component.
  std::string name;
  /// The path of the netns in which the name counts, for interfaces; empty for the calling thread's
  /// own.
  std::string netns{};

  /// "eth0", "eth0 in /run/netns/blue"
  [[nodiscard]] std::string text() const { return netns.empty() ? name : name + " in " + netns; }

  friend bool operator==(const target&, const target&) = default;
};

/// A target by what the kernel knows it as. Two targets with the same identity are the same
/// thing; a name may come to mean another identity, and an identity never comes back.
struct target_identity {
  target_kind kind{};
  /// The ifindex, the cgroup id, the inode of the netns, or the id of the map.
  std::uint64_t id = 0;
  /// For interfaces the namespace in which the ifindex counts; 0 for other targets.
  netns_inode netns{};

  friend bool operator==(const target_identity&, const target_identity&) = default;
};

/// No attach type. The kernel's 0 does not say that: it is cgroup ingress.
inline constexpr uapi::attach_type no_attach_type{0xffffffffU};

/// One place in the kernel: through which interface, as what, on which target. One that does
/// not name all three is attached nowhere.
struct attach_point {
  mechanism how{};
  /// What the program is attached as. For clsact tcx_ingress or tcx_egress names the direction.
  uapi::attach_type type = no_attach_type;
  target on;
  /// What the target's name meant when the plan was made; an attachment elsewhere is a
  /// conflict.
  target_identity identity;
  /// A target that is a map, held open; without it the map is opened by its id.
  handle_ref map{};

  friend bool operator==(const attach_point&, const attach_point&) = default;
};

}  // namespace linchpin
