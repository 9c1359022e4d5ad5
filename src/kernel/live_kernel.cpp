// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/kernel/live_kernel.hpp>

#include <linchpin/bpf/detail/own_privileges.hpp>
#include "kernel/probes.hpp"

#include <cerrno>

#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI {

thread_privileges live_kernel::privileges() {
  return detail::own_privileges();
}

const kernel_facts& live_kernel::facts() {
  if (!facts_) facts_ = detail::probe_kernel();
  return *facts_;
}

void live_kernel::close(int number) noexcept {
  const int before = errno;
  std::erase_if(locks_, [number](const held_lock& lock) { return lock.number == number; });
  // Never LOCK_UN: the lock belongs to the open file, which a forked child shares with its parent.
  ::close(number);
  errno = before;
}

}  // namespace linchpin
