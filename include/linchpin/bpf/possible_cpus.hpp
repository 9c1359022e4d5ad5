// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <cstddef>
#include <cstdint>

namespace linchpin::inline LINCHPIN_ABI {

/// How many CPUs could ever come online: the number of slots in a per-CPU value.
/// errors: invalid_argument, not_found and others when /sys/devices/system/cpu/possible cannot be
///   read or understood.
/// cost: some syscalls the first time, none afterwards
/// source: libbpf_num_possible_cpus
[[nodiscard]] result<std::uint32_t> possible_cpus();

/// The size of one CPU's slot in a per-CPU value.
/// \param value_size bytes of the value, as the map was created with
/// returns: bytes, rounded up to 8 as the kernel does.
[[nodiscard]] constexpr std::size_t percpu_slot(std::size_t value_size) noexcept {
  return (value_size + 7) / 8 * 8;
}

}  // namespace linchpin

#include <linchpin/bpf/detail/possible_cpus.hpp>
