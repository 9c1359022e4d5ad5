// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/test_run.hpp>
#include <linchpin/core/detail/text.hpp>

#include <cerrno>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::test_runs {

struct test_arguments {
  std::uint32_t program;
  std::uint32_t verdict;
  std::uint32_t packet_size_in;
  std::uint32_t packet_size_out;
  std::uint64_t packet_in;
  std::uint64_t packet_out;
  std::uint32_t repeat;
  std::uint32_t duration;
  std::uint32_t context_size_in;
  std::uint32_t context_size_out;
  std::uint64_t context_in;
  std::uint64_t context_out;
};
static_assert(sizeof(test_arguments) == 64);

// The kernel refuses an address without a size.
inline std::uint64_t address_unless_empty(std::span<const std::byte> bytes) {
  return bytes.empty() ? 0 : detail::address(bytes.data());
}

}  // namespace detail::test_runs

inline result<test_run_outcome> test_run(program_ref program, const test_run_request& request) {
  test_run_outcome outcome;
  outcome.packet.resize(request.packet.empty() ? 0 : request.packet.size() + request.growth);
  outcome.context.resize(request.context.size());
  detail::test_runs::test_arguments arguments{};
  arguments.program = detail::number(program.fd());
  arguments.packet_size_in = static_cast<std::uint32_t>(request.packet.size());
  arguments.packet_size_out = static_cast<std::uint32_t>(outcome.packet.size());
  arguments.packet_in = detail::test_runs::address_unless_empty(request.packet);
  arguments.packet_out = detail::test_runs::address_unless_empty(outcome.packet);
  arguments.repeat = request.repeat;
  arguments.context_size_in = static_cast<std::uint32_t>(request.context.size());
  arguments.context_size_out = arguments.context_size_in;
  arguments.context_in = detail::test_runs::address_unless_empty(request.context);
  arguments.context_out = detail::test_runs::address_unless_empty(outcome.context);
  const int got = detail::sys_bpf(BPF_PROG_TEST_RUN, &arguments, sizeof arguments);
  if (got == -ENOSPC) {
    return error::from_errno(ENOSPC, "test run")
        .expected(detail::composed({"at most ", outcome.packet.size(), " bytes of packet"}))
        .found(detail::composed({arguments.packet_size_out, " bytes"}))
        .advice("raise test_run_request::growth; the program did run");
  }
  if (got < 0) {
    return error::from_errno(-got, "test run").advice(errno_hint(-got, bpf_request::test_run));
  }
  outcome.verdict = arguments.verdict;
  outcome.nanoseconds = arguments.duration;
  outcome.packet.resize(arguments.packet_size_out);
  outcome.context.resize(arguments.context_size_out);
  return outcome;
}

}  // namespace linchpin
