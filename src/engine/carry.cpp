// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/carry.hpp"

#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "kernel/trie_keys.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

std::string identity_of_trie_key(std::string_view key) {
  return detail::identity_of_trie_key(std::as_bytes(std::span{key}));
}

// Looks entries up by key. Prefixes are the same key in each of their spellings.
class entry_index {
 public:
  entry_index(const map_entries& entries, bool prefixes) : entries_(entries), prefixes_(prefixes) {
    places_.reserve(entries.size());
    if (prefixes_) identities_.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      auto name = key(entries, i);
      if (prefixes_) name = identities_.emplace_back(identity_of_trie_key(name));
      places_.emplace(name, i);
    }
  }

  static std::string_view key(const map_entries& entries, std::size_t i) {
    return text(entries.keys, i, entries.key_size);
  }
  static std::string_view value(const map_entries& entries, std::size_t i) {
    return text(entries.values, i, entries.value_size);
  }
  /// The value under a key, or an absent view.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view wanted) const {
    const auto found =
        prefixes_ ? places_.find(identity_of_trie_key(wanted)) : places_.find(wanted);
    if (found == places_.end()) return std::nullopt;
    return value(entries_, found->second);
  }

 private:
  static std::string_view text(const std::vector<std::byte>& bytes, std::size_t i,
                               std::size_t size) {
    return {reinterpret_cast<const char*>(bytes.data()) + i * size, size};
  }

  const map_entries& entries_;
  bool prefixes_;
  std::vector<std::string> identities_;  // of prefixes
  std::unordered_map<std::string_view, std::size_t> places_;
};

void append(std::vector<std::byte>& to, std::string_view bytes) {
  const auto* first = reinterpret_cast<const std::byte*>(bytes.data());
  to.insert(to.end(), first, first + bytes.size());
}

}  // namespace

result<void> map_copy::first_sweep(kernel& kernel) {
  return named(copy_all(kernel));
}

result<void> map_copy::second_sweep(kernel& kernel) {
  return named(copy_late(kernel));
}

void map_copy::leave_alone(const map_entries& of) {
  for (std::size_t i = 0; i < of.size(); ++i) {
    const auto key = entry_index::key(of, i);
    left_alone_.insert(prefixes_ ? identity_of_trie_key(key) : std::string{key});
  }
}

bool map_copy::leaves_alone(std::string_view key) const {
  if (left_alone_.empty()) return false;
  if (!prefixes_) return left_alone_.contains(key);
  return left_alone_.contains(identity_of_trie_key(key));
}

result<void> map_copy::named(result<void> outcome) const {
  if (outcome) return outcome;
  return std::move(outcome).error().about(fmt::format("map {}", name_));
}

result<void> map_copy::copy_all(kernel& kernel) {
  LINCHPIN_TRY(copied_, kernel.read_map(from_));
  return kernel.write_map(to_, copied_, false);
}

result<void> map_copy::copy_late(kernel& kernel) {
  LINCHPIN_TRY(const auto old_now, kernel.read_map(from_));
  LINCHPIN_TRY(const auto new_now, kernel.read_map(to_));
  const entry_index copied{copied_, prefixes_};
  const entry_index in_old{old_now, prefixes_};
  const entry_index in_new{new_now, prefixes_};

  map_entries late{old_now.key_size, old_now.value_size, {}, {}};
  for (std::size_t i = 0; i < old_now.size(); ++i) {
    const auto key = entry_index::key(old_now, i);
    const auto value = entry_index::value(old_now, i);
    const auto before = copied.find(key);
    if (before == value || leaves_alone(key)) continue;
    if (in_new.find(key) != before) continue;  // the next generation has changed this key itself
    append(late.keys, key);
    append(late.values, value);
  }
  std::vector<std::byte> removed;
  for (std::size_t i = 0; i < copied_.size(); ++i) {
    const auto key = entry_index::key(copied_, i);
    if (in_old.find(key) || in_new.find(key) != entry_index::value(copied_, i)) continue;
    if (leaves_alone(key)) continue;
    append(removed, key);
  }
  // Keys that went are erased first, which makes room for those that came.
  if (!removed.empty()) LINCHPIN_CHECK(kernel.erase_keys(to_, removed));
  return kernel.write_map(to_, late, false);
}

}  // namespace linchpin
