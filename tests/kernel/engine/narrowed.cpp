// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "narrowed.hpp"

#include <linux/capability.h>
#include <sys/syscall.h>

namespace live_engine {

bool keep_only(std::span<const unsigned> kept) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> sets{};
  for (const unsigned capability : kept) {
    sets.at(capability / 32).effective |= 1U << (capability % 32);
    sets.at(capability / 32).permitted |= 1U << (capability % 32);
  }
  return ::syscall(SYS_capset, &header, sets.data()) == 0;
}

bool keep_only(std::initializer_list<unsigned> kept) {
  return keep_only(std::span{kept.begin(), kept.size()});
}

}  // namespace live_engine
