// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/place.hpp"

namespace linchpin::detail {

namespace {

// As `kernel::write_blob` names its maps.
constexpr std::string_view blob_name = "linchpin_blob";

}  // namespace

result<place> look_at(kernel& acting, const std::string& path) {
  const auto pinned = acting.open_pin(path, pin_kind::map);
  if (!pinned) {
    // The answer to opening a directory, and to a missing privilege.
    if (pinned.error().is(errc::permission_denied) && acting.list_pins(path)) return place::foreign;
    return pinned.error();
  }
  if (!*pinned) return place::free;
  const auto info = acting.describe_map(pinned->ref());
  if (!info) {
    if (info.error().is(errc::wrong_type)) return place::foreign;
    return info.error();
  }
  const bool blob =
      info->name == blob_name && info->type == uapi::map_type::array && info->max_entries == 1;
  return blob ? place::ours : place::foreign;
}

}  // namespace linchpin::detail
