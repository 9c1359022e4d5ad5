// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/decision.hpp>
#include <linchpin/testing/findings.hpp>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI::testing::detail {

template <class T>
std::optional<T> answer_of(T given, findings&) {
  return given;
}
template <class T>
std::optional<T> answer_of(const decision<T>& given, findings& found) {
  if (given) return *given;
  if (given.reason().empty()) found.emplace_back("it refuses without a reason");
  return std::nullopt;
}

inline void note(findings& found, std::string what) {
  if (std::find(found.begin(), found.end(), what) == found.end()) found.push_back(std::move(what));
}

// "order.priority/1": what it decides, its name, the version of its meaning.
inline void check_id(std::string_view id, findings& found) {
  const auto slash = id.rfind('/');
  const bool numbered = slash != std::string_view::npos && slash > 0 && slash + 1 < id.size() &&
                        std::all_of(id.begin() + static_cast<std::ptrdiff_t>(slash) + 1, id.end(),
                                    [](char digit) { return digit >= '0' && digit <= '9'; });
  if (!numbered) {
    note(found,
         "policy_id \"" + std::string{id} +
             "\" does not end in a version, as \"order.mine/1\" does: a store could not tell "
             "that its meaning changed");
  }
}

}  // namespace linchpin::testing::detail
