// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/bpf/info.hpp>
#include <linchpin/bpf/owner.hpp>
#include <linchpin/core/result.hpp>

#include <string>

namespace linchpin::inline LINCHPIN_ABI {

/// Borrows a loaded program.
///
/// ownership: none; the owner must keep the descriptor open for as long as this is used.
/// threads: any number at once.
class program_ref {
 public:
  /// No program; every call fails.
  constexpr program_ref() noexcept = default;
  /// Borrows a descriptor. The kernel is not asked whether it is a program's.
  [[nodiscard]] static constexpr program_ref borrow(fd_ref fd) noexcept { return program_ref{fd}; }

  /// The descriptor, for calls that this class does not offer.
  [[nodiscard]] constexpr fd_ref fd() const noexcept { return fd_; }

  /// What the kernel says of the program.
  /// errors: wrong_type when the descriptor is not a program's.
  /// cost: 1 syscall; 1 more for a program with more than 64 maps
  /// source: BPF_OBJ_GET_INFO_BY_FD
  [[nodiscard]] result<program_info> info() const;
  /// effects: keeps the program loaded under a path in a bpffs, also when all its owners are gone.
  /// errors: already_exists; invalid_argument for a name with a dot and for an empty path;
  ///   unsupported where the path is in no bpffs; not_found for a directory that is missing below
  ///   one; permission_denied.
  /// source: BPF_OBJ_PIN
  [[nodiscard]] result<void> pin(const std::string& path) const;
  /// A further owner of the same program.
  /// errors: as `unique_fd::duplicate`. cost: 1 syscall.
  [[nodiscard]] result<class program> duplicate() const;

 private:
  explicit constexpr program_ref(fd_ref fd) noexcept : fd_(fd) {}
  fd_ref fd_;
};

/// Owns a loaded program. A program that is neither attached nor pinned nor in a program array is
/// unloaded with its last owner.
///
/// ownership: as `owner`.
class [[nodiscard]] program : public owner<program, program_ref> {};

/// A program together with the attach type that it was loaded for. The kernel does not report that
/// type, and an update would let a connect6 program into a connect4 link.
///
/// ownership: borrows the program.
struct typed_program {
  program_ref program{};
  /// What the object declared for it (`program_spec::expected_attach_type`), or what was set.
  uapi::attach_type expected_attach_type{};
};

/// Opens a program that is pinned.
/// \param pin_path a path in a bpffs
/// errors: not_found; wrong_type when a map or link is pinned there; invalid_argument for an empty path;
///   permission_denied.
/// source: BPF_OBJ_GET
[[nodiscard]] result<program> open_program(const std::string& pin_path);
/// Opens a loaded program by its number.
/// errors: not_found when no program has the number any more; permission_denied.
/// kernel: CAP_SYS_ADMIN. source: BPF_PROG_GET_FD_BY_ID
[[nodiscard]] result<program> open_program(program_id id);

}  // namespace linchpin

#include <linchpin/bpf/detail/program.hpp>
