// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <bpf/libbpf.h>

#include <cstddef>
#include <span>
#include <string_view>

#include <linchpin/bpf/detail/describe.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// What an object that is not loaded gives the variables of a section, as far as libbpf keeps that;
/// empty where it does not.
inline std::span<const std::byte> initial_value(const bpf_map* of) {
  std::size_t size = 0;
  // Until libbpf 1.5 it takes a map that it could change.
  const void* const first = bpf_map__initial_value(const_cast<bpf_map*>(of), &size);
  return {static_cast<const std::byte*>(first), first == nullptr ? 0 : size};
}

/// \param section by its whole name: ".rodata"
inline std::span<const std::byte> initial_value(const bpf_object* of, std::string_view section) {
  for (auto* map = bpf_object__next_map(of, nullptr); map != nullptr;
       map = bpf_object__next_map(of, map)) {
    if (!bpf_map__is_internal(map)) continue;
    if (describing::name_of_map(*of, *map) == section) return initial_value(map);
  }
  return {};
}

}  // namespace linchpin::detail
