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

/// Makes the struct_ops maps of an object take effect by a link. libbpf 1.1 knows no section that
/// declares it.
/// effects: sets a flag of the maps, in an object that is opened and not yet loaded.
/// errors: those of libbpf.
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
/// Only libbpf knows these values, and it writes them when it attaches. libbpf 1.1 does no more
/// than that. Later versions also create a link, which ends here at once: unless an algorithm of
/// the same name is there, processes can choose this one for that moment.
/// errors: those of bpf(2).
[[nodiscard]] inline result<void> write_struct_ops(bpf_object& loaded) {
  for (auto* map = bpf_object__next_map(&loaded, nullptr); map != nullptr;
       map = bpf_object__next_map(&loaded, map)) {
    if (bpf_map__type(map) != BPF_MAP_TYPE_STRUCT_OPS) continue;
    auto* const link = bpf_map__attach_struct_ops(map);
    if (link != nullptr) {
      // Destroying a bpf_link that is no kernel link would remove the value again.
      if (bpf_link__fd(link) == bpf_map__fd(map)) bpf_link__disconnect(link);
      bpf_link__destroy(link);
      continue;
    }
    // The value is written; only the link was refused, since another algorithm has the name.
    if (errno == EEXIST || errno == EBUSY) continue;
    return error::from_errno(errno, "write struct_ops", composed({"map ", bpf_map__name(map)}));
  }
  return {};
}

}  // namespace linchpin::detail
