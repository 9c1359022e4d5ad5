// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/btf_layout.hpp>
#include <linchpin/bpf/detail/c_owner.hpp>
#include <linchpin/bpf/detail/libbpf_log.hpp>
#include <linchpin/bpf/detail/map.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

#include <bpf/bpf.h>
#include <bpf/btf.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::map_parts {

inline std::vector<layout_field> live_layout(const bpf_map_info& record) {
  if (record.btf_id == 0) return {};
  detail::libbpf_log log;
  const c_owner<struct btf, btf__free> types{btf__load_from_kernel_by_id(record.btf_id)};
  return detail::map_layout(types.get(), record.btf_key_type_id, record.btf_value_type_id);
}

}  // namespace detail::map_parts

inline result<map_spec> map_ref::spec() const {
  bpf_map_info record;
  LINCHPIN_CHECK(detail::map_parts::read_record(fd_, record));
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

inline result<map> open_map(const std::string& pin_path, const map_spec& expected) {
  LINCHPIN_TRY(auto opened, open_map(pin_path));
  if (auto checked = check_layout(opened, expected); !checked) {
    return std::move(checked).error().about(pin_path);
  }
  return opened;
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

namespace detail::map_parts {

// \param inner a descriptor, which the kernel looks at for a map of maps only
inline result<map> create(const map_spec& wanted, std::uint32_t inner) {
  bpf_map_create_opts options{};
  options.sz = sizeof options;
  options.map_flags = wanted.flags;
  options.inner_map_fd = inner;
  const int got =
      ::bpf_map_create(static_cast<bpf_map_type>(wanted.type), wanted.name.c_str(), wanted.key_size,
                       wanted.value_size, wanted.max_entries, &options);
  if (got >= 0) return map::adopt(unique_fd::adopt(got));
  auto failed = error::from_errno(-got, "create map", wanted.name);
  const auto problem = got == -EPERM ? std::string{} : shape_problem(wanted);
  if (!problem.empty()) return std::move(failed).found(problem);
  return std::move(failed).advice(errno_hint(-got, wanted));
}

}  // namespace detail::map_parts

inline result<map> create_map(const map_spec& wanted) {
  return detail::map_parts::create(wanted, 0);
}

inline result<map> create_map(const map_spec& wanted, map_ref inner) {
  return detail::map_parts::create(wanted, detail::number(inner.fd()));
}

}  // namespace linchpin
