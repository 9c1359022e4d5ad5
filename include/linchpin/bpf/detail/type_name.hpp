// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/detail/text.hpp>

#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::type_names {

// Types of which linchpin says more than their number, and that libbpf 1.1 has no name for.
inline const char* newer(uapi::program_type type) noexcept {
  return type == uapi::program_type::netfilter ? "netfilter" : nullptr;
}

inline const char* newer(uapi::map_type type) noexcept {
  return type == uapi::map_type::arena ? "arena" : nullptr;
}

inline const char* newer(uapi::attach_type type) noexcept {
  switch (type) {
    case uapi::attach_type::tcx_ingress:
      return "tcx_ingress";
    case uapi::attach_type::tcx_egress:
      return "tcx_egress";
    case uapi::attach_type::netkit_primary:
      return "netkit_primary";
    case uapi::attach_type::netkit_peer:
      return "netkit_peer";
    default:
      return nullptr;
  }
}

inline const char* newer(uapi::link_type type) noexcept {
  switch (type) {
    case uapi::link_type::netfilter:
      return "netfilter";
    case uapi::link_type::tcx:
      return "tcx";
    case uapi::link_type::uprobe_multi:
      return "uprobe_multi";
    case uapi::link_type::netkit:
      return "netkit";
    case uapi::link_type::sockmap:
      return "sockmap";
    default:
      return nullptr;
  }
}

// returns: null for one that neither libbpf nor we know
inline const char* known(uapi::map_type type) noexcept {
  if (type == uapi::map_type::unspecified) return "unspecified";
  const auto* const of_libbpf = libbpf_bpf_map_type_str(static_cast<bpf_map_type>(type));
  return of_libbpf != nullptr ? of_libbpf : newer(type);
}

inline const char* known(uapi::program_type type) noexcept {
  if (type == uapi::program_type::unspecified) return "typeless";
  const auto* const of_libbpf = libbpf_bpf_prog_type_str(static_cast<bpf_prog_type>(type));
  return of_libbpf != nullptr ? of_libbpf : newer(type);
}

inline const char* known(uapi::attach_type type) noexcept {
  const auto* const of_libbpf = libbpf_bpf_attach_type_str(static_cast<bpf_attach_type>(type));
  return of_libbpf != nullptr ? of_libbpf : newer(type);
}

inline const char* known(uapi::link_type type) noexcept {
  const auto* const of_libbpf = libbpf_bpf_link_type_str(static_cast<bpf_link_type>(type));
  return of_libbpf != nullptr ? of_libbpf : newer(type);
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
