// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/attach_type.hpp>
#include <linchpin/bpf/detail/pin.hpp>
#include <linchpin/bpf/detail/syscall.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/link.hpp>
#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/detail/is_one_of.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>

#include <array>
#include <cerrno>
#include <optional>

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

inline std::string name_of_program(program_ref of) {
  const auto info = of.info();
  return info ? detail::composed({"program ", info->name, " (id ", info->id.value, ")"})
              : "the program";
}

inline bool is_on_interface(uapi::attach_type type) noexcept {
  using enum uapi::attach_type;
  return detail::is_one_of(type, {xdp, tcx_ingress, tcx_egress, netkit_primary, netkit_peer});
}

// "interface 3, tcx_ingress"
inline std::string target_text(const link_request& request) {
  return detail::composed({is_on_interface(request.attach_type) ? "interface " : "descriptor ",
                           request.target, ", ", name_of(request.attach_type)});
}

// XDP answers EINVAL, tcx and netkit ENODEV where the interface is not there.
inline bool lacks_interface(const link_request& request, int errno_value) noexcept {
  if (errno_value != EINVAL && errno_value != ENODEV) return false;
  if (!is_on_interface(request.attach_type)) return false;
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

}  // namespace detail::link_parts

namespace detail {

// The only functions that create, update and detach links.
// returns: a descriptor or 0; a negated errno on failure, which stands in errno too
inline int make_link(link_create_arguments& arguments) noexcept {
  return sys_bpf(BPF_LINK_CREATE, &arguments, sizeof arguments);
}
inline int exchange_program(fd_ref link, fd_ref fresh, fd_ref old) noexcept {
  link_update_arguments arguments{number(link), number(fresh), flag_replace, number(old)};
  return sys_bpf(BPF_LINK_UPDATE, &arguments, sizeof arguments);
}
inline int end_link(fd_ref link) noexcept {
  link_detach_arguments arguments{number(link)};
  return sys_bpf(BPF_LINK_DETACH, &arguments, sizeof arguments);
}

/// After an update that failed with EPERM: which program the link runs, if it is not the one that
/// the update was to replace. The kernel says EPERM for that, and also for a missing privilege.
/// returns: nothing where a privilege is missing, or where the kernel does not describe the two
inline std::optional<program_id> other_than_expected(fd_ref link, fd_ref old) {
  const auto now = link_ref::borrow(link).info();
  const auto named = program_ref::borrow(old).info();
  if (!now || !named || named->id == now->program) return std::nullopt;
  return now->program;
}

}  // namespace detail

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
  switch (info.type) {
    case uapi::link_type::cgroup:
      info.target = record.at.cgroup.id;
      info.attach_type = uapi::attach_type{record.at.cgroup.attach_type};
      break;
    case uapi::link_type::netns:
    case uapi::link_type::tcx:
    case uapi::link_type::netkit:
    case uapi::link_type::sockmap:
      info.target = record.at.narrow.id;
      info.attach_type = uapi::attach_type{record.at.narrow.attach_type};
      break;
    case uapi::link_type::xdp:
      info.target = record.at.narrow.id;
      break;
    case uapi::link_type::struct_ops:
      info.program = program_id{record.at.narrow.id};
      info.target = record.at.narrow.id == 0 ? 0 : 1;
      break;
    default:
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
  const int got = detail::exchange_program(fd_, fresh.program.fd(), old.fd());
  if (got >= 0) return {};
  auto failed = error::from_errno(-got, "update link", subject);
  if (got != -EPERM) return std::move(failed).advice(errno_hint(-got, bpf_request::update_link));
  const auto other = detail::other_than_expected(fd_, old.fd());
  if (!other) return std::move(failed).advice(errno_hint(EPERM, bpf_request::read_info));
  return std::move(failed)
      .as(errc::conflict)
      .expected(detail::composed({detail::link_parts::name_of_program(old), " at the hook"}))
      .found(detail::composed({"program id ", other->value}));
}

inline result<void> link_ref::detach() const {
  const int got = detail::end_link(fd_);
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
  const std::string subject = detail::link_parts::target_text(request);
  LINCHPIN_CHECK(
      detail::check_attach_type(request.what, request.attach_type, "create link", subject));
  detail::link_create_arguments arguments{detail::number(request.what.program.fd()),
                                          request.target,
                                          static_cast<std::uint32_t>(request.attach_type),
                                          request.flags,
                                          request.relative,
                                          0,
                                          request.expected.value};
  const int got = detail::make_link(arguments);
  if (got >= 0) return link::adopt(unique_fd::adopt(got));
  auto failed = error::from_errno(-got, "create link", subject);
  if (detail::link_parts::lacks_interface(request, -got)) {
    return std::move(failed)
        .as(errc::not_found)
        .found(detail::composed(
            {"no interface with number ", request.target, " in this network namespace"}));
  }
  if (request.attach_type == uapi::attach_type::xdp) {
    return detail::link_parts::xdp_error(std::move(failed), -got);
  }
  failed = std::move(failed).advice(errno_hint(-got, bpf_request::create_link));
  if (got == -ERANGE) return std::move(failed).as(errc::full);
  return failed;
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

inline result<link> open_link(const std::string& pin_path) {
  LINCHPIN_TRY(auto fd, detail::open_pinned(pin_path, detail::object_kind::link));
  return link::adopt(std::move(fd));
}

inline result<link> open_link(link_id id) {
  LINCHPIN_TRY(auto fd, detail::open_by_id(id.value, detail::object_kind::link));
  return link::adopt(std::move(fd));
}

}  // namespace linchpin
