// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/place.hpp"

#include <algorithm>
#include <cerrno>

#include <linchpin/core/detail/try.hpp>
#include "kernel/blob_format.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

// Whether a directory stands at a path. Opening a directory as a pin fails with the same error as a
// missing privilege does.
result<bool> is_directory(kernel& kernel, const std::string& path) {
  const auto slash = path.rfind('/');
  LINCHPIN_TRY(const auto names, kernel.list_pins(path.substr(0, slash)));
  return std::find(names.begin(), names.end(), path.substr(slash + 1) + "/") != names.end();
}

bool leads_nowhere(const error& why) noexcept {
  return why.os_error() == ENOTDIR || why.os_error() == ELOOP;
}

template <class Info, class IsOurs>
result<place> judge(const result<Info>& info, IsOurs is_ours) {
  if (info) return is_ours(*info) ? place::ours : place::foreign;
  if (info.error().is(errc::wrong_type)) return place::foreign;
  return info.error();
}

// Opens a pin and lets `judge` say whether it is ours.
template <class Judge>
result<place> open_and(kernel& kernel, const std::string& path, pin_kind kind, Judge judge_it) {
  const auto pinned = kernel.open_pin(path, kind);
  if (pinned) return *pinned ? judge_it(pinned->ref()) : result<place>{place::free};
  const auto& why = pinned.error();
  // Another pin stands in the place of the directory, or something of another kind here, or a
  // symbolic link to itself.
  if (leads_nowhere(why) || why.is(errc::wrong_type)) return place::foreign;
  if (!why.is(errc::permission_denied)) return why;
  LINCHPIN_TRY(const bool directory, is_directory(kernel, path));
  return directory ? result<place>{place::foreign} : why;
}

}  // namespace

result<place> look_at(kernel& kernel, const std::string& path) {
  return open_and(kernel, path, pin_kind::map, [&kernel](handle_ref pinned) {
    return judge(kernel.describe_map(pinned), [](const map_info& info) { return is_blob(info); });
  });
}

// No object has the id 0, so that an id which is not on record matches nothing.
result<place> look_at(kernel& kernel, const std::string& path, pin_kind kind, std::uint32_t id) {
  const auto has_id = [id](const auto& info) { return info.id.value == id; };
  return open_and(kernel, path, kind, [&](handle_ref pinned) {
    return kind == pin_kind::program ? judge(kernel.describe_program(pinned), has_id)
                                     : judge(kernel.describe_map(pinned), has_id);
  });
}

}  // namespace linchpin::detail
