// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/place.hpp"

#include <algorithm>
#include <cerrno>

#include "core/try.hpp"
#include "kernel/blob_format.hpp"

namespace linchpin::detail {

namespace {

// Whether a directory stands there: it answers an attempt to open it as a missing privilege does.
result<bool> is_directory(kernel& acting, const std::string& path) {
  const auto slash = path.rfind('/');
  LINCHPIN_TRY(const auto names, acting.list_pins(path.substr(0, slash)));
  return std::find(names.begin(), names.end(), path.substr(slash + 1) + "/") != names.end();
}

}  // namespace

result<place> look_at(kernel& acting, const std::string& path) {
  const auto pinned = acting.open_pin(path, pin_kind::map);
  if (!pinned) {
    // Another pin stands in the place of the directory.
    if (pinned.error().os_error() == ENOTDIR) return place::foreign;
    if (!pinned.error().is(errc::permission_denied)) return pinned.error();
    LINCHPIN_TRY(const bool directory, is_directory(acting, path));
    if (!directory) return pinned.error();
    return place::foreign;
  }
  if (!*pinned) return place::free;
  const auto info = acting.describe_map(pinned->ref());
  if (!info) {
    if (info.error().is(errc::wrong_type)) return place::foreign;
    return info.error();
  }
  return is_blob(*info) ? place::ours : place::foreign;
}

}  // namespace linchpin::detail
