// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <string>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// The answer of a probe: yes, no, or unknown. "Unknown" is not "no": the reason says why the probe
/// could not find out, and the caller decides whether to try anyway or to refuse.
///
/// ownership: a value.
class answer {
 public:
  /// The three answers. `unknown` comes first: it is what a default-constructed answer says.
  enum class kind : unsigned char { unknown, no, yes };

  /// Unknown, with the reason "not probed".
  answer() = default;
  /// The kernel, device or thread can do it.
  [[nodiscard]] static answer yes() { return {kind::yes, {}}; }
  /// It cannot.
  /// \param reason what is missing, for a message: "this thread does not have CAP_BPF"
  [[nodiscard]] static answer no(std::string reason) { return {kind::no, std::move(reason)}; }
  /// It could not be found out.
  /// \param reason what kept the probe from finding out: "/proc cannot be read"
  [[nodiscard]] static answer unknown(std::string reason) {
    return {kind::unknown, std::move(reason)};
  }

  // Exactly one of these three is true.

  /// Whether a probe found that it works.
  [[nodiscard]] bool is_yes() const noexcept { return kind_ == kind::yes; }
  /// Whether a probe found that it does not work.
  [[nodiscard]] bool is_no() const noexcept { return kind_ == kind::no; }
  /// Whether nobody probed, or the probe could not find out.
  [[nodiscard]] bool is_unknown() const noexcept { return kind_ == kind::unknown; }
  /// Why it does not work, or why that is unknown; empty for yes.
  [[nodiscard]] const std::string& reason() const noexcept { return reason_; }
  friend bool operator==(const answer&, const answer&) = default;

 private:
  answer(kind what, std::string reason) : kind_(what), reason_(std::move(reason)) {}
  kind kind_ = kind::unknown;
  std::string reason_ = "not probed";
};

}  // namespace linchpin
