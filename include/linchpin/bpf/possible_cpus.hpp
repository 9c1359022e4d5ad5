// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <cstddef>
#include <cstdint>

namespace linchpin::inline LINCHPIN_ABI {

/// CPUs that could ever come online: the number of slots in a per-CPU value. Read once.
/// errors: bad_format or not_found when /sys/devices/system/cpu/possible cannot be understood.
/// source: libbpf_num_possible_cpus
[[nodiscard]] result<std::uint32_t> possible_cpus();

/// Bytes of one CPU's slot in a per-CPU value: the value size rounded up to 8.
[[nodiscard]] constexpr std::size_t percpu_slot(std::size_t value_size) noexcept {
  return (value_size + 7) / 8 * 8;
}

}  // namespace linchpin

#include <linchpin/bpf/detail/possible_cpus.hpp>
