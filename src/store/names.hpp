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
/// The second place of the journal, for as long as somebody else's pin stands at the first.
inline constexpr std::string_view journal_second_pin = "journal-second";
inline constexpr std::string_view record_pin = "record";
inline constexpr std::string_view record_copy_pin = "record-copy";
inline constexpr std::string_view unfinished_pin = "unfinished";
inline constexpr std::string_view unfinished_second_pin = "unfinished-second";
inline constexpr std::string_view released_prefix = "released";
/// The end of a record's name while `kernel::write_blob` publishes it. A death may leave such a
/// pin. It is "-next-2" and so on where somebody else's pin has the name.
inline constexpr std::string_view unpublished_suffix = "-next";

/// Joins the parts of a path. This and `store::link_path` do without fmt::format, since a path is
/// made for every hook of a change. Measured with g++ 12 -O2 over 2,000,000 paths
/// "/proc/self/fd/7/firewall/link-N", on a busy machine of 2 CPUs: fmt::format 570 to 780 ns,
/// `joined` 260 to 340, appending to a kept string as `store::link_path` does 100 to 120; updating
/// a link takes about 1000. `tests/bench/run.sh ratios` shows the whole.
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

/// Whether a name is one of the records that the store keeps beside the pins of a component.
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
