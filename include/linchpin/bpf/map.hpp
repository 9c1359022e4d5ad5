// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/bpf/info.hpp>
#include <linchpin/bpf/owner.hpp>
#include <linchpin/core/result.hpp>

#include <string>

namespace linchpin::inline LINCHPIN_ABI {

struct map_spec;

/// Borrows a live map. Entries are read and written by `typed_map`, `percpu_map` and `raw_map`.
///
/// ownership: none; the owner must keep the descriptor open for as long as this is used.
/// threads: any number at once.
class map_ref {
 public:
  /// No map; every call fails.
  constexpr map_ref() noexcept = default;
  /// Borrows a descriptor. The kernel is not asked whether it is a map's.
  [[nodiscard]] static constexpr map_ref borrow(fd_ref fd) noexcept { return map_ref{fd}; }

  /// The descriptor, for calls that this class does not offer.
  [[nodiscard]] constexpr fd_ref fd() const noexcept { return fd_; }

  /// What the kernel says of the map.
  /// errors: wrong_type when the descriptor is not a map's.
  /// cost: 1 syscall. source: BPF_OBJ_GET_INFO_BY_FD
  [[nodiscard]] result<map_info> info() const;
  /// The live map described as an object describes its maps, so that the two can be compared.
  /// Include `map_layout.hpp` to call it.
  /// returns: the layout from the BTF that the kernel keeps with the map, empty where it keeps none
  ///   or it cannot be read; the name cut to 15 characters.
  /// errors: as `info`.
  /// kernel: CAP_SYS_ADMIN to read the layout
  [[nodiscard]] result<map_spec> spec() const;
  /// effects: keeps the map and its entries under a path in a bpffs, also when all its owners are
  ///   gone.
  /// errors: already_exists; invalid_argument for a name with a dot and for an empty path;
  ///   unsupported where the path is in no bpffs; not_found for a directory that is missing below
  ///   one; permission_denied.
  /// source: BPF_OBJ_PIN
  [[nodiscard]] result<void> pin(const std::string& path) const;
  /// effects: user space can no longer write entries, for as long as the map lives; programs still
  ///   can.
  /// errors: busy when the map is already frozen, is mapped writable into memory, or is being written
  ///   to from user space at this moment.
  /// kernel: 5.2. source: BPF_MAP_FREEZE
  [[nodiscard]] result<void> freeze() const;
  /// A further owner of the same map.
  /// errors: as `unique_fd::duplicate`. cost: 1 syscall.
  [[nodiscard]] result<class map> duplicate() const;

 private:
  explicit constexpr map_ref(fd_ref fd) noexcept : fd_(fd) {}
  fd_ref fd_;
};

/// Owns a live map. A map that no program uses and no pin holds ends with its last owner, and its
/// entries with it. A program array is emptied when its last owner or pin in user space goes, even
/// while programs use it.
///
/// ownership: as `owner`.
class [[nodiscard]] map : public owner<map, map_ref> {};

/// Opens a map that is pinned.
/// \param pin_path a path in a bpffs
/// errors: not_found; wrong_type when a program or link is pinned there; invalid_argument for an empty path;
///   permission_denied.
/// source: BPF_OBJ_GET
[[nodiscard]] result<map> open_map(const std::string& pin_path);
/// Opens a live map by its number.
/// errors: not_found when no map has the number any more; permission_denied.
/// kernel: CAP_SYS_ADMIN. source: BPF_MAP_GET_FD_BY_ID
[[nodiscard]] result<map> open_map(map_id id);

}  // namespace linchpin

#include <linchpin/bpf/detail/map.hpp>
