// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/bpf_call.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>
#include <linchpin/core/result.hpp>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <string>
#include <string_view>

#include <linux/bpf.h>
#include <fcntl.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

enum class object_kind : std::uint8_t { program, map, link, btf };

/// Whether a descriptor is of the wanted kind of BPF object, by its name in /proc/self/fd: the
/// kernel opens a pin or describes a descriptor without telling what it is.
/// errors: wrong_type for a descriptor of another kind or of no BPF object; unsupported without /proc.
[[nodiscard]] result<void> check_kind(fd_ref fd, object_kind wanted, std::string_view subject,
                                      std::string_view operation = "open");

// One system call each, for callers that make errors of their own.
// returns: 0 or a descriptor; a negated errno on failure, which stands in errno too
[[nodiscard]] int pin_fd(fd_ref fd, const std::string& path) noexcept;
[[nodiscard]] int open_pin(const std::string& path) noexcept;
[[nodiscard]] int open_id(std::uint32_t id, object_kind kind) noexcept;

/// BPF_*_GET_FD_BY_ID
[[nodiscard]] result<unique_fd> open_by_id(std::uint32_t id, object_kind wanted);

/// BPF_OBJ_GET_INFO_BY_FD into a zeroed record.
/// \param[in,out] size of the place; then what this kernel's record has, as far as there was room
/// returns: 0 or a negated errno.
int read_info(fd_ref fd, void* record, std::uint32_t& size) noexcept;
int read_info(fd_ref fd, void* record, std::uint32_t&& size) noexcept;

namespace kinds_of_objects {

struct kind_words {
  std::string_view name;
  std::string_view inode;  // what /proc/self/fd/N points to
  bpf_cmd by_id;
};

inline constexpr std::array<kind_words, 4> kinds{{
    {"program", "anon_inode:bpf-prog", BPF_PROG_GET_FD_BY_ID},
    {"map", "anon_inode:bpf-map", BPF_MAP_GET_FD_BY_ID},
    {"link", "anon_inode:bpf-link", BPF_LINK_GET_FD_BY_ID},
    {"BTF", "anon_inode:btf", BPF_BTF_GET_FD_BY_ID},
}};

inline const kind_words& words(object_kind kind) {
  return kinds[static_cast<std::size_t>(kind)];
}

}  // namespace kinds_of_objects

inline result<void> check_kind(fd_ref fd, object_kind wanted, std::string_view subject,
                               std::string_view operation) {
  std::array<char, PATH_MAX> target{};
  const std::string link = detail::composed({"/proc/self/fd/", fd.native()});
  const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
  if (length < 0) {
    const int cause = errno;
    auto failed = error::from_errno(cause, "tell kind of descriptor", subject);
    if (cause != ENOENT) return failed;
    if (::fcntl(fd.native(), F_GETFD) < 0) return error::from_errno(EBADF, operation, subject);
    return std::move(failed)
        .as(errc::unsupported)
        .expected("/proc mounted")
        .found("no /proc/self/fd, by which a program, a map and a link are told from each other")
        .advice("mount -t proc proc /proc");
  }
  std::string_view found{target.data(), static_cast<std::size_t>(length)};
  // The first descriptor of a link has another name than those that are opened later.
  if (found == "anon_inode:bpf_link") found = kinds_of_objects::words(object_kind::link).inode;
  if (found == kinds_of_objects::words(wanted).inode) return {};
  for (const auto& kind : kinds_of_objects::kinds) {
    if (found != kind.inode) continue;
    return error{errc::wrong_type, operation, subject}
        .expected(detail::composed({"a ", kinds_of_objects::words(wanted).name}))
        .found(detail::composed({"a ", kind.name}));
  }
  return error{errc::wrong_type, operation, subject}
      .expected(detail::composed({"a ", kinds_of_objects::words(wanted).name}))
      .found(found);
}

inline int pin_fd(fd_ref fd, const std::string& path) noexcept {
  pin_arguments arguments{address(path.c_str()), number(fd), 0};
  return sys_bpf(BPF_OBJ_PIN, &arguments, sizeof arguments);
}

inline int open_pin(const std::string& path) noexcept {
  pin_arguments arguments{address(path.c_str()), 0, 0};
  return sys_bpf(BPF_OBJ_GET, &arguments, sizeof arguments);
}

inline int open_id(std::uint32_t id, object_kind kind) noexcept {
  id_arguments arguments{id, 0, 0};
  return sys_bpf(kinds_of_objects::words(kind).by_id, &arguments, sizeof arguments);
}

// BPF_OBJ_GET and BPF_OBJ_GET_INFO_BY_FD take any kind of object without telling which it was, and
// a look at the descriptor costs a further call. The answer itself tells, where it looks right;
// only one that looks wrong is checked for certain. The records differ in length: links up to 64
// bytes, maps 80 to 104, programs from 208, measured on 5.10 to 7.3.
inline constexpr std::uint32_t shortest_map = 76;
inline constexpr std::uint32_t between_map_and_program = 160;

/// The error for an object that could not be described, perhaps since it is of another kind.
inline error undescribed(fd_ref fd, object_kind wanted, int cause) {
  const std::string operation =
      detail::composed({"describe ", kinds_of_objects::words(wanted).name});
  const std::string subject = detail::composed({"descriptor ", fd.native()});
  if (auto checked = check_kind(fd, wanted, subject, operation); !checked) {
    // Where it is no descriptor at all, the errno of the request is the better error.
    if (checked.error().is(errc::wrong_type)) return std::move(checked).error();
  }
  return error::from_errno(cause, operation, subject)
      .advice(errno_hint(cause, bpf_request::read_info));
}

inline result<unique_fd> open_by_id(std::uint32_t id, object_kind wanted) {
  const int got = open_id(id, wanted);
  if (got >= 0) return unique_fd::adopt(got);
  return error::from_errno(-got, "open by id",
                           detail::composed({kinds_of_objects::words(wanted).name, " ", id}))
      .advice(errno_hint(-got, bpf_request::open_id));
}

inline int read_info(fd_ref fd, void* record, std::uint32_t& size) noexcept {
  info_arguments arguments{number(fd), size, address(record)};
  const int got = sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &arguments, sizeof arguments);
  size = arguments.length;
  return got;
}

inline int read_info(fd_ref fd, void* record, std::uint32_t&& size) noexcept {
  return read_info(fd, record, size);
}

}  // namespace linchpin::detail
