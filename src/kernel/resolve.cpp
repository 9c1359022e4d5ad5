// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/kernel/live_kernel.hpp>

#include "core/try.hpp"
#include "kernel/targets.hpp"

namespace linchpin::inline LINCHPIN_ABI {

result<std::vector<std::optional<target_identity>>> live_kernel::resolve(
    std::span<const target> targets) {
  detail::target_resolver resolver;
  std::vector<std::optional<target_identity>> identities;
  identities.reserve(targets.size());
  for (const target& target : targets) {
    LINCHPIN_TRY(auto identity, resolver.resolve(target));
    identities.push_back(identity);
  }
  return identities;
}

result<std::optional<std::string>> live_kernel::name_of(const target_identity& which) {
  if (which.kind != target_kind::interface) return std::optional<std::string>{};
  return detail::interface_name(which);
}

result<std::vector<std::string>> live_kernel::list_interfaces() {
  return detail::interface_names();
}

}  // namespace linchpin
