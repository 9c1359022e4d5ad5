// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/kernel/live_kernel.hpp>

#include <linchpin/core/detail/try.hpp>
#include <linchpin/hook/driver/table.hpp>

namespace linchpin::inline LINCHPIN_ABI {

result<std::vector<std::optional<target_identity>>> live_kernel::resolve(
    std::span<const target> targets) {
  detail::target_lookup shared;
  std::vector<std::optional<target_identity>> identities;
  identities.reserve(targets.size());
  for (const target& target : targets) {
    const auto* driver = detail::driver_at(target.kind);
    if (driver == nullptr) {
      return error{errc::invalid_argument, detail::resolving, target.name}.found(
          "an unknown kind of target");
    }
    LINCHPIN_TRY(auto identity, driver->resolve(shared, target.name));
    identities.push_back(identity);
  }
  return identities;
}

result<std::optional<std::string>> live_kernel::name_of(const target_identity& which) {
  const auto* driver = detail::driver_at(which.kind);
  if (driver == nullptr) return std::optional<std::string>{};
  return driver->name_of(which);
}

result<std::vector<std::string>> live_kernel::list_interfaces() {
  return detail::interface_names();
}

}  // namespace linchpin
