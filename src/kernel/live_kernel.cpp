// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/kernel/live_kernel.hpp>

#include "kernel/probes.hpp"

#include <cerrno>

#include <unistd.h>

namespace linchpin {

const kernel_facts& live_kernel::facts() {
  if (!facts_) facts_ = detail::probe_kernel();
  return *facts_;
}

void live_kernel::close(int number) noexcept {
  const int before = errno;
  ::close(number);
  errno = before;
}

}  // namespace linchpin
