// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/answered.hpp"

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

std::string_view question_of(slot which) noexcept {
  switch (which) {
    case slot::attach_order:
      return "an order of the chain";
    case slot::map_sizing:
      return "a size for the map";
    case slot::update_strategy:
      return "a way from one generation to the next";
    case slot::map_carry:
      return "what becomes of the map's contents";
    case slot::lifetime:
      return "what outlives the process";
    case slot::drift:
      return "what to do about a hook that somebody changed";
    case slot::fallback:
      return "a mechanism for the hook";
    case slot::recovery:
      break;
  }
  return "an answer";
}

}  // namespace

error refused_by(const decisions& policies, slot which, std::string_view reason,
                 std::string_view subject) {
  return error{errc::refused, "plan", subject}
      .expected(fmt::format("{}, from {}", question_of(which), policies.id(which)))
      .found(reason.empty() ? std::string_view{"a refusal without a reason"} : reason);
}

}  // namespace linchpin
