// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <string>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// The answer of a probe. Unknown is not no: it says why it could not be found out, and whoever
/// asks decides what to do about that.
class answer {
 public:
  enum class kind : unsigned char { unknown, no, yes };

  answer() = default;
  [[nodiscard]] static answer yes() { return {kind::yes, {}}; }
  [[nodiscard]] static answer no(std::string reason) { return {kind::no, std::move(reason)}; }
  [[nodiscard]] static answer unknown(std::string reason) {
    return {kind::unknown, std::move(reason)};
  }

  [[nodiscard]] bool is_yes() const noexcept { return kind_ == kind::yes; }
  [[nodiscard]] bool is_no() const noexcept { return kind_ == kind::no; }
  [[nodiscard]] bool is_unknown() const noexcept { return kind_ == kind::unknown; }
  /// Why not, or why it is not known; empty for yes.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  friend bool operator==(const answer&, const answer&) = default;

 private:
  answer(kind what, std::string reason) : kind_(what), reason_(std::move(reason)) {}
  kind kind_ = kind::unknown;
  std::string reason_ = "not probed";
};

}  // namespace linchpin
