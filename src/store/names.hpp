// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

inline constexpr std::string_view manifest_pin = "manifest";
inline constexpr std::string_view journal_pin = "journal";
/// Used while somebody else's pin stands at the first place.
inline constexpr std::string_view journal_second_pin = "journal-second";
inline constexpr std::string_view record_pin = "record";
inline constexpr std::string_view record_copy_pin = "record-copy";
inline constexpr std::string_view unfinished_pin = "unfinished";
inline constexpr std::string_view unfinished_second_pin = "unfinished-second";
inline constexpr std::string_view released_prefix = "released";
/// What `kernel::write_blob` may leave when the process dies on the way; "-next-2" and so on where
/// somebody else's pin has that name.
inline constexpr std::string_view unpublished_suffix = "-next";

/// Paths are put together at every step of a change, and formatting costs more than the step's
/// call.
[[nodiscard]] inline std::string joined(std::initializer_list<std::string_view> parts) {
  std::size_t length = 0;
  for (const auto part : parts) length += part.size();
  std::string whole;
  whole.reserve(length);
  for (const auto part : parts) whole += part;
  return whole;
}

/// Whether a name is a prefix and then a decimal number.
[[nodiscard]] inline bool is_numbered(std::string_view name, std::string_view prefix) noexcept {
  if (!name.starts_with(prefix) || name.size() == prefix.size()) return false;
  name.remove_prefix(prefix.size());
  return std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "gen-3/", as a directory is listed.
[[nodiscard]] inline bool is_generation(std::string_view name) noexcept {
  return name.ends_with('/') && is_numbered(name.substr(0, name.size() - 1), "gen-");
}

[[nodiscard]] inline bool is_record(std::string_view name) noexcept {
  return name == record_pin || name == record_copy_pin;
}

[[nodiscard]] inline bool is_unfinished(std::string_view name) noexcept {
  return name == unfinished_pin || name == unfinished_second_pin;
}

/// What the store writes into a component's directory besides its pins.
[[nodiscard]] inline bool is_bookkeeping(std::string_view name) noexcept {
  return is_record(name) || is_unfinished(name);
}

/// The name of the record that was to be published: "record" of "record-next" and "record-next-2";
/// empty where a name is no such thing.
[[nodiscard]] inline std::string_view published_name(std::string_view name) noexcept {
  const auto at = name.rfind(unpublished_suffix);
  if (at == std::string_view::npos) return {};
  const auto rest = name.substr(at + unpublished_suffix.size());
  return rest.empty() || is_numbered(rest, "-") ? name.substr(0, at) : std::string_view{};
}

/// "record-next", "unfinished-next" and their like.
[[nodiscard]] inline bool is_unpublished(std::string_view name) noexcept {
  return is_bookkeeping(published_name(name));
}

}  // namespace linchpin::detail
