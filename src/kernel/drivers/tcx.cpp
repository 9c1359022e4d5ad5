// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "core/try.hpp"
#include "kernel/drivers/chain_query.hpp"
#include "kernel/drivers/link_driver.hpp"
#include "kernel/drivers/scratch.hpp"
#include "kernel/drivers/table.hpp"
#include "kernel/kernel_error.hpp"
#include "kernel/targets.hpp"

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

// Links in the chain of an interface and a direction, kept in order by anchors
// and a revision.
class tcx_link_driver final : public link_driver {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "tcx link"; }
  [[nodiscard]] target_kind target() const noexcept override { return target_kind::interface; }
  [[nodiscard]] bool knows(uapi::attach_type type) const noexcept override {
    return type == uapi::attach_type::tcx_ingress || type == uapi::attach_type::tcx_egress;
  }

  [[nodiscard]] answer probe() const override {
    query_arguments arguments;
    arguments.target = loopback;
    arguments.attach_type = static_cast<std::uint32_t>(uapi::attach_type::tcx_ingress);
    if (bpf_call(BPF_PROG_QUERY, arguments) == 0) return answer::yes();
    switch (errno) {
      case ENOSPC:  // programs are there, and we gave no room for their ids
        return answer::yes();
      case EINVAL:
        return answer::no("tcx: BPF_PROG_QUERY does not know the attach type (EINVAL)");
      default:
        return unknown_after("query tcx_ingress of the loopback", errno);
    }
  }

  [[nodiscard]] result<hook_place> open(std::string_view operation,
                                        const attach_point& at) const override {
    LINCHPIN_TRY(const std::uint32_t index, interface_of(operation, hook_text(at), at));
    return hook_place{{}, index};
  }

  [[nodiscard]] result<driven_attachment> attach(const hook_place& place,
                                                 const attach_request& request) const override {
    if (request.facts.tcx.is_no()) {
      return error{errc::unsupported, attaching, attach_subject(request)}.found(
          request.facts.tcx.reason());
    }
    auto arguments = link_arguments(place, request);
    enter_anchor(request.where, arguments);
    auto link = unique_fd::adopt(bpf_call(BPF_LINK_CREATE, arguments));
    if (link) return attachment_of(std::move(link));
    return not_attached(errno, place, request);
  }

  [[nodiscard]] result<chain> query(const hook_place& place,
                                    const attach_point& at) const override {
    LINCHPIN_TRY(auto found, query_bpf_chain(place, at));
    found.tells_links = true;
    return found;
  }

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
  [[nodiscard]] std::string_view target_word() const noexcept override { return "interface"; }

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
        // Also the word for an anchor that is a link of another kind: ids are
        // used again.
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

}  // namespace

const hook_driver& tcx_driver() noexcept {
  static const tcx_link_driver driver;
  return driver;
}

}  // namespace linchpin::detail
