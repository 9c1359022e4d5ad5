// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/chain_query.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/link_driver.hpp>
#include <linchpin/hook/driver/scratch.hpp>
#include <linchpin/hook/sockmap.hpp>

#include <linchpin/core/detail/try.hpp>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

// Links of a sockmap or sockhash: one program for each map and attach type. The kernel reports the
// program of a map, and not its link.
class sockmap_driver final : public link_driver {
 public:
  using link_driver::link_driver;

  [[nodiscard]] mechanism_facts probe() const override {
    auto links = probe_link(BPF_PROG_TYPE_SK_MSG, "sk_msg", uapi::attach_type::sk_msg_verdict, 0,
                            "sockmap links");
    return {traits().how, std::move(links), answer::no("a sockmap takes one program")};
  }

  // The name is that of a map in a component's object. The kernel does not know it.
  [[nodiscard]] result<std::optional<target_identity>> resolve(target_lookup&,
                                                               const std::string&) const override {
    return std::optional<target_identity>{};
  }

  [[nodiscard]] result<hook_place> open(std::string_view operation,
                                        const attach_point& at) const override {
    hook_place place;
    int map = at.map.number;
    if (!at.map) {
      place.open =
          unique_fd::adopt(open_id(static_cast<std::uint32_t>(at.identity.id), object_kind::map));
      if (!place.open) return not_opened(errno, operation, at);
      map = place.open.native();
    }
    LINCHPIN_TRY(const auto info, map_at(map).info());
    if (at.identity.id != 0 && info.id.value != at.identity.id) {
      return other_identity(operation, hook_text(at), at.identity.id, info.id.value);
    }
    if (!hook::sockmap_traits.takes(info.type)) {
      return error{errc::wrong_type, operation, hook_text(at)}
          .expected("a sockmap or sockhash")
          .found(fmt::format("map {} ({}) of type {}", info.id.value, info.name,
                             static_cast<unsigned>(info.type)));
    }
    place.number = fd_argument(map);
    return place;
  }

  [[nodiscard]] result<driven_attachment> attach(const hook_place& place,
                                                 const attach_request& request) const override {
    if (is_relative(request.where)) return no_order(request, "a sockmap takes one program");
    // The kernel puts a link over a program of BPF_PROG_ATTACH, which would be gone then.
    LINCHPIN_TRY(const auto there, query_bpf_chain(place, request.at));
    if (!there.entries.empty()) return taken(EBUSY, place, request);
    auto made = create_link(link_of(place, request));
    if (made) return attachment_of(std::move(*made));
    return not_attached(made.error().os_error(), place, request);
  }

  [[nodiscard]] result<chain> query(const hook_place& place,
                                    const attach_point& at) const override {
    return query_bpf_chain(place, at);
  }

 private:
  [[nodiscard]] static error not_opened(int cause, std::string_view operation,
                                        const attach_point& at) {
    auto made = kernel_error(cause, operation, hook_text(at));
    if (cause == ENOENT) {
      return std::move(made).found(fmt::format("no map of id {} any more", at.identity.id));
    }
    return std::move(made).advice("hold the map open, or grant CAP_SYS_ADMIN to open it by its id");
  }

  [[nodiscard]] error taken(int cause, const hook_place& place,
                            const attach_request& request) const {
    return explain(cause, attaching, attach_subject(request))
        .found(full_text(place, request.at))
        .advice("find its owner; nothing of others is ever replaced");
  }

  [[nodiscard]] error not_attached(int cause, const hook_place& place,
                                   const attach_request& request) const {
    auto made = explain(cause, attaching, attach_subject(request));
    switch (cause) {
      case EBUSY:
        return taken(cause, place, request);
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
void for_each_driver(hook::sockmap_room, Visit&& visit) {
  static const sockmap_driver link{hook::sockmap_room::mechanisms[0]};
  visit(link);
}

}  // namespace linchpin::detail
