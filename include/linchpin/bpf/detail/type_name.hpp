// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/kernel_words.hpp>
#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/detail/text.hpp>

#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::type_names {

// returns: null for one that neither libbpf nor we know
inline const char* known(uapi::map_type type) noexcept {
  if (type == uapi::map_type::unspecified) return "unspecified";
  const auto* const of_libbpf = libbpf_bpf_map_type_str(static_cast<bpf_map_type>(type));
  return of_libbpf != nullptr ? of_libbpf : newer_name(type);
}

inline const char* known(uapi::program_type type) noexcept {
  if (type == uapi::program_type::unspecified) return "typeless";
  const auto* const of_libbpf = libbpf_bpf_prog_type_str(static_cast<bpf_prog_type>(type));
  return of_libbpf != nullptr ? of_libbpf : newer_name(type);
}

inline const char* known(uapi::attach_type type) noexcept {
  const auto* const of_libbpf = libbpf_bpf_attach_type_str(static_cast<bpf_attach_type>(type));
  return of_libbpf != nullptr ? of_libbpf : newer_name(type);
}

inline const char* known(uapi::link_type type) noexcept {
  const auto* const of_libbpf = libbpf_bpf_link_type_str(static_cast<bpf_link_type>(type));
  return of_libbpf != nullptr ? of_libbpf : newer_name(type);
}

template <class Type>
[[nodiscard]] std::string known_or_number(Type type, const char* kind) {
  if (const char* const name = known(type)) return name;
  return composed({kind, static_cast<std::uint32_t>(type)});
}

}  // namespace detail::type_names

inline std::string name_of(uapi::map_type type) {
  return detail::type_names::known_or_number(type, "map type ");
}

inline std::string name_of(uapi::program_type type) {
  return detail::type_names::known_or_number(type, "program type ");
}

inline std::string name_of(uapi::attach_type type) {
  return detail::type_names::known_or_number(type, "attach type ");
}

inline std::string name_of(uapi::link_type type) {
  return detail::type_names::known_or_number(type, "link type ");
}

}  // namespace linchpin
