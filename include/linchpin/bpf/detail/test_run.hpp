// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/test_run.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

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

enum class context_way : std::uint8_t { out, in_only, in_place };

// How the kernel gives a context back.
// source: net/bpf/test_run.c: bpf_prog_test_run_syscall, bpf_prog_test_run_raw_tp
inline result<context_way> way_of_context(program_ref program, const test_run_request& request) {
  if (request.context.empty()) return context_way::out;
  LINCHPIN_TRY(const auto info, program.info());
  switch (info.type) {
    case uapi::program_type::syscall:
      return context_way::in_place;
    case uapi::program_type::raw_tracepoint:
    case uapi::program_type::raw_tracepoint_writable:
      return context_way::in_only;
    default:
      return context_way::out;
  }
}

}  // namespace detail::test_runs

inline result<test_run_outcome> test_run(program_ref program, const test_run_request& request) {
  test_run_outcome outcome;
  outcome.packet.resize(request.packet.empty() ? 0 : request.packet.size() + request.growth);
  LINCHPIN_TRY(const auto way, detail::test_runs::way_of_context(program, request));
  const bool in_place = way == detail::test_runs::context_way::in_place;
  if (in_place) {
    outcome.context.assign(request.context.begin(), request.context.end());
  } else if (way == detail::test_runs::context_way::out) {
    outcome.context.resize(request.context.size());
  }
  detail::test_runs::test_arguments arguments{};
  arguments.program = detail::number(program.fd());
  arguments.packet_size_in = static_cast<std::uint32_t>(request.packet.size());
  arguments.packet_size_out = static_cast<std::uint32_t>(outcome.packet.size());
  arguments.packet_in = detail::test_runs::address_unless_empty(request.packet);
  arguments.packet_out = detail::test_runs::address_unless_empty(outcome.packet);
  // 0 is once as well, and all that some types take.
  arguments.repeat = request.repeat == 1 ? 0 : request.repeat;
  arguments.context_size_in = static_cast<std::uint32_t>(request.context.size());
  arguments.context_in = detail::test_runs::address_unless_empty(
      in_place ? std::span<const std::byte>{outcome.context} : request.context);
  if (!in_place) {
    arguments.context_size_out = static_cast<std::uint32_t>(outcome.context.size());
    arguments.context_out = detail::test_runs::address_unless_empty(outcome.context);
  }
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
  if (!in_place) outcome.context.resize(arguments.context_size_out);
  return outcome;
}

}  // namespace linchpin
