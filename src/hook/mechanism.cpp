// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "hook/mechanism.hpp"

#include "kernel/hook_driver.hpp"

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI {

std::string_view mechanism_name(mechanism how) noexcept {
  const auto* driver = detail::driver_for(how);
  return driver == nullptr ? "unknown mechanism" : driver->name();
}

answer hook::not_realised_by(mechanism how) {
  return answer::no(fmt::format("{} does not realise this kind of hook", mechanism_name(how)));
}

}  // namespace linchpin
