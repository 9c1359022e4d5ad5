// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/cgroup/sole_program.hpp>
#include <linchpin/hook/cgroup/target.hpp>
#include <linchpin/hook/driver/chain_query.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/link_driver.hpp>
#include <linchpin/hook/driver/scratch.hpp>

#include <linchpin/core/detail/try.hpp>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

// Links of a cgroup v2 directory. A kernel that was seen to honour an order (6.17) puts a link
// where it is asked to; other kernels append it.
class cgroup_link_driver final : public link_driver {
 public:
  using link_driver::link_driver;

  [[nodiscard]] mechanism_facts probe() const override {
    const auto probe = [](std::uint32_t flags, std::string_view what) {
      return probe_link(BPF_PROG_TYPE_CGROUP_SKB, "cgroup_skb",
                        uapi::attach_type::cgroup_inet_egress, flags, what);
    };
    return {traits().how, probe(0, "cgroup links"), probe(flag_before, "ordered cgroup links")};
  }

  [[nodiscard]] result<std::optional<target_identity>> resolve(
      target_lookup& shared, const std::string& name) const override {
    return resolve_cgroup(shared, name);
  }

  [[nodiscard]] result<hook_place> open(std::string_view operation,
                                        const attach_point& at) const override {
    LINCHPIN_TRY(auto directory, open_cgroup(operation, hook_text(at), at));
    const std::uint32_t number = fd_argument(directory.native());
    return hook_place{std::move(directory), number};
  }

  [[nodiscard]] result<driven_attachment> attach(const hook_place& place,
                                                 const attach_request& request) const override {
    const auto& order = request.facts.of(traits().how).ordered;
    const bool ordered = order.is_yes();
    if (!ordered && (is_relative(request.where) || request.where.kind == anchor_kind::first)) {
      return no_order(request, order.reason());
    }
    auto asked = link_of(place, request);
    // A kernel without order appends every link, and silently ignores an expected revision.
    if (ordered) enter_anchor(request.where, asked);
    auto made = create_link(asked);
    if (made) return attachment_of(std::move(*made));
    return not_attached(made.error().os_error(), place, request);
  }

  [[nodiscard]] result<chain> query(const hook_place& place,
                                    const attach_point& at) const override {
    return query_bpf_chain(place, at);
  }

  [[nodiscard]] result<std::optional<sole_program>> find_sole_program(
      const hook_place& place, const attach_point& at) const override {
    return detail::find_sole_program(place, at);
  }

  [[nodiscard]] error explain(int cause, std::string_view operation,
                              std::string_view subject) const override {
    auto made = link_driver::explain(cause, operation, subject);
    switch (cause) {
      case ENOENT:
        return std::move(made).as(errc::not_found).found("the cgroup is gone");
      case E2BIG:
        return std::move(made)
            .as(errc::full)
            .found("as many programs as the kernel allows there")
            .advice("put several programs of one component behind one link");
      default:
        return made;
    }
  }

 private:
  [[nodiscard]] error not_attached(int cause, const hook_place& place,
                                   const attach_request& request) const {
    auto made = explain(cause, attaching, attach_subject(request));
    switch (cause) {
      case ESTALE:
        return stale_revision(std::move(made), request.where);
      case ENOENT:
        // The kernel says this for a removed cgroup and for a missing anchor.
        if (!is_relative(request.where) || is_removed(place, request.at)) return made;
        return missing_anchor(std::move(made), *this, request.where);
      case E2BIG:
        return std::move(made).found(full_text(place, request.at));
      case EINVAL:
        return std::move(made)
            .expected(fmt::format("a program loaded for {}", attach_type_text(request.at.type)))
            .advice("compare the program's section name with the hook");
      case EPERM:
        return forbidden(std::move(made), place, request.at);
      default:
        return made;
    }
  }

  [[nodiscard]] static error forbidden(error made, const hook_place& place,
                                       const attach_point& at) {
    const auto sole = detail::find_sole_program(place, at);
    if (sole && *sole) {
      return std::move(made)
          .as(errc::busy)
          .found(fmt::format("{} at {}, attached without BPF_F_ALLOW_MULTI",
                             program_text((*sole)->program.program), (*sole)->cgroup))
          .advice("ask its owner to attach it with BPF_F_ALLOW_MULTI");
    }
    if (sole) return made;
    return std::move(made)
        .found(
            "EPERM: no privilege, or a program here or above that was attached without "
            "BPF_F_ALLOW_MULTI and so keeps others out")
        .advice("bpftool cgroup tree; the process needs CAP_BPF and CAP_NET_ADMIN");
  }

  // The descriptor of a directory stays open when its cgroup is removed.
  [[nodiscard]] static bool is_removed(const hook_place& place, const attach_point& at) {
    const auto found = query_bpf_chain(place, at);
    return !found && found.error().is(errc::not_found);
  }
};

template <class Visit>
void for_each_driver(hook::cgroup_room, Visit&& visit) {
  static const cgroup_link_driver link{hook::cgroup_room::mechanisms[0]};
  visit(link);
}

}  // namespace linchpin::detail
