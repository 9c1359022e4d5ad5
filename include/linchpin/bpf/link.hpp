// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/bpf/info.hpp>
#include <linchpin/bpf/owner.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/core/ids.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/core/uapi.hpp>

#include <cstdint>
#include <string>

namespace linchpin::inline LINCHPIN_ABI {

/// Borrows a link: the attachment of a program to a target.
class link_ref {
 public:
  constexpr link_ref() noexcept = default;
  [[nodiscard]] static constexpr link_ref borrow(fd_ref fd) noexcept { return link_ref{fd}; }

  [[nodiscard]] constexpr fd_ref fd() const noexcept { return fd_; }

  /// `target_gone()` of the answer is a state, not an error.
  /// errors: wrong_type when the descriptor is not a link's. cost: 2 syscalls.
  [[nodiscard]] result<link_info> info() const;

  /// effects: the hook runs the fresh program; no packet meets neither or both. The old one may
  ///   still be running somewhere when this returns, for a grace period.
  /// errors: wrong_type when the fresh program is for another attach type; conflict when another
  ///   than the old program is attached; target_gone; unsupported for links that cannot.
  /// cost: 5 syscalls. source: BPF_LINK_UPDATE with BPF_F_REPLACE
  [[nodiscard]] result<void> update(const typed_program& fresh, program_ref old) const;

  /// effects: ends the attachment now, whoever else holds the link. Again is success.
  /// errors: unsupported for links that cannot (tracing, perf events). source: BPF_LINK_DETACH
  [[nodiscard]] result<void> detach() const;
  /// effects: the attachment outlives the process under this bpffs path.
  /// errors: already_exists; EPERM for a name with a dot or no bpffs.
  [[nodiscard]] result<void> pin(const std::string& path) const;
  /// A further owner of the same link. cost: 1 syscall.
  [[nodiscard]] result<class link> duplicate() const;

 private:
  explicit constexpr link_ref(fd_ref fd) noexcept : fd_(fd) {}
  fd_ref fd_;
};

/// Owns a link. The attachment ends with its last owner, unless it is pinned: `pinned_link`.
class [[nodiscard]] link : public owner<link, link_ref> {};

/// A link that stays attached when its owner goes.
class [[nodiscard]] pinned_link {
 public:
  /// effects: pins, and takes the link over. errors: as `link_ref::pin`; the caller keeps the link
  ///   then.
  [[nodiscard]] static result<pinned_link> pin(link& made, std::string path);
  /// errors: not_found; wrong_type when something else is pinned there.
  [[nodiscard]] static result<pinned_link> open(std::string path);

  [[nodiscard]] link_ref ref() const noexcept { return link_; }
  const link_ref* operator->() const noexcept { return link_.operator->(); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// effects: removes the pin; the attachment ends with the returned link.
  /// errors: not_found when somebody else removed it; the attachment ends then with this object.
  [[nodiscard]] result<link> unpin() &&;

 private:
  pinned_link(link made, std::string path) : link_(std::move(made)), path_(std::move(path)) {}
  link link_;
  std::string path_;
};

/// Where and how to attach. Numbers are as bpf(2) takes them.
/// source: BPF_LINK_CREATE
struct link_request {
  typed_program what;
  std::uint32_t target = 0;  ///< ifindex, or the descriptor of a cgroup or netns
  uapi::attach_type attach_type{};
  std::uint32_t flags = 0;        ///< XDP_FLAGS_*, BPF_F_BEFORE, BPF_F_AFTER, BPF_F_LINK, BPF_F_ID
  std::uint32_t relative = 0;     ///< a descriptor, or an id with BPF_F_ID
  linchpin::revision expected{};  ///< what the chain's revision must be; 0 does not check
};

/// effects: attaches until the last owner of the link goes.
/// errors: wrong_type when the program is for another attach type; busy, full, conflict (another
///   revision), unsupported, each with what a person can do.
[[nodiscard]] result<link> create_link(const link_request& request);

/// How an XDP program is to run. source: XDP_FLAGS_SKB_MODE, XDP_FLAGS_DRV_MODE
enum class xdp_mode : std::uint32_t { any = 0, generic = 1U << 1, native = 1U << 2 };

/// kernel: 5.9
[[nodiscard]] result<link> attach_xdp(const typed_program& what, ifindex device,
                                      xdp_mode mode = xdp_mode::any);
/// kernel: 6.6. \param direction tcx_ingress or tcx_egress
[[nodiscard]] result<link> attach_tcx(const typed_program& what, ifindex device,
                                      uapi::attach_type direction);
/// kernel: 5.7
[[nodiscard]] result<link> attach_cgroup(const typed_program& what, fd_ref cgroup,
                                         uapi::attach_type type);
/// kernel: 5.8 flow_dissector, 5.9 sk_lookup
[[nodiscard]] result<link> attach_netns(const typed_program& what, fd_ref netns,
                                        uapi::attach_type type);

/// errors: not_found; wrong_type when something else is pinned there.
[[nodiscard]] result<link> open_link(const std::string& pin_path);
/// errors: not_found. kernel: CAP_SYS_ADMIN.
[[nodiscard]] result<link> open_link(link_id id);

}  // namespace linchpin

#include <linchpin/bpf/detail/link.hpp>
