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

/// Borrows a live map. Reading and writing entries: `typed_map.hpp`, `raw_map.hpp`.
class map_ref {
 public:
  constexpr map_ref() noexcept = default;
  [[nodiscard]] static constexpr map_ref borrow(fd_ref fd) noexcept { return map_ref{fd}; }

  [[nodiscard]] constexpr fd_ref fd() const noexcept { return fd_; }

  /// errors: wrong_type when the descriptor is not a map's. cost: 1 syscall.
  [[nodiscard]] result<map_info> info() const;
  /// The live map in the words of an ELF, its layout from the BTF the kernel keeps with it; an empty
  /// layout where it keeps none. The name is cut to 15 characters. Include `map_layout.hpp` to call it.
  /// errors: as info(). kernel: CAP_SYS_ADMIN for the layout, empty without it.
  [[nodiscard]] result<map_spec> spec() const;
  /// effects: the map outlives the process under this bpffs path.
  /// errors: already_exists; EPERM for a name with a dot or no bpffs.
  [[nodiscard]] result<void> pin(const std::string& path) const;
  /// effects: user space can no longer write entries. For good. source: BPF_MAP_FREEZE
  [[nodiscard]] result<void> freeze() const;
  /// A further owner of the same map. cost: 1 syscall.
  [[nodiscard]] result<class map> duplicate() const;

 private:
  explicit constexpr map_ref(fd_ref fd) noexcept : fd_(fd) {}
  fd_ref fd_;
};

/// Owns a live map. One that no program uses and no pin holds ends with its last owner. A program
/// array is emptied when its last owner or pin in user space goes, even while programs use it.
class [[nodiscard]] map : public owner<map, map_ref> {};

/// errors: not_found; wrong_type when something else is pinned there.
[[nodiscard]] result<map> open_map(const std::string& pin_path);
/// errors: not_found. kernel: CAP_SYS_ADMIN.
[[nodiscard]] result<map> open_map(map_id id);

}  // namespace linchpin

#include <linchpin/bpf/detail/map.hpp>
