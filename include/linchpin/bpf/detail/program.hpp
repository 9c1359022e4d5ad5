// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/core/detail/try.hpp>

#include <cstring>

namespace linchpin::inline LINCHPIN_ABI {

inline result<program_info> program_ref::info() const {
  LINCHPIN_CHECK(detail::check_kind(fd_, detail::object_kind::program, "program"));
  program_info info;
  for (;;) {
    bpf_prog_info record{};
    record.nr_map_ids = static_cast<std::uint32_t>(info.maps.size());
    record.map_ids = detail::address(info.maps.data());
    const int got = detail::read_info(fd_, &record, sizeof record);
    if (got < 0) {
      return error::from_errno(-got, "describe program")
          .advice(errno_hint(-got, bpf_request::read_info));
    }
    const bool complete = record.nr_map_ids <= info.maps.size();
    info.maps.resize(record.nr_map_ids);
    if (!complete) continue;
    info.id = program_id{record.id};
    info.type = uapi::program_type{record.type};
    std::memcpy(info.tag.data(), record.tag, info.tag.size());
    info.name.assign(record.name, ::strnlen(record.name, sizeof record.name));
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
