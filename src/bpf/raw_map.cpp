// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/detail/element.hpp>
#include <linchpin/bpf/possible_cpus.hpp>
#include <linchpin/bpf/raw_map.hpp>

#include "core/try.hpp"

#include <cerrno>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

bool is_percpu(uapi::map_type type) {
  return type == uapi::map_type::percpu_hash || type == uapi::map_type::percpu_array ||
         type == uapi::map_type::lru_percpu_hash || type == uapi::map_type::percpu_cgroup_storage;
}

error wrong_size(std::string_view operation, std::string_view what, std::size_t expected,
                 std::size_t found) {
  return error{errc::invalid_argument, operation}
      .expected(fmt::format("a {} of {} bytes", what, expected))
      .found(fmt::format("{} bytes", found));
}

}  // namespace

result<raw_map> raw_map::over(map_ref live) {
  LINCHPIN_TRY(const auto info, live.info());
  raw_map made;
  made.map_ = live;
  made.type_ = info.type;
  made.key_size_ = info.key_size;
  made.value_size_ = info.value_size;
  made.max_entries_ = info.max_entries;
  if (is_percpu(info.type)) {
    LINCHPIN_TRY(const auto cpus, possible_cpus());
    made.value_size_ = percpu_slot(info.value_size) * cpus;
  }
  return made;
}

result<bool> raw_map::lookup(std::span<const std::byte> key, std::span<std::byte> value) const {
  if (key.size() != key_size_) return wrong_size("lookup", "key", key_size_, key.size());
  if (value.size() != value_size_) return wrong_size("lookup", "value", value_size_, value.size());
  const int got =
      detail::element_call(detail::element_command::lookup, map_.fd(), key.data(), value.data(), 0);
  if (got == -ENOENT) return false;
  if (got < 0) return detail::element_error(got, "lookup");
  return true;
}

result<void> raw_map::update(std::span<const std::byte> key, std::span<const std::byte> value,
                             write_mode mode) const {
  if (key.size() != key_size_) return wrong_size("update", "key", key_size_, key.size());
  if (value.size() != value_size_) return wrong_size("update", "value", value_size_, value.size());
  const int got =
      detail::element_call(detail::element_command::update, map_.fd(), key.data(),
                           const_cast<std::byte*>(value.data()), static_cast<std::uint64_t>(mode));
  if (got < 0) return detail::element_error(got, "update");
  return {};
}

result<bool> raw_map::erase(std::span<const std::byte> key) const {
  if (key.size() != key_size_) return wrong_size("erase", "key", key_size_, key.size());
  const int got =
      detail::element_call(detail::element_command::erase, map_.fd(), key.data(), nullptr, 0);
  if (got == -ENOENT) return false;
  if (got < 0) return detail::element_error(got, "erase");
  return true;
}

}  // namespace linchpin
