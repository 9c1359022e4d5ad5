// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/attach_type.hpp>
#include <linchpin/bpf/detail/kernel_words.hpp>
#include <linchpin/bpf/detail/map.hpp>
#include <linchpin/bpf/detail/pin.hpp>
#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/link.hpp>
#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

#include <array>
#include <cerrno>
#include <string_view>
#include <type_traits>

#include <net/if.h>
#include <unistd.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::link_parts {

struct narrow_target {  // of xdp (without attach type), netns, tcx, netkit, sockmap links
  std::uint32_t id;
  std::uint32_t attach_type;
};
struct cgroup_target {
  std::uint64_t id;
  std::uint32_t attach_type;
};

// The beginning of struct bpf_link_info of 6.6: the headers at hand may not know tcx.
struct link_record {
  std::uint32_t type;
  std::uint32_t id;
  std::uint32_t program;
  std::uint32_t padding;
  union {
    narrow_target narrow;
    cgroup_target cgroup;
    std::uint64_t whole[6];
  } at;
};
static_assert(sizeof(link_record) == 64);

// "interface 3, tcx_ingress"
inline std::string target_text(const link_request& request) {
  return detail::composed(
      {detail::is_on_interface(request.attach_type) ? "interface " : "descriptor ", request.target,
       ", ", name_of(request.attach_type)});
}

// XDP answers EINVAL, tcx and netkit ENODEV where the interface is not there.
inline bool lacks_interface(const link_request& request, int errno_value) noexcept {
  if (errno_value != EINVAL && errno_value != ENODEV) return false;
  if (!detail::is_on_interface(request.attach_type)) return false;
  std::array<char, IF_NAMESIZE> name{};
  return ::if_indextoname(request.target, name.data()) == nullptr && errno == ENXIO;
}

// What a device and its driver answer, which other hooks answer for other reasons.
inline error xdp_error(error made, int errno_value) {
  made = std::move(made).advice(errno_hint(errno_value, bpf_request::attach_xdp));
  switch (errno_value) {
    case ERANGE:
    case ENOSPC:
      return std::move(made).as(errc::unsupported);
    case EEXIST:
      return std::move(made).as(errc::busy);
    default:
      return made;
  }
}

// BPF_LINK_CREATE. returns: a descriptor; a negated errno on failure
inline int make_link(const link_request& request, fd_ref what) noexcept {
  link_create_arguments arguments;
  arguments.program_fd = number(what);
  arguments.target = request.target;
  arguments.attach_type = static_cast<std::uint32_t>(request.attach_type);
  arguments.flags = request.flags;
  arguments.relative = request.relative;
  arguments.expected_revision = request.expected.value;
  return sys_bpf(BPF_LINK_CREATE, &arguments, sizeof arguments);
}

// BPF_LINK_UPDATE. returns: 0; a negated errno on failure
inline int exchange(fd_ref link, fd_ref fresh, fd_ref old) noexcept {
  link_update_arguments arguments{number(link), number(fresh), flag_replace, number(old)};
  return sys_bpf(BPF_LINK_UPDATE, &arguments, sizeof arguments);
}

inline error update_error(int errno_value, bpf_request asked, std::string_view subject = {}) {
  return error::from_errno(errno_value, "update link", subject)
      .advice(errno_hint(errno_value, asked));
}

/// The error of an update. The kernel says EPERM where the link runs another program, or another
/// struct_ops map, than the one that the update was to replace, and also for a missing privilege: it
/// is a conflict where the kernel describes both and they differ.
template <class Ref>
error not_replaced(int errno_value, link_ref link, Ref old, std::string_view subject = {}) {
  constexpr std::string_view kind = std::is_same_v<Ref, map_ref> ? "map" : "program";
  if (errno_value != EPERM) return update_error(errno_value, bpf_request::update_link, subject);
  // A struct_ops link is described with its map where others have their program.
  const auto now = link.info();
  const auto named = old.info();
  if (!now || !named || now->program.value == named->id.value) {
    return update_error(errno_value, bpf_request::read_info, subject);
  }
  return error::from_errno(errno_value, "update link", subject)
      .as(errc::conflict)
      .expected(composed({kind, " ", named->name, " (id ", named->id.value, ") at the hook"}))
      .found(composed({kind, " id ", now->program.value}));
}

inline error not_created(int errno_value, const link_request& request) {
  auto failed = error::from_errno(errno_value, "create link", target_text(request));
  if (lacks_interface(request, errno_value)) {
    return std::move(failed)
        .as(errc::not_found)
        .found(
            composed({"no interface with number ", request.target, " in this network namespace"}));
  }
  if (request.attach_type == uapi::attach_type::xdp) {
    return xdp_error(std::move(failed), errno_value);
  }
  failed = std::move(failed).advice(errno_hint(errno_value, bpf_request::create_link));
  return errno_value == ERANGE ? std::move(failed).as(errc::full) : std::move(failed);
}

}  // namespace detail::link_parts

inline result<link_info> link_ref::info() const {
  detail::link_parts::link_record record{};
  const int got = detail::read_info(fd_, &record, sizeof record);
  if (got < 0) return detail::undescribed(fd_, detail::object_kind::link, -got);
  // The record may be that of a map or program. At the place of a link's padding, a map's record
  // has the size of its values and a program's has a part of its tag. A map without values has no
  // keys either, and so 0 at the place of the link's program.
  if (record.padding != 0 || record.program == 0) {
    LINCHPIN_CHECK(detail::check_kind(fd_, detail::object_kind::link,
                                      detail::composed({"descriptor ", fd_.native()}),
                                      "describe link"));
  }
  link_info info;
  info.id = link_id{record.id};
  info.type = uapi::link_type{record.type};
  info.program = program_id{record.program};
  switch (detail::target_told_by(info.type)) {
    case detail::link_target::cgroup:
      info.target = record.at.cgroup.id;
      info.attach_type = uapi::attach_type{record.at.cgroup.attach_type};
      break;
    case detail::link_target::number_and_type:
      info.target = record.at.narrow.id;
      info.attach_type = uapi::attach_type{record.at.narrow.attach_type};
      break;
    case detail::link_target::number:
      info.target = record.at.narrow.id;
      break;
    case detail::link_target::attached_map:
      info.program = program_id{record.at.narrow.id};
      info.target = record.at.narrow.id == 0 ? 0 : 1;
      break;
    case detail::link_target::nothing:
      break;
  }
  return info;
}

inline result<void> link_ref::update(const typed_program& fresh, program_ref old) const {
  LINCHPIN_TRY(const auto is, info());
  const std::string subject = detail::composed({"link ", is.id.value});
  if (detail::reports_attach_type(is.type)) {
    LINCHPIN_CHECK(detail::check_attach_type(fresh, is.attach_type, "update link", subject));
  } else if (is.type == uapi::link_type::xdp) {
    LINCHPIN_CHECK(
        detail::check_attach_type(fresh, uapi::attach_type::xdp, "update link", subject));
  }
  const int got = detail::link_parts::exchange(fd_, fresh.program.fd(), old.fd());
  if (got >= 0) return {};
  return detail::link_parts::not_replaced(-got, *this, old, subject);
}

inline result<void> link_ref::replace(program_ref fresh, program_ref old) const {
  const int got = detail::link_parts::exchange(fd_, fresh.fd(), old.fd());
  if (got >= 0) return {};
  return detail::link_parts::not_replaced(-got, *this, old);
}

inline result<void> link_ref::replace(map_ref fresh, map_ref old) const {
  const int got = detail::link_parts::exchange(fd_, fresh.fd(), old.fd());
  if (got >= 0) return {};
  return detail::link_parts::not_replaced(-got, *this, old);
}

inline result<void> link_ref::detach() const {
  detail::link_detach_arguments arguments{detail::number(fd_)};
  const int got = detail::sys_bpf(BPF_LINK_DETACH, &arguments, sizeof arguments);
  if (got >= 0) return {};
  return error::from_errno(-got, "detach link").advice(errno_hint(-got, bpf_request::detach_link));
}

inline result<void> link_ref::pin(const std::string& path) const {
  return detail::pin_object(fd_, path);
}

inline result<link> link_ref::duplicate() const {
  LINCHPIN_TRY(auto fd, unique_fd::duplicate(fd_));
  return link::adopt(std::move(fd));
}

inline result<pinned_link> pinned_link::pin(link& made, std::string path) {
  LINCHPIN_CHECK(made->pin(path));
  return pinned_link{std::move(made), std::move(path)};
}

inline result<pinned_link> pinned_link::open(std::string path) {
  LINCHPIN_TRY(auto opened, open_link(path));
  return pinned_link{std::move(opened), std::move(path)};
}

inline result<link> pinned_link::unpin() && {
  if (!link_) return error{errc::invalid_argument, "unpin"}.found(detail::found_no_descriptor);
  LINCHPIN_TRY(const auto there, open_link(path_));
  LINCHPIN_TRY(const auto found, there->info());
  LINCHPIN_TRY(const auto held, link_->info());
  if (found.id != held.id) {
    return error{errc::conflict, "unpin", path_}
        .expected(detail::composed({"link ", held.id.value}))
        .found(detail::composed({"link ", found.id.value}))
        .advice("leave that pin to who made it: the link that is held has lost its own");
  }
  if (::unlink(path_.c_str()) == 0) return std::move(link_);
  return error::from_errno(errno, "unpin", path_);
}

inline result<link> create_link(const link_request& request) {
  if (request.what.expected_attach_type != request.attach_type) {
    LINCHPIN_CHECK(detail::check_attach_type(request.what, request.attach_type, "create link",
                                             detail::link_parts::target_text(request)));
  }
  const int got = detail::link_parts::make_link(request, request.what.program.fd());
  if (got >= 0) return link::adopt(unique_fd::adopt(got));
  return detail::link_parts::not_created(-got, request);
}

inline result<link> attach_xdp(const typed_program& what, ifindex device, xdp_mode mode) {
  return create_link(
      {what, device.value, uapi::attach_type::xdp, static_cast<std::uint32_t>(mode), 0, {}});
}

inline result<link> attach_tcx(const typed_program& what, ifindex device,
                               uapi::attach_type direction) {
  return create_link({what, device.value, direction, 0, 0, {}});
}

inline result<link> attach_cgroup(const typed_program& what, fd_ref cgroup,
                                  uapi::attach_type type) {
  return create_link({what, detail::number(cgroup), type, 0, 0, {}});
}

inline result<link> attach_netns(const typed_program& what, fd_ref netns, uapi::attach_type type) {
  return create_link({what, detail::number(netns), type, 0, 0, {}});
}

inline result<link> attach_struct_ops(map_ref map) {
  const link_request request{{}, 0, uapi::attach_type::struct_ops, 0, 0, {}};
  const int got = detail::link_parts::make_link(request, map.fd());
  if (got >= 0) return link::adopt(unique_fd::adopt(got));
  const auto info = map.info();
  return error::from_errno(-got, "create link",
                           detail::composed({"struct_ops map ", info ? info->name : "?"}))
      .advice(errno_hint(-got, bpf_request::create_link));
}

inline result<link> open_link(const std::string& pin_path) {
  LINCHPIN_TRY(auto fd, detail::open_pinned(pin_path, detail::object_kind::link));
  return link::adopt(std::move(fd));
}

inline result<link> open_link(link_id id) {
  LINCHPIN_TRY(auto fd, detail::open_by_id(id.value, detail::object_kind::link));
  return link::adopt(std::move(fd));
}

inline result<std::vector<link_id>> list_links() {
  std::vector<link_id> ids;
  detail::id_arguments from;
  for (;;) {
    const int got = detail::sys_bpf(BPF_LINK_GET_NEXT_ID, &from, sizeof from);
    if (got == -ENOENT) return ids;
    if (got < 0) {
      return error::from_errno(-got, "list links", "all links")
          .advice(errno_hint(-got, bpf_request::open_id));
    }
    ids.push_back({from.next});
    from = {from.next, 0, 0};
  }
}

}  // namespace linchpin
