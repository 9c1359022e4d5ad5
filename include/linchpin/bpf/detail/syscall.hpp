// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

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
#include <sys/syscall.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// bpf(2). returns: 0 or a new descriptor; a negated errno on failure.
///
/// Inline, like all that stands around calls made once for each hook: after a system call the CPU
/// has forgotten where functions return to, and every level costs it a wrong guess.
inline int sys_bpf(bpf_cmd command, void* attributes, std::uint32_t size) noexcept {
  const auto got = static_cast<int>(::syscall(__NR_bpf, command, attributes, size));
  return got >= 0 ? got : -errno;
}

[[nodiscard]] inline std::uint64_t address(const void* pointer) noexcept {
  return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

[[nodiscard]] inline std::uint32_t number(fd_ref fd) noexcept {
  return static_cast<std::uint32_t>(fd.native());
}

enum class object_kind : std::uint8_t { program, map, link, btf };

/// Whether a descriptor is of the wanted kind of BPF object, by its name in /proc/self/fd: the kernel
/// opens a pin or describes a descriptor without telling what it is.
/// errors: wrong_type when it is of none or another.
[[nodiscard]] result<void> check_kind(fd_ref fd, object_kind wanted, std::string_view subject);

/// BPF_OBJ_PIN with a hint for each errno.
[[nodiscard]] result<void> pin_object(fd_ref fd, const std::string& path);
/// BPF_OBJ_GET, and the kind checked.
[[nodiscard]] result<unique_fd> open_pinned(const std::string& path, object_kind wanted);
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

struct pin_attributes {
  std::uint64_t path;
  std::uint32_t fd;
  std::uint32_t flags;
};

}  // namespace kinds_of_objects

inline result<void> check_kind(fd_ref fd, object_kind wanted, std::string_view subject) {
  std::array<char, PATH_MAX> target{};
  const std::string link = detail::composed({"/proc/self/fd/", fd.native()});
  const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
  if (length < 0) return error::from_errno(errno, "tell kind of descriptor", subject);
  std::string_view found{target.data(), static_cast<std::size_t>(length)};
  // A link's first descriptor is named otherwise than those opened later.
  if (found == "anon_inode:bpf_link") found = kinds_of_objects::words(object_kind::link).inode;
  if (found == kinds_of_objects::words(wanted).inode) return {};
  for (const auto& kind : kinds_of_objects::kinds) {
    if (found != kind.inode) continue;
    return error{errc::wrong_type, "open", subject}
        .expected(detail::composed({"a ", kinds_of_objects::words(wanted).name}))
        .found(detail::composed({"a ", kind.name}));
  }
  return error{errc::wrong_type, "open", subject}
      .expected(detail::composed({"a ", kinds_of_objects::words(wanted).name}))
      .found(found);
}

inline result<void> pin_object(fd_ref fd, const std::string& path) {
  kinds_of_objects::pin_attributes attributes{address(path.c_str()), number(fd), 0};
  const int got = sys_bpf(BPF_OBJ_PIN, &attributes, sizeof attributes);
  if (got >= 0) return {};
  return error::from_errno(-got, "pin", path).advice(errno_hint(-got, bpf_request::pin));
}

inline result<unique_fd> open_pinned(const std::string& path, object_kind wanted) {
  kinds_of_objects::pin_attributes attributes{address(path.c_str()), 0, 0};
  const int got = sys_bpf(BPF_OBJ_GET, &attributes, sizeof attributes);
  if (got < 0) {
    return error::from_errno(-got, "open pin", path)
        .advice(errno_hint(-got, bpf_request::open_pin));
  }
  auto fd = unique_fd::adopt(got);
  LINCHPIN_CHECK(check_kind(fd.ref(), wanted, path));
  return fd;
}

inline result<unique_fd> open_by_id(std::uint32_t id, object_kind wanted) {
  struct {
    std::uint32_t id;
    std::uint32_t next;
    std::uint32_t flags;
  } attributes{id, 0, 0};
  const int got = sys_bpf(kinds_of_objects::words(wanted).by_id, &attributes, sizeof attributes);
  if (got >= 0) return unique_fd::adopt(got);
  return error::from_errno(-got, "open by id",
                           detail::composed({kinds_of_objects::words(wanted).name, " ", id}))
      .advice(errno_hint(-got, bpf_request::open_pin));
}

inline int read_info(fd_ref fd, void* record, std::uint32_t& size) noexcept {
  struct {
    std::uint32_t fd;
    std::uint32_t size;
    std::uint64_t record;
  } attributes{number(fd), size, address(record)};
  const int got = sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes, sizeof attributes);
  size = attributes.size;
  return got;
}

inline int read_info(fd_ref fd, void* record, std::uint32_t&& size) noexcept {
  return read_info(fd, record, size);
}

}  // namespace linchpin::detail
