// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "service_kernel.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string_view>

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace live_engine {

namespace {

// Uses all that the thread is permitted, or of that CAP_BPF and CAP_NET_ADMIN. A test that went on with other
// capabilities than it says would prove nothing. returns: 0 or errno
int use_capabilities(bool all) noexcept {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) return errno;
  std::array<std::uint32_t, 2> used{};
  for (const unsigned capability : std::array<unsigned, 2>{CAP_BPF, CAP_NET_ADMIN}) {
    used[capability / 32] |= 1U << (capability % 32);
  }
  for (std::size_t i = 0; i < sets.size(); ++i) {
    sets[i].effective = all ? sets[i].permitted : sets[i].permitted & used[i];
  }
  return ::syscall(SYS_capset, &header, sets.data()) == 0 ? 0 : errno;
}

}  // namespace

bool narrow_run() {
  const char* const asked = std::getenv("LINCHPIN_NARROW");
  return asked != nullptr && std::string_view{asked} == "1";
}

lowered_capabilities::lowered_capabilities(bool lower) : lower_(lower) {
  if (lower_ && use_capabilities(false) != 0) std::abort();
}

lowered_capabilities::~lowered_capabilities() {
  const int before = errno;
  if (lower_ && use_capabilities(true) != 0) std::abort();
  errno = before;
}

}  // namespace live_engine
