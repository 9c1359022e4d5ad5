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
///
/// ownership: borrows the bytes, for the call only.
struct test_run_request {
  std::span<const std::byte> packet{};   ///< from the Ethernet header on, at least 14 bytes
  std::span<const std::byte> context{};  ///< `struct __sk_buff`, `struct xdp_md`; empty is all zero
  /// How often the program runs; more than once to measure how long it takes. Raw tracepoint and
  /// syscall programs run once only.
  std::uint32_t repeat = 1;
  /// How many bytes the program may make the packet grow by.
  std::size_t growth = 256;
};

/// What a test run left.
///
/// ownership: a value.
struct test_run_outcome {
  /// What the program returned in its last run: TC_ACT_OK, XDP_DROP.
  std::uint32_t verdict = 0;
  std::vector<std::byte> packet;  ///< as the last run left it
  /// As the last run left it; empty when none was given, and for raw tracepoint programs, whose
  /// context the kernel does not give back.
  std::vector<std::byte> context;
  std::uint32_t nanoseconds = 0;  ///< that one run took, on average
};

/// Runs a program in the kernel without attaching it: tests a packet without a network.
///
/// effects: the program's writes to maps are real; a redirect or a transmit goes nowhere.
/// errors: unsupported for program types that the kernel cannot run so; full when the packet grew
///   beyond `growth`, though the program has run; invalid_argument for a packet without Ethernet
///   header or a context field that cannot be set.
/// kernel: CAP_BPF and CAP_NET_ADMIN
/// threads: any number at once.
/// cost: 1 syscall, which takes as long as all runs; 1 more with a context
/// source: BPF_PROG_TEST_RUN
[[nodiscard]] result<test_run_outcome> test_run(program_ref program,
                                                const test_run_request& request);

}  // namespace linchpin

#include <linchpin/bpf/detail/test_run.hpp>
