// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/chain_query.hpp>
#include <linchpin/hook/driver/interface_target.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/link_driver.hpp>
#include <linchpin/hook/driver/scratch.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/hook/tcx/clsact_driver.hpp>

#include <linchpin/core/detail/try.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

// Links in the chain of an interface and a direction. Anchors and an expected revision give a link
// its place.
class tcx_link_driver final : public on_interface<link_driver> {
 public:
  using on_interface::on_interface;

  [[nodiscard]] mechanism_facts probe() const override {
    auto known = probe_chain();
    return {traits().how, known, known};
  }

  [[nodiscard]] result<driven_attachment> attach(const hook_place& place,
                                                 const attach_request& request) const override {
    if (const auto& known = request.facts.of(traits().how).available; known.is_no()) {
      return error{errc::unsupported, attaching, attach_subject(request)}.found(known.reason());
    }
    auto asked = link_of(place, request);
    enter_anchor(request.where, asked);
    auto made = create_link(asked);
    if (made) return attachment_of(std::move(*made));
    return not_attached(made.error().os_error(), place, request);
  }

  [[nodiscard]] result<chain> query(const hook_place& place,
                                    const attach_point& at) const override {
    LINCHPIN_TRY(auto found, query_bpf_chain(place, at));
    found.tells_links = true;
    return found;
  }

  [[nodiscard]] int full_errno() const noexcept override { return ERANGE; }

  [[nodiscard]] error explain(int cause, std::string_view operation,
                              std::string_view subject) const override {
    auto made = link_driver::explain(cause, operation, subject);
    if (cause != ERANGE) return made;
    return std::move(made)
        .as(errc::full)
        .found("as many programs as the kernel allows there")
        .advice("put several programs of one component behind one link");
  }

 private:
  [[nodiscard]] static answer probe_chain() {
    query_arguments arguments;
    arguments.target = loopback;
    arguments.attach_type = static_cast<std::uint32_t>(uapi::attach_type::tcx_ingress);
    if (bpf_call(BPF_PROG_QUERY, arguments) == 0) return answer::yes();
    switch (errno) {
      case ENOSPC:  // there are programs, and the query has no room for their ids
        return answer::yes();
      case EINVAL:
        return answer::no("tcx: BPF_PROG_QUERY does not know the attach type (EINVAL)");
      default:
        return unknown_after("query tcx_ingress of the loopback", errno);
    }
  }

  [[nodiscard]] error not_attached(int cause, const hook_place& place,
                                   const attach_request& request) const {
    auto made = explain(cause, attaching, attach_subject(request));
    switch (cause) {
      case ESTALE:
        return stale_revision(std::move(made), request.where);
      case ENOENT:
        return missing_anchor(std::move(made), *this, request.where);
      case ERANGE:
        return std::move(made).found(full_text(place, request.at));
      case EINVAL:
        // The kernel also says this when the anchor's id belongs to a link of another kind, since
        // ids are used again.
        if (is_relative(request.where) && !stands_there(place, request)) {
          return missing_anchor(std::move(made), *this, request.where);
        }
        return std::move(made)
            .expected(fmt::format("a program loaded for {}", attach_type_text(request.at.type)))
            .advice("compare the program's section name with the hook");
      default:
        return made;
    }
  }

  // Whether the anchor is in the chain; true where the chain cannot be read.
  [[nodiscard]] static bool stands_there(const hook_place& place, const attach_request& request) {
    const auto found = query_bpf_chain(place, request.at);
    if (!found) return true;
    const auto& wanted = request.where.relative_to;
    return std::any_of(
        found->entries.begin(), found->entries.end(), [&wanted](const chain_entry& entry) {
          return wanted.link ? entry.link == wanted.link : entry.program == wanted.program;
        });
  }
};

template <class Visit>
void for_each_driver(hook::tcx_room, Visit&& visit) {
  static const tcx_link_driver link{hook::tcx_room::mechanisms[0]};
  static const clsact_filter_driver filter{hook::tcx_room::mechanisms[1]};
  visit(link);
  visit(filter);
}

}  // namespace linchpin::detail
