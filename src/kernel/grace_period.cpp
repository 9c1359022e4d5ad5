// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/detail/element.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <linchpin/hook/driver/kernel_error.hpp>
#include "kernel/grace_period.hpp"

#include <cerrno>
#include <cstdint>
#include <ctime>

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail {

result<void> wait_by_membarrier() {
  if (::syscall(__NR_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) == 0) return {};
  return kernel_error(errno, "wait for a grace period", "membarrier")
      .as(errno == EPERM ? errc::permission_denied : errc::unsupported);
}

// Replacing the inner map of a map-in-map makes the kernel wait until no BPF program can still be
// using the former one, before the call returns.
//
// source: kernel/bpf/syscall.c, maybe_wait_bpf_programs
result<void> wait_by_map_in_map() {
  constexpr std::string_view operation = "wait for a grace period";
  constexpr std::string_view subject = "map in map";
  map_spec shape{.name = "linchpin_grace",
                 .type = uapi::map_type::array,
                 .key_size = 4,
                 .value_size = 4,
                 .max_entries = 1};
  const auto inner = create_map(shape);
  if (!inner) return kernel_error(inner.error().os_error(), operation, subject);
  shape.type = uapi::map_type::array_of_maps;
  const auto outer = create_map(shape, *inner);
  if (!outer) return kernel_error(outer.error().os_error(), operation, subject);
  const std::uint32_t slot = 0;
  int number = (*inner)->fd().native();
  const int got = element_call(element_command::update, (*outer)->fd(), &slot, &number, BPF_ANY);
  if (got == 0) return {};
  return kernel_error(-got, operation, subject);
}

}  // namespace detail

result<void> live_kernel::wait_grace_period() {
  auto waited = detail::wait_by_membarrier();
  if (waited) return waited;
  // Kernels with nohz_full CPUs, or without membarrier, refuse the direct way.
  auto fallback = detail::wait_by_map_in_map();
  if (fallback) return fallback;
  return std::move(fallback).error().found(waited.error().message());
}

void live_kernel::pause(std::uint32_t microseconds) noexcept {
  constexpr std::uint32_t in_a_second = 1'000'000;
  timespec left{};
  left.tv_sec = microseconds / in_a_second;
  left.tv_nsec = static_cast<long>(microseconds % in_a_second) * 1000;
  // A signal does not end the wait.
  while (::clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
  }
}

}  // namespace linchpin
