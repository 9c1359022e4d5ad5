// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/desired_state.hpp>
#include <linchpin/engine/plan_form.hpp>

#include <optional>
#include <span>
#include <string>

// What must hold of every text form: what is written reads as what it was, and writes the same again.
namespace round_trip {

template <class Value, class Read>
std::optional<std::string> broken_by(const Value& value, Read read_back) {
  const auto text = write_text(value);
  const auto read = read_back(text);
  if (!read) return "does not read: " + read.error().message() + "\n" + text;
  if (!(*read == value))
    return "reads as something else:\n" + text + "which is\n" + write_text(*read);
  const auto again = write_text(*read);
  if (again != text)
    return "is written in another way when it was read:\n" + text + "then\n" + again;
  return std::nullopt;
}

/// returns: what does not hold.
inline std::optional<std::string> broken(const linchpin::plan_form& form) {
  return broken_by(form, [](const std::string& text) { return linchpin::read_plan(text); });
}
inline std::optional<std::string> broken(const linchpin::desired_state& asked,
                                         std::span<const linchpin::object_source> sources) {
  return broken_by(
      asked, [sources](const std::string& text) { return linchpin::read_desired(text, sources); });
}

}  // namespace round_trip
