// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/link_driver.hpp>
#include <linchpin/hook/driver/scratch.hpp>
#include <linchpin/hook/tcp_congestion.hpp>

#include <linchpin/core/detail/try.hpp>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

// Links of struct_ops maps. The map is at the place where other links have their program, in the
// arguments and in what the kernel reports of the link.
class struct_ops_driver final : public link_driver {
 public:
  using link_driver::link_driver;

  [[nodiscard]] mechanism_facts probe() const override {
    return {traits().how, probe_flag(), answer::no("algorithms have names and no order")};
  }

  [[nodiscard]] result<std::optional<target_identity>> resolve(
      target_lookup&, const std::string& name) const override {
    if (!name.empty()) return std::optional<target_identity>{};
    return std::optional{target_identity{hook::kernel_target, 1, {}}};
  }

  [[nodiscard]] result<hook_place> open(std::string_view, const attach_point&) const override {
    return hook_place{};
  }

  [[nodiscard]] result<driven_attachment> attach(const hook_place&,
                                                 const attach_request& request) const override {
    auto made = attach_struct_ops(map_at(request.program));
    if (made) return attachment_of(std::move(*made));
    return explain(made.error().os_error(), attaching, subject_of(request));
  }

  [[nodiscard]] result<void> update(const update_request& request) const override {
    unique_fd pinned;
    if (!request.pin.empty()) {
      pinned = unique_fd::adopt(open_pin(request.pin));
      if (!pinned) return unopened(errno, request);
    }
    const auto link = link_at(pinned ? pinned.native() : request.link.number);
    unique_fd by_id;
    if (!request.expected) {
      by_id = unique_fd::adopt(open_id(request.expected_id.value, object_kind::map));
      if (!by_id) return unnamed(errno, request);
    }
    const auto old = by_id ? by_id.native() : request.expected.number;
    const auto replaced = link.replace(map_at(request.program.number), map_at(old));
    if (!replaced) return explain_update(replaced.error(), request, link);
    return request.new_id ? check_holds(request, link) : result<void>{};
  }

  // Kernels before 6.11 cannot detach such a link: it ends with its last holder, which the caller
  // is.
  [[nodiscard]] result<void> detach(const attach_point& at, const attachment_id& id, int link,
                                    program_id expected) const override {
    auto ended = link_driver::detach(at, id, link, expected);
    if (ended || ended.error().os_error() != EOPNOTSUPP) return ended;
    return {};
  }

  [[nodiscard]] result<chain> query(const hook_place&, const attach_point& at) const override {
    return error{errc::unsupported, "query chain", hook_text(at)}.found(
        "a hook that no kernel lists");
  }

  [[nodiscard]] error explain(int cause, std::string_view operation,
                              std::string_view subject) const override {
    auto made = link_driver::explain(cause, operation, subject);
    switch (cause) {
      case EEXIST:
        return std::move(made)
            .found("an algorithm of this name in the kernel already")
            .advice("give it another name, or find the owner of that one");
      case EINVAL:
        return std::move(made)
            .expected(
                "a struct_ops map of tcp_congestion_ops, of the same name as the one it replaces")
            .found("another kind of map, or another name inside");
      default:
        return made;
    }
  }

 private:
  [[nodiscard]] static std::string map_text(program_id id) {
    return fmt::format("map {}", id.value);
  }

  // The map to replace is known by its id alone, and cannot be opened.
  [[nodiscard]] static error unnamed(int cause, const update_request& request) {
    if (cause != ENOENT) {
      return kernel_error(cause, updating, hook_text(request.at))
          .expected("a handle of the map to replace")
          .advice("pin the map, or grant CAP_SYS_ADMIN to open it by its id");
    }
    return error{errc::conflict, updating, hook_text(request.at)}
        .expected(map_text(request.expected_id))
        .found("no such map any more")
        .advice("observe and plan again");
  }

  [[nodiscard]] error explain_update(const error& refused, const update_request& request,
                                     link_ref link) const {
    auto made = explain(refused.os_error(), updating, hook_text(request.at));
    if (!refused.is(errc::conflict)) return made;
    const auto now = link.info();
    const auto other = now ? map_text(now->program) : std::string{refused.found()};
    return std::move(made)
        .as(errc::conflict)
        .expected(map_text(request.expected_id))
        .found(other)
        .still_running(other)
        .advice("observe and plan again");
  }

  [[nodiscard]] static result<void> check_holds(const update_request& request, link_ref link) {
    auto described = link.info();
    if (!described) return std::move(described).error().about(hook_text(request.at));
    const auto& now = *described;
    const bool same_link = !request.id.link || request.id.link == now.id;
    if (same_link && now.program == request.new_id) return {};
    return error{errc::conflict, "verify", hook_text(request.at)}
        .expected(fmt::format("link {}, {}", request.id.link.value, map_text(request.new_id)))
        .found(fmt::format("link {}, {}", now.id.value, map_text(now.program)))
        .advice("observe and plan again: somebody else changed this link");
  }

  // The same kernel brought the map flag and the links. A kernel that knows the flag goes on to
  // look for the structure, and says that there is none.
  [[nodiscard]] static answer probe_flag() {
    constexpr int not_supported = 524;  // ENOTSUPP, for which user space has no name
    bpf_map_create_opts options{};
    options.sz = sizeof options;
    options.map_flags = flag_link;
    options.btf_vmlinux_value_type_id = ~0U;
    const auto map = unique_fd::adopt(
        ::bpf_map_create(BPF_MAP_TYPE_STRUCT_OPS, "linchpin_probe", 4, 8, 1, &options));
    if (map || errno == not_supported) return answer::yes();
    if (errno == EINVAL) return answer::no("struct_ops maps with BPF_F_LINK: EINVAL");
    return unknown_after("create a struct_ops map", errno);
  }

  [[nodiscard]] static std::string subject_of(const attach_request& request) {
    const auto info = map_at(request.program).info();
    return fmt::format("{}, map {}", hook_text(request.at), info ? info->name : std::string{"?"});
  }
};

template <class Visit>
void for_each_driver(hook::tcp_congestion_room, Visit&& visit) {
  static const struct_ops_driver link{hook::tcp_congestion_room::mechanisms[0]};
  visit(link);
}

}  // namespace linchpin::detail
