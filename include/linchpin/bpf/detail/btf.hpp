// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/btf.hpp>
#include <linchpin/bpf/detail/btf_layout.hpp>
#include <linchpin/bpf/detail/libbpf_log.hpp>
#include <linchpin/core/detail/try.hpp>

#include <cerrno>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::btf_loading {

inline result<::btf*> loaded(::btf* types, int errno_value, std::string_view subject,
                             std::string_view log) {
  if (types != nullptr) return types;
  // libbpf says ESRCH for a kernel without BTF.
  auto failed = error::from_errno(errno_value, "load BTF", subject).log(log);
  if (errno_value == ESRCH) return std::move(failed).as(errc::not_found);
  return failed;
}

}  // namespace detail::btf_loading

inline result<btf_types> btf_types::of_kernel() {
  detail::libbpf_log log;
  ::btf* types = btf__load_vmlinux_btf();
  LINCHPIN_TRY(auto* owned,
               detail::btf_loading::loaded(types, errno, "the running kernel", log.text()));
  return btf_types{owned};
}

inline result<btf_types> btf_types::of_id(btf_id id) {
  detail::libbpf_log log;
  ::btf* types = btf__load_from_kernel_by_id(id.value);
  LINCHPIN_TRY(auto* owned, detail::btf_loading::loaded(types, errno, "BTF by id", log.text()));
  return btf_types{owned};
}

inline result<btf_types> btf_types::of_object(const object& opened) {
  if (opened.native() == nullptr) {
    return error{errc::invalid_argument, "load BTF", opened.spec().name}
        .expected("an open object")
        .found("this one was moved from");
  }
  const ::btf* original = bpf_object__btf(opened.native());
  if (original == nullptr) {
    return error{errc::not_found, "load BTF", opened.spec().name}.advice("compile with -g");
  }
  std::uint32_t size = 0;
  const void* bytes = btf__raw_data(original, &size);
  detail::libbpf_log log;
  ::btf* types = bytes != nullptr ? btf__new(bytes, size) : nullptr;
  LINCHPIN_TRY(auto* owned,
               detail::btf_loading::loaded(types, errno, opened.spec().name, log.text()));
  return btf_types{owned};
}

inline void btf_types::reset() noexcept {
  const int saved = errno;
  btf__free(std::exchange(types_, nullptr));
  errno = saved;
}

inline result<std::uint32_t> btf_types::find(std::string_view name) const {
  if (types_ == nullptr) {
    return error{errc::invalid_argument, "find type", name}
        .expected("types that were loaded")
        .found("these were moved from");
  }
  const auto id = btf__find_by_name(types_, std::string{name}.c_str());
  if (id > 0) return static_cast<std::uint32_t>(id);
  return error{errc::not_found, "find type", name};
}

inline bool btf_types::contains(std::string_view name) const {
  return find(name).has_value();
}

inline result<std::uint32_t> btf_types::size_of(std::string_view name) const {
  LINCHPIN_TRY(const auto id, find(name));
  const auto size = btf__resolve_size(types_, id);
  if (size >= 0) return static_cast<std::uint32_t>(size);
  return error{errc::not_found, "find size of type", name}.found("a type without size");
}

inline result<std::vector<layout_field>> btf_types::layout_of(std::string_view name,
                                                              const std::string& root) const {
  LINCHPIN_TRY(const auto id, find(name));
  std::vector<layout_field> fields;
  detail::append_layout(*types_, id, root, 0, fields);
  return fields;
}

}  // namespace linchpin
