// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/bpf_call.hpp>

#include <cerrno>
#include <cstdint>

#include <linux/bpf.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

// Calls the helper bpf_ktime_get_coarse_ns, which came with the charging of maps and programs to
// cgroups in 5.11: a kernel that refuses the helper charges them to RLIMIT_MEMLOCK.
inline constexpr bpf_insn coarse_clock_program[] = {
    {BPF_JMP | BPF_CALL, 0, 0, 0, 160},
    {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0},
    {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
};

/// Loads a program that calls the helper, and closes it again.
/// returns: 0 where the kernel has the helper, EINVAL where it has not; another errno where the
///   thread cannot find out
/// cost: 1 to 2 syscalls, up to 5 where signals interrupt it
[[nodiscard]] inline int try_coarse_clock() noexcept {
  struct {
    std::uint32_t type = BPF_PROG_TYPE_SOCKET_FILTER;
    std::uint32_t count = sizeof coarse_clock_program / sizeof coarse_clock_program[0];
    std::uint64_t instructions = address(coarse_clock_program);
    std::uint64_t license = address("GPL");
  } attributes;
  // A signal that is pending ends the verifier's work.
  for (int tries = 0; tries < 5; ++tries) {
    const int got = sys_bpf(BPF_PROG_LOAD, &attributes, sizeof attributes);
    if (got >= 0) {
      ::close(got);
      return 0;
    }
    if (got != -EAGAIN) return -got;
  }
  return EAGAIN;
}

/// Whether this kernel may charge maps and programs to RLIMIT_MEMLOCK, and so may refuse them with
/// EPERM.
/// returns: false only where the kernel shows that it does not; a thread that may load nothing
///   cannot find out.
/// cost: as `try_coarse_clock`
[[nodiscard]] inline bool may_charge_memlock() noexcept {
  return try_coarse_clock() != 0;
}

}  // namespace linchpin::detail
