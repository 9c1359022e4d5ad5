// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/pin.hpp>
#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

#include <array>
#include <cstring>
#include <span>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

inline result<program_info> program_ref::info() const {
  std::array<std::uint32_t, 64> most_have{};
  std::vector<std::uint32_t> more;
  std::span<std::uint32_t> maps = most_have;
  for (;;) {
    bpf_prog_info record{};
    record.nr_map_ids = static_cast<std::uint32_t>(maps.size());
    record.map_ids = detail::address(maps.data());
    std::uint32_t length = sizeof record;
    const int got = detail::read_info(fd_, &record, length);
    // E2BIG: the descriptor is of a kind whose record is shorter, and the question reads as fields
    // that it does not have. A map's record is shorter still where that goes unnoticed.
    if (got < 0) return detail::undescribed(fd_, detail::object_kind::program, -got);
    if (length < detail::between_map_and_program) {
      LINCHPIN_CHECK(detail::check_kind(fd_, detail::object_kind::program,
                                        detail::composed({"descriptor ", fd_.native()}),
                                        "describe program"));
    }
    if (record.nr_map_ids > maps.size()) {
      more.resize(record.nr_map_ids);
      maps = more;
      continue;
    }
    program_info info;
    info.id = program_id{record.id};
    info.type = uapi::program_type{record.type};
    std::memcpy(info.tag.data(), record.tag, info.tag.size());
    info.name.assign(record.name, ::strnlen(record.name, sizeof record.name));
    info.device = ifindex{record.ifindex};
    for (std::uint32_t at = 0; at < record.nr_map_ids; ++at) info.maps.push_back({maps[at]});
    return info;
  }
}

inline result<void> program_ref::pin(const std::string& path) const {
  return detail::pin_object(fd_, path);
}

inline result<program> program_ref::duplicate() const {
  LINCHPIN_TRY(auto fd, unique_fd::duplicate(fd_));
  return program::adopt(std::move(fd));
}

inline result<program> open_program(const std::string& pin_path) {
  LINCHPIN_TRY(auto fd, detail::open_pinned(pin_path, detail::object_kind::program));
  return program::adopt(std::move(fd));
}

inline result<program> open_program(program_id id) {
  LINCHPIN_TRY(auto fd, detail::open_by_id(id.value, detail::object_kind::program));
  return program::adopt(std::move(fd));
}

}  // namespace linchpin
