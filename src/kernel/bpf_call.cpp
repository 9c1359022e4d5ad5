// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/bpf_call.hpp"

#include <sys/syscall.h>
#include <unistd.h>

namespace linchpin::detail {

int bpf_call(bpf_cmd command, void* arguments, std::uint32_t size) noexcept {
  return static_cast<int>(::syscall(__NR_bpf, command, arguments, size));
}

}  // namespace linchpin::detail
