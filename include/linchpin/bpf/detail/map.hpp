// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/pin.hpp>
#include <linchpin/bpf/detail/privilege.hpp>
#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/map.hpp>
#include <linchpin/core/detail/try.hpp>

#include <array>
#include <cerrno>
#include <cstring>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::map_parts {

inline result<void> read_record(fd_ref fd, bpf_map_info& into) {
  struct {
    bpf_map_info map{};
    std::array<std::byte, 256 - sizeof(bpf_map_info)> beyond{};
  } record;
  std::uint32_t length = sizeof record;
  const int got = detail::read_info(fd, &record, length);
  if (got < 0) return detail::undescribed(fd, detail::object_kind::map, -got);
  if (length < detail::shortest_map || length >= detail::between_map_and_program) {
    LINCHPIN_CHECK(detail::check_kind(fd, detail::object_kind::map,
                                      detail::composed({"descriptor ", fd.native()}),
                                      "describe map"));
  }
  into = record.map;
  return {};
}

inline std::string name_of(const bpf_map_info& record) {
  return {record.name, ::strnlen(record.name, sizeof record.name)};
}

// bpf(2) does not tell whether a map is frozen.
inline bool is_frozen(fd_ref fd) {
  std::string told;
  return detail::read_small_file(composed({"/proc/self/fdinfo/", fd.native()}).c_str(), told) &&
         told.find("\nfrozen:\t1") != std::string::npos;
}

}  // namespace detail::map_parts

inline result<map_info> map_ref::info() const {
  bpf_map_info record;
  LINCHPIN_CHECK(detail::map_parts::read_record(fd_, record));
  map_info info;
  info.id = map_id{record.id};
  info.type = uapi::map_type{record.type};
  info.key_size = record.key_size;
  info.value_size = record.value_size;
  info.max_entries = record.max_entries;
  info.flags = record.map_flags;
  info.name = detail::map_parts::name_of(record);
  return info;
}

inline result<void> map_ref::pin(const std::string& path) const {
  return detail::pin_object(fd_, path);
}

inline result<void> map_ref::freeze() const {
  std::uint32_t number = detail::number(fd_);
  const int got = detail::sys_bpf(BPF_MAP_FREEZE, &number, sizeof number);
  if (got >= 0) return {};
  auto failed = error::from_errno(-got, "freeze map");
  // Newer kernels answer EPERM, as they do to every write into a frozen map.
  if ((got == -EPERM || got == -EBUSY) && detail::map_parts::is_frozen(fd_)) {
    return std::move(failed).as(errc::busy).found("it is frozen already");
  }
  if (got == -EBUSY) {
    return std::move(failed)
        .found("it is mapped writable into memory, or somebody is writing to it at this moment")
        .advice("unmap it everywhere and try again");
  }
  return std::move(failed).advice(errno_hint(-got, bpf_request::access_map));
}

inline result<map> map_ref::duplicate() const {
  LINCHPIN_TRY(auto fd, unique_fd::duplicate(fd_));
  return map::adopt(std::move(fd));
}

inline result<map> open_map(const std::string& pin_path) {
  LINCHPIN_TRY(auto fd, detail::open_pinned(pin_path, detail::object_kind::map));
  return map::adopt(std::move(fd));
}

inline result<map> open_map(map_id id) {
  LINCHPIN_TRY(auto fd, detail::open_by_id(id.value, detail::object_kind::map));
  return map::adopt(std::move(fd));
}

}  // namespace linchpin
