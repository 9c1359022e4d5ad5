// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/engine/decisions.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// The error by which a policy's refusal reaches the user.
[[nodiscard]] error refused_by(const decisions& policies, slot which, std::string_view reason,
                               std::string_view subject);

/// What a policy answered; where it refuses, an error about `subject()`.
template <class T, class Subject>
[[nodiscard]] result<T> answered(decision<T> given, const decisions& policies, slot which,
                                 Subject&& subject) {
  if (given) return *given;
  return refused_by(policies, which, given.reason(), std::forward<Subject>(subject)());
}

}  // namespace linchpin
