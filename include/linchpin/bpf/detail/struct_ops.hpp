// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/libbpf_log.hpp>
#include <linchpin/core/error.hpp>
#include <linchpin/core/result.hpp>

#include <linchpin/core/detail/text.hpp>

#include <cerrno>
#include <cstdint>

#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// BPF_F_LINK: the value of a struct_ops map takes effect by a link, and not by being written.
inline constexpr std::uint32_t struct_ops_by_link = 1U << 13;

/// Makes a struct_ops map take effect by a link. libbpf 1.1 knows no section that declares it.
/// effects: sets a flag of the map, in an object that is opened and not yet loaded.
/// errors: those of libbpf.
[[nodiscard]] inline result<void> make_struct_ops_linkable(bpf_map& map) {
  const int got = bpf_map__set_map_flags(&map, bpf_map__map_flags(&map) | struct_ops_by_link);
  if (got == 0) return {};
  return error::from_errno(-got, "set map flags", bpf_map__name(&map));
}

/// Writes the value of a struct_ops map of a loaded object, so that a link can be made of it. Only
/// libbpf knows this value, and it writes it when it attaches. libbpf 1.1 does no more than that.
/// Later versions also create a link, which ends here at once: unless an algorithm of the same name
/// is there, processes can choose this one for that moment.
/// errors: those of bpf(2), with libbpf's words in the log.
[[nodiscard]] inline result<void> write_struct_ops(bpf_map& map) {
  const libbpf_log log;
  auto* const link = bpf_map__attach_struct_ops(&map);
  if (link != nullptr) {
    // Destroying a bpf_link that is no kernel link would remove the value again.
    if (bpf_link__fd(link) == bpf_map__fd(&map)) bpf_link__disconnect(link);
    bpf_link__destroy(link);
    return {};
  }
  // The value is written; only the link was refused, since another algorithm has the name.
  if (errno == EEXIST || errno == EBUSY) return {};
  return error::from_errno(errno, "write struct_ops", composed({"map ", bpf_map__name(&map)}))
      .log(log.text());
}

}  // namespace linchpin::detail
