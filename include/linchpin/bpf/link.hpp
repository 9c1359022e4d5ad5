// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/bpf/info.hpp>
#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/owner.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/core/ids.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/core/uapi.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// Borrows a link: the attachment of a program to a target.
///
/// ownership: none; the owner must keep the descriptor open for as long as this is used.
/// threads: any number at once; the kernel orders the changes.
class link_ref {
 public:
  /// No link; every call fails.
  constexpr link_ref() noexcept = default;
  /// Borrows a descriptor. The kernel is not asked whether it is a link's.
  [[nodiscard]] static constexpr link_ref borrow(fd_ref fd) noexcept { return link_ref{fd}; }

  /// The descriptor, for calls that this class does not offer.
  [[nodiscard]] constexpr fd_ref fd() const noexcept { return fd_; }

  /// What the kernel says of the link. A link whose target is gone is no error: the answer says so
  /// by `target_gone()`.
  /// errors: wrong_type when the descriptor is not a link's.
  /// cost: 1 syscall; 1 more where the answer could be that of a map or program
  /// source: BPF_OBJ_GET_INFO_BY_FD
  [[nodiscard]] result<link_info> info() const;

  /// effects: replaces the program in one step: each packet meets the old program or the fresh one,
  ///   never both or none. The old one may still be running on some CPU when this returns, for a
  ///   grace period.
  /// \param old the program that must be attached now; another one stays in place
  /// errors: wrong_type when the fresh program is for another attach type; conflict when another
  ///   program than the old one is attached; detached when the target is gone; invalid_argument or
  ///   unsupported for kinds of links whose program cannot be replaced.
  /// cost: 2 syscalls; 1 more for a program that was loaded for no attach type
  /// source: BPF_LINK_UPDATE with BPF_F_REPLACE
  [[nodiscard]] result<void> update(const typed_program& fresh, program_ref old) const;
  /// As `update`, without a comparison of attach types. The kernel itself compares them for XDP
  /// only.
  /// errors: as `update`, except that a program for another attach type is taken.
  /// cost: 1 syscall
  /// source: BPF_LINK_UPDATE with BPF_F_REPLACE
  [[nodiscard]] result<void> replace(program_ref fresh, program_ref old) const;
  /// effects: replaces the struct_ops map in one step: who asks for the algorithm from then on gets
  ///   the fresh one, and sockets that have the old one keep it.
  /// errors: conflict when another map than the old one is attached; invalid_argument for a map of
  ///   another structure or of another name inside; permission_denied.
  /// kernel: 6.4. cost: 1 syscall. source: BPF_LINK_UPDATE with BPF_F_REPLACE
  [[nodiscard]] result<void> replace(map_ref fresh, map_ref old) const;

  /// effects: ends the attachment now, whoever else holds or has pinned the link. Detaching twice
  ///   succeeds.
  /// errors: unsupported for kinds of links that cannot be detached so (tracing, perf events).
  /// kernel: 5.9. source: BPF_LINK_DETACH
  [[nodiscard]] result<void> detach() const;
  /// effects: keeps the program attached under a path in a bpffs, also when all owners are gone.
  /// errors: already_exists; invalid_argument for a name with a dot and for an empty path;
  ///   unsupported where the path is in no bpffs; not_found for a directory that is missing below
  ///   one; permission_denied.
  /// source: BPF_OBJ_PIN
  [[nodiscard]] result<void> pin(const std::string& path) const;
  /// A further owner of the same link.
  /// errors: as `unique_fd::duplicate`. cost: 1 syscall.
  [[nodiscard]] result<class link> duplicate() const;

 private:
  explicit constexpr link_ref(fd_ref fd) noexcept : fd_(fd) {}
  fd_ref fd_;
};

/// Owns a link. The program is detached with the last owner of its link, unless the link is pinned:
/// `pinned_link`.
///
/// ownership: as `owner`.
class [[nodiscard]] link : public owner<link, link_ref> {};

/// A link that is pinned: its program stays attached when this object or the whole process ends.
///
/// effects: the destructor closes the descriptor and leaves the pin.
/// ownership: move-only.
class [[nodiscard]] pinned_link {
 public:
  /// effects: pins a link and takes it over.
  /// ownership: `made` is empty after success; after an error it still owns the link.
  /// errors: as `link_ref::pin`.
  [[nodiscard]] static result<pinned_link> pin(link& made, std::string path);
  /// Opens a link that somebody has pinned, an earlier process for example.
  /// errors: not_found; wrong_type when a map or program is pinned there.
  [[nodiscard]] static result<pinned_link> open(std::string path);

  /// The link, borrowed from this owner.
  [[nodiscard]] link_ref ref() const noexcept { return link_; }
  const link_ref* operator->() const noexcept { return link_.operator->(); }
  /// Where it is pinned. Somebody else may have removed the pin.
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

  /// effects: removes the pin. The program stays attached until the returned link ends.
  /// errors: not_found when somebody else removed the pin, and conflict when another link is pinned
  ///   there: the link then ends with this object; wrong_type when a map or program is pinned there;
  ///   invalid_argument for a moved-from object.
  /// cost: 5 syscalls. Who puts another pin there between the look and the removal loses it.
  /// source: unlink(2)
  [[nodiscard]] result<link> unpin() &&;

 private:
  pinned_link(link made, std::string path) : link_(std::move(made)), path_(std::move(path)) {}
  link link_;
  std::string path_;
};

/// Where and how to attach. Numbers are as bpf(2) takes them.
///
/// ownership: borrows the program and the target's descriptor, for the call only.
/// source: BPF_LINK_CREATE
struct link_request {
  typed_program what{};
  std::uint32_t target = 0;  ///< ifindex, or the descriptor of a cgroup or netns
  uapi::attach_type attach_type{};
  std::uint32_t flags = 0;        ///< XDP_FLAGS_*, BPF_F_BEFORE, BPF_F_AFTER, BPF_F_LINK, BPF_F_ID
  std::uint32_t relative = 0;     ///< a descriptor, or an id with BPF_F_ID
  linchpin::revision expected{};  ///< what the chain's revision must be; 0 does not check
};

/// effects: attaches a program until the last owner of the returned link goes.
/// errors: wrong_type when the program is for another attach type; not_found when there is no
///   interface of that number in this network namespace; busy when another program holds
///   a hook that takes one; full when the hook takes no more programs; conflict when the chain has
///   another revision; permission_denied; unsupported, for XDP also where the MTU or the queues of the
///   device do not allow it in the driver. Each has advice for a person.
/// cost: 1 syscall. source: BPF_LINK_CREATE
[[nodiscard]] result<link> create_link(const link_request& request);

/// How an XDP program is to run. source: XDP_FLAGS_SKB_MODE, XDP_FLAGS_DRV_MODE
enum class xdp_mode : std::uint32_t { any = 0, generic = 1U << 1, native = 1U << 2 };

/// Attaches to an interface as XDP.
/// \param mode in the driver, on skbs, or in the driver where it can
/// errors: as `create_link`; unsupported for `native` where the driver has no XDP.
/// kernel: 5.9
[[nodiscard]] result<link> attach_xdp(const typed_program& what, ifindex device,
                                      xdp_mode mode = xdp_mode::any);
/// Attaches to an interface with tcx, behind the programs that are there.
/// \param direction tcx_ingress or tcx_egress
/// errors: as `create_link`. kernel: 6.6.
[[nodiscard]] result<link> attach_tcx(const typed_program& what, ifindex device,
                                      uapi::attach_type direction);
/// Attaches to a cgroup, together with the programs that are there.
/// \param cgroup an open cgroup v2 directory
/// errors: as `create_link`. kernel: 5.7.
[[nodiscard]] result<link> attach_cgroup(const typed_program& what, fd_ref cgroup,
                                         uapi::attach_type type);
/// Attaches to a network namespace.
/// \param netns an open file of the namespace: /proc/self/ns/net, /run/netns/blue
/// \param type flow_dissector or sk_lookup
/// errors: as `create_link`. kernel: 5.8 for flow_dissector, 5.9 for sk_lookup.
[[nodiscard]] result<link> attach_netns(const typed_program& what, fd_ref netns,
                                        uapi::attach_type type);

/// Puts a struct_ops map to work: a TCP congestion control can then be chosen by its name.
/// \param map with BPF_F_LINK, its value written
/// errors: already_exists when the kernel has an algorithm of that name; invalid_argument for
///   another map; permission_denied. kernel: 6.4.
/// source: BPF_LINK_CREATE
[[nodiscard]] result<link> attach_struct_ops(map_ref map);

/// Opens a link that is pinned.
/// \param pin_path a path in a bpffs
/// errors: not_found; wrong_type when a map or program is pinned there; invalid_argument for an empty path;
///   permission_denied.
/// source: BPF_OBJ_GET
[[nodiscard]] result<link> open_link(const std::string& pin_path);
/// Opens a link by its number.
/// errors: not_found when no link has the number any more; permission_denied.
/// kernel: 5.8; CAP_SYS_ADMIN. source: BPF_LINK_GET_FD_BY_ID
[[nodiscard]] result<link> open_link(link_id id);
/// The numbers of all links of the machine, ascending. Some may end before they are looked at.
/// errors: permission_denied. kernel: 5.8; CAP_SYS_ADMIN. cost: 1 syscall for each link, and 1
/// source: BPF_LINK_GET_NEXT_ID
[[nodiscard]] result<std::vector<link_id>> list_links();

}  // namespace linchpin

#include <linchpin/bpf/detail/link.hpp>
