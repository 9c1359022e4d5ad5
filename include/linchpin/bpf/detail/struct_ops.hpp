// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/error.hpp>
#include <linchpin/core/result.hpp>

#include <linchpin/core/detail/text.hpp>

#include <cerrno>
#include <cstdint>

#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// BPF_F_LINK: the value of a struct_ops map takes effect by a link, and not by being written.
inline constexpr std::uint32_t struct_ops_by_link = 1U << 13;

/// Asks for struct_ops maps that take effect by a link. libbpf 1.1 knows no section that says so.
/// effects: on an object that is opened and not yet loaded
/// errors: as libbpf
[[nodiscard]] inline result<void> make_struct_ops_linkable(bpf_object& opened) {
  for (auto* map = bpf_object__next_map(&opened, nullptr); map != nullptr;
       map = bpf_object__next_map(&opened, map)) {
    if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS) continue;
    const int got = bpf_map__set_map_flags(map, bpf_map__map_flags(map) | struct_ops_by_link);
    if (got != 0) return error::from_errno(-got, "set map flags", bpf_map__name(map));
  }
  return {};
}

/// Writes the values of the struct_ops maps of a loaded object, so that links can be made of them.
/// Only libbpf knows these values, and writes them where it attaches. Until libbpf 1.1 that is all
/// there is to it; later ones make the link as well, which ends here at once: unless an algorithm
/// of the name is there, it can be chosen for that moment.
/// errors: as bpf(2)
[[nodiscard]] inline result<void> write_struct_ops(bpf_object& loaded) {
  for (auto* map = bpf_object__next_map(&loaded, nullptr); map != nullptr;
       map = bpf_object__next_map(&loaded, map)) {
    if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS) continue;
    auto* const link = bpf_map__attach_struct_ops(map);
    if (link != nullptr) {
      // Without a link of its own, destroying it would take the value back.
      if (bpf_link__fd(link) == bpf_map__fd(map)) bpf_link__disconnect(link);
      bpf_link__destroy(link);
      continue;
    }
    // Written, and refused as a link beside another of the name.
    if (errno == EEXIST || errno == EBUSY) continue;
    return error::from_errno(errno, "write struct_ops", composed({"map ", bpf_map__name(map)}));
  }
  return {};
}

}  // namespace linchpin::detail
