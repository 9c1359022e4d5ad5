// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/program.hpp>
#include <linchpin/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// What a program is run on.
struct test_run_request {
  std::span<const std::byte> packet;   ///< from the Ethernet header on, at least 14 bytes
  std::span<const std::byte> context;  ///< `struct __sk_buff`, `struct xdp_md`; empty is all zero
  std::uint32_t repeat = 1;
  /// Bytes by which the program may make the packet grow.
  std::size_t growth = 256;
};

/// What came of it.
struct test_run_outcome {
  std::uint32_t verdict = 0;
  std::vector<std::byte> packet;   ///< as the last run left it
  std::vector<std::byte> context;  ///< as the last run left it; empty when none was given
  std::uint32_t nanoseconds = 0;   ///< that one run took, on average
};

/// Runs a program in the kernel without attaching it. Its writes to maps are real.
///
/// errors: unsupported for program types that the kernel cannot run so; full when the packet grew
///   beyond `growth`; invalid_argument for a packet without Ethernet header or a context field that
///   cannot be set.
/// kernel: CAP_BPF and CAP_NET_ADMIN. source: BPF_PROG_TEST_RUN
[[nodiscard]] result<test_run_outcome> test_run(program_ref program,
                                                const test_run_request& request);

}  // namespace linchpin

#include <linchpin/bpf/detail/test_run.hpp>
