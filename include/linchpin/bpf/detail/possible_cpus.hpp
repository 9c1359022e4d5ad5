// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/libbpf_log.hpp>
#include <linchpin/bpf/possible_cpus.hpp>

#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI {

inline result<std::uint32_t> possible_cpus() {
  detail::libbpf_log log;
  const int count = libbpf_num_possible_cpus();  // remembers its answer
  if (count <= 0) {
    return error::from_errno(-count, "count possible CPUs", "/sys/devices/system/cpu/possible")
        .log(log.text())
        .advice("mount sysfs at /sys");
  }
  return static_cast<std::uint32_t>(count);
}

}  // namespace linchpin
