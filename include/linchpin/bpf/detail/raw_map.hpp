// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/element.hpp>
#include <linchpin/bpf/possible_cpus.hpp>
#include <linchpin/bpf/raw_map.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

#include <cerrno>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::raw_parts {

inline bool is_percpu(uapi::map_type type) {
  return type == uapi::map_type::percpu_hash || type == uapi::map_type::percpu_array ||
         type == uapi::map_type::lru_percpu_hash || type == uapi::map_type::percpu_cgroup_storage;
}

inline error wrong_size(std::string_view operation, std::string_view what, std::size_t expected,
                        std::size_t found) {
  return error{errc::invalid_argument, operation}
      .expected(detail::composed({"a ", what, " of ", expected, " bytes"}))
      .found(detail::composed({found, " bytes"}));
}

}  // namespace detail::raw_parts

inline result<raw_map> raw_map::over(map_ref live) {
  LINCHPIN_TRY(const auto info, live.info());
  raw_map made;
  made.map_ = live;
  made.type_ = info.type;
  made.key_size_ = info.key_size;
  made.value_size_ = info.value_size;
  made.max_entries_ = info.max_entries;
  if (detail::raw_parts::is_percpu(info.type)) {
    LINCHPIN_TRY(const auto cpus, possible_cpus());
    made.value_size_ = percpu_slot(info.value_size) * cpus;
  }
  return made;
}

inline result<bool> raw_map::lookup(std::span<const std::byte> key,
                                    std::span<std::byte> value) const {
  if (key.size() != key_size_)
    return detail::raw_parts::wrong_size("lookup", "key", key_size_, key.size());
  if (value.size() != value_size_)
    return detail::raw_parts::wrong_size("lookup", "value", value_size_, value.size());
  const int got =
      detail::element_call(detail::element_command::lookup, map_.fd(), key.data(), value.data(), 0);
  if (got == -ENOENT) return false;
  if (got < 0) return detail::element_error(got, "lookup");
  return true;
}

inline result<void> raw_map::update(std::span<const std::byte> key,
                                    std::span<const std::byte> value, write_mode mode) const {
  if (key.size() != key_size_)
    return detail::raw_parts::wrong_size("update", "key", key_size_, key.size());
  if (value.size() != value_size_)
    return detail::raw_parts::wrong_size("update", "value", value_size_, value.size());
  const int got =
      detail::element_call(detail::element_command::update, map_.fd(), key.data(),
                           const_cast<std::byte*>(value.data()), static_cast<std::uint64_t>(mode));
  if (got < 0) return detail::element_error(got, "update");
  return {};
}

inline result<bool> raw_map::erase(std::span<const std::byte> key) const {
  if (key.size() != key_size_)
    return detail::raw_parts::wrong_size("erase", "key", key_size_, key.size());
  const int got =
      detail::element_call(detail::element_command::erase, map_.fd(), key.data(), nullptr, 0);
  if (got == -ENOENT) return false;
  if (got < 0) return detail::element_error(got, "erase");
  return true;
}

}  // namespace linchpin
