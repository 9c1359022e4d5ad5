// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/chain_query.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/link_driver.hpp>
#include <linchpin/hook/driver/scratch.hpp>
#include <linchpin/hook/netns.hpp>
#include <linchpin/hook/netns/target.hpp>

#include <linchpin/core/detail/try.hpp>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

// Links of a network namespace: any number of sk_lookup programs in attach order, one flow
// dissector. An open netns file keeps its namespace, so that it cannot go away between opening and
// attaching.
class netns_link_driver final : public link_driver {
 public:
  using link_driver::link_driver;

  [[nodiscard]] mechanism_facts probe() const override {
    return {traits().how, probe_links(), answer::no("a netns appends")};
  }

  [[nodiscard]] result<std::optional<target_identity>> resolve(
      target_lookup& shared, const std::string& name) const override {
    return resolve_netns(shared, name);
  }

  [[nodiscard]] result<hook_place> open(std::string_view operation,
                                        const attach_point& at) const override {
    LINCHPIN_TRY(auto file, open_netns(operation, hook_text(at), at));
    const std::uint32_t number = fd_argument(file.native());
    return hook_place{std::move(file), number};
  }

  [[nodiscard]] result<driven_attachment> attach(const hook_place& place,
                                                 const attach_request& request) const override {
    if (is_relative(request.where) || request.where.kind == anchor_kind::first) {
      return no_order(request, "a netns appends");
    }
    auto made = create_link(link_of(place, request));
    if (made) return attachment_of(std::move(*made));
    return not_attached(made.error().os_error(), place, request);
  }

  [[nodiscard]] result<chain> query(const hook_place& place,
                                    const attach_point& at) const override {
    return query_bpf_chain(place, at);
  }

  [[nodiscard]] error explain(int cause, std::string_view operation,
                              std::string_view subject) const override {
    auto made = link_driver::explain(cause, operation, subject);
    if (cause != E2BIG) return made;
    return std::move(made).as(errc::full).found("as many programs as the kernel allows there");
  }

 private:
  static constexpr auto dissector = uapi::attach_type::flow_dissector;
  static constexpr auto lookup = uapi::attach_type::sk_lookup;

  [[nodiscard]] static answer probe_links() {
    auto links = probe_link(BPF_PROG_TYPE_SK_LOOKUP, "sk_lookup", lookup, 0, "sk_lookup links");
    if (!links.is_yes()) return links;
    return probe_link(BPF_PROG_TYPE_FLOW_DISSECTOR, "flow_dissector", dissector, 0,
                      "flow_dissector links");
  }

  [[nodiscard]] error not_attached(int cause, const hook_place& place,
                                   const attach_request& request) const {
    auto made = explain(cause, attaching, attach_subject(request));
    switch (cause) {
      case E2BIG:
      case EEXIST:
        if (request.at.type == dissector) {
          return std::move(made)
              .as(errc::busy)
              .found("another flow dissector in this netns or in the first one");
        }
        return std::move(made).found(full_text(place, request.at));
      case EINVAL:
        return std::move(made)
            .expected(fmt::format("a program loaded for {}", attach_type_text(request.at.type)))
            .advice("compare the program's section name with the hook");
      default:
        return made;
    }
  }
};

template <class Visit>
void for_each_driver(hook::netns_room, Visit&& visit) {
  static const netns_link_driver link{hook::netns_room::mechanisms[0]};
  visit(link);
}

}  // namespace linchpin::detail
