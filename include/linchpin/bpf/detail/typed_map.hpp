// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/possible_cpus.hpp>
#include <linchpin/bpf/type_name.hpp>
#include <linchpin/bpf/typed_map.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

inline result<raw_map> fitting(map_ref live, std::size_t key_size, std::size_t value_size,
                               bool percpu) {
  LINCHPIN_TRY(const auto info, live.info());
  LINCHPIN_TRY(const auto raw, raw_map::over(live));
  if (raw_parts::is_percpu(info.type) != percpu) {
    return error{errc::wrong_type, "view map", info.name}
        .expected(percpu ? "a per-CPU map" : "a map with one value for all CPUs")
        .found(name_of(info.type))
        .advice(percpu ? "use typed_map" : "use percpu_map");
  }
  if (info.key_size != key_size || info.value_size != value_size) {
    return error{errc::layout_mismatch, "view map", info.name}
        .expected(detail::composed({"key of ", key_size, " bytes, value of ", value_size}))
        .found(detail::composed({"key of ", info.key_size, " bytes, value of ", info.value_size}));
  }
  return raw;
}

}  // namespace linchpin::detail
