// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/btf_layout.hpp>
#include <linchpin/bpf/detail/c_owner.hpp>
#include <linchpin/bpf/detail/libbpf_log.hpp>
#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

#include <array>
#include <cerrno>
#include <cstring>

#include <bpf/btf.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::map_parts {

inline std::vector<layout_field> live_layout(const bpf_map_info& record) {
  if (record.btf_id == 0) return {};
  detail::libbpf_log log;
  const c_owner<struct btf, btf__free> types{btf__load_from_kernel_by_id(record.btf_id)};
  return detail::map_layout(types.get(), record.btf_key_type_id, record.btf_value_type_id);
}

inline result<bpf_map_info> read_record(fd_ref fd) {
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
  return record.map;
}

inline std::string name_of(const bpf_map_info& record) {
  return {record.name, ::strnlen(record.name, sizeof record.name)};
}

}  // namespace detail::map_parts

inline result<map_info> map_ref::info() const {
  LINCHPIN_TRY(const auto record, detail::map_parts::read_record(fd_));
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

inline result<map_spec> map_ref::spec() const {
  LINCHPIN_TRY(const auto record, detail::map_parts::read_record(fd_));
  map_spec spec;
  spec.name = detail::map_parts::name_of(record);
  spec.type = uapi::map_type{record.type};
  spec.key_size = record.key_size;
  spec.value_size = record.value_size;
  spec.max_entries = record.max_entries;
  spec.flags = record.map_flags;
  spec.layout = detail::map_parts::live_layout(record);
  return spec;
}

inline result<void> map_ref::pin(const std::string& path) const {
  return detail::pin_object(fd_, path);
}

inline result<void> map_ref::freeze() const {
  std::uint32_t number = detail::number(fd_);
  const int got = detail::sys_bpf(BPF_MAP_FREEZE, &number, sizeof number);
  if (got >= 0) return {};
  return error::from_errno(-got, "freeze map").advice(errno_hint(-got, bpf_request::access_map));
}

inline result<map> map_ref::duplicate() const {
  LINCHPIN_TRY(auto fd, unique_fd::duplicate(fd_));
  return map::adopt(std::move(fd));
}

inline result<map> open_map(const std::string& pin_path) {
  LINCHPIN_TRY(auto fd, detail::open_pinned(pin_path, detail::object_kind::map));
  return map::adopt(std::move(fd));
}

inline result<map> open_map(const std::string& pin_path, const map_spec& expected) {
  LINCHPIN_TRY(auto opened, open_map(pin_path));
  if (auto checked = check_layout(opened, expected); !checked) {
    return std::move(checked).error().about(pin_path);
  }
  return opened;
}

inline result<map> open_map(map_id id) {
  LINCHPIN_TRY(auto fd, detail::open_by_id(id.value, detail::object_kind::map));
  return map::adopt(std::move(fd));
}

inline result<void> check_layout(map_ref live, const map_spec& expected) {
  LINCHPIN_TRY(const auto is, live.spec());
  const auto differences = layout_differences(is, expected);
  if (differences.empty()) return {};
  return error{errc::layout_mismatch, "reuse map", expected.name}
      .expected("the layout that the program was compiled with")
      .found(detail::list_of(differences, "; "))
      .advice("carry the contents to another map, or remove the pin by hand if nobody needs them");
}

inline result<map> create_map(const map_spec& wanted) {
  // The part of union bpf_attr for BPF_MAP_CREATE up to the name.
  struct {
    std::uint32_t type;
    std::uint32_t key_size;
    std::uint32_t value_size;
    std::uint32_t max_entries;
    std::uint32_t flags;
    std::uint32_t inner_map;
    std::uint32_t numa_node;
    char name[16];
  } attributes{static_cast<std::uint32_t>(wanted.type),
               wanted.key_size,
               wanted.value_size,
               wanted.max_entries,
               wanted.flags,
               0,
               0,
               {}};
  wanted.name.copy(attributes.name, sizeof attributes.name - 1);
  const int got = detail::sys_bpf(BPF_MAP_CREATE, &attributes, sizeof attributes);
  if (got >= 0) return map::adopt(unique_fd::adopt(got));
  auto failed = error::from_errno(-got, "create map", wanted.name);
  const auto problem = got == -EPERM ? std::string{} : shape_problem(wanted);
  if (!problem.empty()) return std::move(failed).found(problem);
  return std::move(failed).advice(errno_hint(-got, wanted));
}

}  // namespace linchpin
