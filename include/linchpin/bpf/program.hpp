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
class program_ref {
 public:
  constexpr program_ref() noexcept = default;
  [[nodiscard]] static constexpr program_ref borrow(fd_ref fd) noexcept { return program_ref{fd}; }

  [[nodiscard]] constexpr fd_ref fd() const noexcept { return fd_; }

  /// errors: wrong_type when the descriptor is not a program's. cost: 1 syscall, 2 with maps.
  [[nodiscard]] result<program_info> info() const;
  /// effects: the program outlives the process under this bpffs path.
  /// errors: already_exists; EPERM for a name with a dot or no bpffs.
  [[nodiscard]] result<void> pin(const std::string& path) const;
  /// A further owner of the same program. cost: 1 syscall.
  [[nodiscard]] result<class program> duplicate() const;

 private:
  explicit constexpr program_ref(fd_ref fd) noexcept : fd_(fd) {}
  fd_ref fd_;
};

/// Owns a loaded program. One that is neither attached nor pinned nor in a program array ends with
/// its last owner.
class [[nodiscard]] program : public owner<program, program_ref> {};

/// A program together with what it was loaded as. The kernel does not tell the second, and lets a
/// connect6 program into a connect4 link.
struct typed_program {
  program_ref program;
  uapi::attach_type expected_attach_type{};
};

/// errors: not_found; wrong_type when something else is pinned there.
/// source: BPF_OBJ_GET
[[nodiscard]] result<program> open_program(const std::string& pin_path);
/// errors: not_found. kernel: CAP_SYS_ADMIN.
[[nodiscard]] result<program> open_program(program_id id);

}  // namespace linchpin

#include <linchpin/bpf/detail/program.hpp>
