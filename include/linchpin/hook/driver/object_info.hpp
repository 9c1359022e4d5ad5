// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/kernel/info.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <linchpin/core/detail/try.hpp>
#include <linchpin/hook/driver/bpf_call.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

// struct bpf_link_info, the part that linchpin reads.
struct link_record {
  std::uint32_t type;
  std::uint32_t id;
  std::uint32_t program;
  std::uint32_t padding;
  union {
    struct {
      std::uint32_t interface;
      std::uint32_t attach_type;  // tcx only
    } device;
    struct {
      std::uint64_t id;
      std::uint32_t attach_type;
    } cgroup;
    struct {
      std::uint32_t inode;
      std::uint32_t attach_type;
    } netns;
  } at;
};
static_assert(offsetof(link_record, at) == 16);

// Room for an answer. The kernel looks whether all that it does not know is zero, so there is little
// more than what linchpin reads.
template <std::size_t Room>
struct answer_block {
  alignas(8) std::array<std::byte, Room> bytes{};
  std::uint32_t length = 0;  // what this kernel's record measures, Room at most

  template <class Record>
  [[nodiscard]] Record as() const noexcept {
    static_assert(sizeof(Record) <= Room);
    Record record;
    std::memcpy(&record, bytes.data(), sizeof record);
    return record;
  }
};

enum class answering_kind { link, map, program };

// BPF_OBJ_GET and BPF_OBJ_GET_INFO_BY_FD take any kind of object without telling which it was, and a
// look at the descriptor costs a further call. The answer itself tells, where it looks right; only one
// that looks wrong is checked for certain.

// The records differ in length: map 80 to 104 bytes, program from 208, measured on 5.10 to 7.3.
inline constexpr std::uint32_t between_map_and_program = 160;

inline bool looks_like(answering_kind wanted, std::uint32_t length) noexcept {
  const bool program = length >= between_map_and_program;
  return wanted == (program ? answering_kind::program : answering_kind::map) && length >= 76;
}

// Where a link has padding, a map has the size of its values and a program a part of its tag. A map
// without values has no keys either, and so nothing in the place of the link's program.
inline bool looks_like_link(const link_record& record) noexcept {
  return record.padding == 0 && record.program != 0;
}

inline std::string_view answering_text(answering_kind kind) noexcept {
  switch (kind) {
    case answering_kind::link:
      return "a link";
    case answering_kind::map:
      return "a map";
    case answering_kind::program:
      return "a program";
  }
  return {};
}

// "a map", "anon_inode:[perf_event]"; empty where nothing tells.
inline std::string descriptor_text(int fd) {
  std::array<char, 128> text{};
  const auto path = fmt::format("/proc/self/fd/{}", fd);
  const ssize_t length = ::readlink(path.c_str(), text.data(), text.size());
  const std::string_view found{text.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
  // A link's first descriptor is named otherwise than those opened later.
  for (const auto& [name, kind] : {std::pair{"anon_inode:bpf_link", answering_kind::link},
                                   std::pair{"anon_inode:bpf-link", answering_kind::link},
                                   std::pair{"anon_inode:bpf-map", answering_kind::map},
                                   std::pair{"anon_inode:bpf-prog", answering_kind::program}}) {
    if (found == name) return std::string{answering_text(kind)};
  }
  return std::string{found};
}

template <std::size_t Room>
result<void> ask_info(int fd, std::string_view operation, answer_block<Room>& block) {
  block.length = static_cast<std::uint32_t>(block.bytes.size());
  info_arguments arguments{fd_argument(fd), block.length, address(block.bytes.data())};
  if (bpf_call(BPF_OBJ_GET_INFO_BY_FD, arguments) != 0) {
    const int cause = errno;
    const auto what = descriptor_text(fd);
    return kernel_error(cause, operation,
                        fmt::format("descriptor {}{}{}", fd, what.empty() ? "" : ", ", what));
  }
  block.length = arguments.length;
  return {};
}

// For an answer that looks like that of another kind of object.
inline result<void> check_answer(int fd, std::string_view operation, answering_kind wanted) {
  const std::string text = descriptor_text(fd);
  if (text.empty() || text == answering_text(wanted)) return {};
  return error{errc::wrong_type, operation, fmt::format("descriptor {}", fd)}
      .expected(answering_text(wanted))
      .found(text);
}

inline std::string object_name(const char (&name)[BPF_OBJ_NAME_LEN]) {
  return {name, ::strnlen(name, sizeof name)};
}

// What the kernel says about an object this process holds open. One bpf(2) each; a program with
// more than 64 maps costs a second one.
//
// errors: wrong_type when the descriptor is another kind of object
[[nodiscard]] inline result<program_info> read_program_info(int fd) {
  constexpr std::string_view operation = "describe program";
  std::array<std::uint32_t, 64> most_have{};
  std::vector<std::uint32_t> more;
  std::span<std::uint32_t> maps = most_have;
  for (;;) {
    answer_block<sizeof(bpf_prog_info)> block;
    bpf_prog_info question{};
    question.nr_map_ids = static_cast<std::uint32_t>(maps.size());
    question.map_ids = address(maps.data());
    std::memcpy(block.bytes.data(), &question, sizeof question);
    if (auto asked = ask_info(fd, operation, block); !asked) {
      // E2BIG: the descriptor is of a kind whose record is shorter, and our question reads as
      // non-zero fields that it does not have.
      const std::string text = descriptor_text(fd);
      if (!text.empty() && text != answering_text(answering_kind::program)) {
        return error{errc::wrong_type, operation, fmt::format("descriptor {}", fd)}
            .expected(answering_text(answering_kind::program))
            .found(text);
      }
      return std::move(asked).error();
    }
    if (!looks_like(answering_kind::program, block.length)) {
      LINCHPIN_CHECK(check_answer(fd, operation, answering_kind::program));
    }
    const auto record = block.as<bpf_prog_info>();
    if (record.nr_map_ids > maps.size()) {
      more.resize(record.nr_map_ids);
      maps = more;
      continue;
    }
    program_info info;
    info.id = {record.id};
    info.type = static_cast<uapi::program_type>(record.type);
    std::memcpy(info.tag.data(), record.tag, info.tag.size());
    info.name = object_name(record.name);
    for (std::uint32_t at = 0; at < record.nr_map_ids; ++at) info.maps.push_back({maps[at]});
    return info;
  }
}

[[nodiscard]] inline result<map_info> read_map_info(int fd) {
  answer_block<between_map_and_program> block;
  if (auto asked = ask_info(fd, "describe map", block); !asked) return std::move(asked).error();
  if (!looks_like(answering_kind::map, block.length)) {
    LINCHPIN_CHECK(check_answer(fd, "describe map", answering_kind::map));
  }
  const auto record = block.as<bpf_map_info>();
  map_info info;
  info.id = {record.id};
  info.type = static_cast<uapi::map_type>(record.type);
  info.key_size = record.key_size;
  info.value_size = record.value_size;
  info.max_entries = record.max_entries;
  info.flags = record.map_flags;
  info.name = object_name(record.name);
  return info;
}

[[nodiscard]] inline result<link_info> read_link_info(int fd) {
  answer_block<sizeof(link_record)> block;
  if (auto asked = ask_info(fd, "describe link", block); !asked) return std::move(asked).error();
  const auto record = block.as<link_record>();
  if (!looks_like_link(record)) {
    LINCHPIN_CHECK(check_answer(fd, "describe link", answering_kind::link));
  }
  link_info info;
  info.id = {record.id};
  info.type = static_cast<uapi::link_type>(record.type);
  info.program = {record.program};
  switch (info.type) {
    case uapi::link_type::xdp:
      info.target = record.at.device.interface;
      break;
    case uapi::link_type::tcx:
    case uapi::link_type::netkit:
      info.target = record.at.device.interface;
      info.attach_type = static_cast<uapi::attach_type>(record.at.device.attach_type);
      break;
    case uapi::link_type::cgroup:
      info.target = record.at.cgroup.id;
      info.attach_type = static_cast<uapi::attach_type>(record.at.cgroup.attach_type);
      break;
    case uapi::link_type::netns:
      info.target = record.at.netns.inode;
      info.attach_type = static_cast<uapi::attach_type>(record.at.netns.attach_type);
      break;
    default:
      break;
  }
  return info;
}

/// Opens a live object by its id.
/// returns: a descriptor, or -1 with errno set
/// kernel: CAP_SYS_ADMIN
[[nodiscard]] inline int open_id(pin_kind kind, std::uint32_t id) noexcept {
  id_arguments arguments{id};
  switch (kind) {
    case pin_kind::program:
      return bpf_call(BPF_PROG_GET_FD_BY_ID, arguments);
    case pin_kind::map:
      return bpf_call(BPF_MAP_GET_FD_BY_ID, arguments);
    case pin_kind::link:
      return bpf_call(BPF_LINK_GET_FD_BY_ID, arguments);
  }
  errno = EINVAL;
  return -1;
}

/// The name of a live program, which may be empty; absent where it cannot be had.
/// kernel: CAP_SYS_ADMIN
[[nodiscard]] inline std::optional<std::string> program_name(program_id id) {
  const auto program = unique_fd::adopt(open_id(pin_kind::program, id.value));
  if (!program) return std::nullopt;
  auto info = read_program_info(program.native());
  if (!info) return std::nullopt;
  return info->name;
}

}  // namespace linchpin::detail
