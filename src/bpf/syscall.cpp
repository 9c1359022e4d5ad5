// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "bpf/syscall.hpp"

#include <linchpin/bpf/errno_hint.hpp>

#include "core/try.hpp"

#include <array>
#include <cerrno>
#include <climits>

#include <fmt/format.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

struct kind_words {
  std::string_view name;
  std::string_view inode;  // what /proc/self/fd/N points to
  bpf_cmd by_id;
};

constexpr std::array<kind_words, 4> kinds{{
    {"program", "anon_inode:bpf-prog", BPF_PROG_GET_FD_BY_ID},
    {"map", "anon_inode:bpf-map", BPF_MAP_GET_FD_BY_ID},
    {"link", "anon_inode:bpf-link", BPF_LINK_GET_FD_BY_ID},
    {"BTF", "anon_inode:btf", BPF_BTF_GET_FD_BY_ID},
}};

const kind_words& words(object_kind kind) {
  return kinds[static_cast<std::size_t>(kind)];
}

struct pin_attributes {
  std::uint64_t path;
  std::uint32_t fd;
  std::uint32_t flags;
};

}  // namespace

result<void> check_kind(fd_ref fd, object_kind wanted, std::string_view subject) {
  std::array<char, PATH_MAX> target{};
  const std::string link = fmt::format("/proc/self/fd/{}", fd.native());
  const ssize_t length = ::readlink(link.c_str(), target.data(), target.size());
  if (length < 0) return error::from_errno(errno, "tell kind of descriptor", subject);
  std::string_view found{target.data(), static_cast<std::size_t>(length)};
  // A link's first descriptor is named otherwise than those opened later.
  if (found == "anon_inode:bpf_link") found = words(object_kind::link).inode;
  if (found == words(wanted).inode) return {};
  for (const auto& kind : kinds) {
    if (found != kind.inode) continue;
    return error{errc::wrong_type, "open", subject}
        .expected(fmt::format("a {}", words(wanted).name))
        .found(fmt::format("a {}", kind.name));
  }
  return error{errc::wrong_type, "open", subject}
      .expected(fmt::format("a {}", words(wanted).name))
      .found(found);
}

result<void> pin_object(fd_ref fd, const std::string& path) {
  pin_attributes attributes{address(path.c_str()), number(fd), 0};
  const int got = sys_bpf(BPF_OBJ_PIN, &attributes, sizeof attributes);
  if (got >= 0) return {};
  return error::from_errno(-got, "pin", path).advice(errno_hint(-got, bpf_request::pin));
}

result<unique_fd> open_pinned(const std::string& path, object_kind wanted) {
  pin_attributes attributes{address(path.c_str()), 0, 0};
  const int got = sys_bpf(BPF_OBJ_GET, &attributes, sizeof attributes);
  if (got < 0) {
    return error::from_errno(-got, "open pin", path)
        .advice(errno_hint(-got, bpf_request::open_pin));
  }
  auto fd = unique_fd::adopt(got);
  LINCHPIN_CHECK(check_kind(fd.ref(), wanted, path));
  return fd;
}

result<unique_fd> open_by_id(std::uint32_t id, object_kind wanted) {
  struct {
    std::uint32_t id;
    std::uint32_t next;
    std::uint32_t flags;
  } attributes{id, 0, 0};
  const int got = sys_bpf(words(wanted).by_id, &attributes, sizeof attributes);
  if (got >= 0) return unique_fd::adopt(got);
  return error::from_errno(-got, "open by id", fmt::format("{} {}", words(wanted).name, id))
      .advice(errno_hint(-got, bpf_request::open_pin));
}

int read_info(fd_ref fd, void* record, std::uint32_t& size) noexcept {
  struct {
    std::uint32_t fd;
    std::uint32_t size;
    std::uint64_t record;
  } attributes{number(fd), size, address(record)};
  const int got = sys_bpf(BPF_OBJ_GET_INFO_BY_FD, &attributes, sizeof attributes);
  size = attributes.size;
  return got;
}

int read_info(fd_ref fd, void* record, std::uint32_t&& size) noexcept {
  return read_info(fd, record, size);
}

}  // namespace linchpin::detail
