// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/map_contents.hpp"

#include "core/try.hpp"
#include "kernel/cpu_list.hpp"
#include "kernel/kernel_error.hpp"
#include "kernel/object_info.hpp"

#include <fmt/format.h>

#include <linchpin/kernel/live_kernel.hpp>

namespace linchpin {

namespace detail {

namespace {

struct map_shape {
  bool supported = false;
  bool per_cpu = false;
  bool indexed = false;
};

map_shape shape_of(uapi::map_type type) noexcept {
  switch (type) {
    case uapi::map_type::hash:
    case uapi::map_type::lru_hash:
    case uapi::map_type::lpm_trie:
      return {true, false, false};
    case uapi::map_type::percpu_hash:
    case uapi::map_type::lru_percpu_hash:
      return {true, true, false};
    case uapi::map_type::array:
      return {true, false, true};
    case uapi::map_type::percpu_array:
      return {true, true, true};
    default:
      return {};
  }
}

}  // namespace

result<open_map_contents> open_contents(std::string_view operation, int fd) {
  open_map_contents made;
  made.fd = fd;
  LINCHPIN_TRY(made.info, read_map_info(fd));
  const map_shape shape = shape_of(made.info.type);
  if (!shape.supported) {
    return error{errc::wrong_type, operation, fmt::format("map {}", made.info.name)}
        .expected("a hash, LRU, LPM or array map, per CPU or not")
        .found(fmt::format("map type {}", static_cast<std::uint32_t>(made.info.type)));
  }
  made.indexed = shape.indexed;
  made.value_size = made.info.value_size;
  if (shape.per_cpu) {
    LINCHPIN_TRY(const std::uint32_t slots, possible_cpus());
    made.value_size = (made.info.value_size + 7) / 8 * 8 * slots;
  }
  return made;
}

}  // namespace detail

result<map_entries> live_kernel::read_map(handle_ref map) {
  LINCHPIN_TRY(const auto from, detail::open_contents("read map", map.number));
  return detail::read_contents(from);
}

result<void> live_kernel::write_map(handle_ref map, const map_entries& entries, bool only_missing) {
  constexpr std::string_view operation = "write map";
  LINCHPIN_TRY(const auto to, detail::open_contents(operation, map.number));
  const bool fits = entries.key_size == to.info.key_size && entries.value_size == to.value_size &&
                    entries.keys.size() == entries.size() * entries.key_size &&
                    entries.values.size() == entries.size() * entries.value_size;
  if (!fits) {
    return error{errc::invalid_argument, operation, fmt::format("map {}", to.info.name)}
        .expected(fmt::format("keys of {} and values of {} bytes", to.info.key_size, to.value_size))
        .found(fmt::format("keys of {} ({} bytes in all), values of {} ({} bytes in all)",
                           entries.key_size, entries.keys.size(), entries.value_size,
                           entries.values.size()));
  }
  return detail::write_contents(to, entries, only_missing);
}

result<void> live_kernel::erase_keys(handle_ref map, std::span<const std::byte> keys) {
  constexpr std::string_view operation = "erase keys";
  LINCHPIN_TRY(const auto in, detail::open_contents(operation, map.number));
  const std::string subject = fmt::format("map {}", in.info.name);
  if (in.indexed) {
    return error{errc::unsupported, operation, subject}
        .expected("a map whose keys come and go")
        .found("an array, which always has all its keys");
  }
  if (keys.size() % in.info.key_size != 0) {
    return error{errc::invalid_argument, operation, subject}
        .expected(fmt::format("whole keys of {} bytes", in.info.key_size))
        .found(fmt::format("{} bytes", keys.size()));
  }
  return detail::erase_contents(in, keys);
}

}  // namespace linchpin
