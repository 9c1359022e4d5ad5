// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/hook/driver/interface_target.hpp>
#include <linchpin/hook/driver/kernel_error.hpp>
#include <linchpin/hook/driver/link_driver.hpp>
#include <linchpin/hook/driver/scratch.hpp>
#include <linchpin/hook/xdp.hpp>
#include <linchpin/hook/xdp/query.hpp>
#include <linchpin/hook/xdp/taken.hpp>

#include <linchpin/core/detail/try.hpp>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <linux/if_link.h>
#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

// Whether a program is an XDP program that is not bound to a device. The kernel does not report for
// what an XDP program was loaded.
inline bool is_plain_xdp(program_ref program) {
  const auto info = program.info();
  return info && info->type == uapi::program_type::xdp && info->device == ifindex{};
}

// The one XDP link of an interface. Native and generic mode take the same place.
class xdp_link_driver final : public on_interface<link_driver> {
 public:
  using on_interface::on_interface;

  [[nodiscard]] mechanism_facts probe() const override {
    return {traits().how, probe_links(), answer::no("XDP takes one program for each interface")};
  }

  [[nodiscard]] result<driven_attachment> attach(const hook_place& place,
                                                 const attach_request& request) const override {
    if (is_relative(request.where)) {
      return no_order(request, "XDP takes one program for each interface");
    }
    auto asked = link_of(place, request);
    asked.flags = is_native() ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
    int cause = 0;
    xdp_patience patience{place.number};
    do {
      auto made = create_link(asked);
      if (made) return attachment_of(std::move(*made));
      cause = made.error().os_error();
    } while (cause == EBUSY && patience.until_free());
    return not_attached(cause, place, request, patience.holder());
  }

  [[nodiscard]] result<chain> query(const hook_place& place,
                                    const attach_point& at) const override {
    auto programs = query_xdp(place.number);
    if (!programs) return std::move(programs).error().about(hook_text(at));
    chain found;
    for (const program_id id : *programs) {
      chain_entry entry;
      entry.program = id;
      found.entries.push_back(entry);
    }
    return found;
  }

  [[nodiscard]] error explain(int cause, std::string_view operation,
                              std::string_view subject) const override {
    auto made = link_driver::explain(cause, operation, subject);
    switch (cause) {
      case EBUSY:
        return std::move(made).expected("an interface without an XDP program");
      case EEXIST:
        return std::move(made)
            .as(errc::busy)
            .expected("an interface without an XDP program")
            .found("one in the other mode, native or generic");
      case ENOSPC:
        return std::move(made)
            .as(errc::unsupported)
            .found("fewer queues than native XDP needs on this driver")
            .advice("give the interface more queues, or allow generic XDP for it");
      case ERANGE:
        return std::move(made)
            .as(errc::unsupported)
            .found("an MTU that is too large for native XDP")
            .advice("lower the MTU, or allow generic XDP for this interface");
      case EOPNOTSUPP:
        return std::move(made)
            .found("a driver without native XDP")
            .advice("allow generic XDP for this interface");
      default:
        return made;
    }
  }

 private:
  [[nodiscard]] bool is_native() const noexcept { return traits().how == hook::xdp_native; }

  // A kernel with XDP links looks at the device, and says that the loopback cannot offload programs
  // (EOPNOTSUPP) or is taken (EBUSY, EEXIST). A kernel without them does not look (EINVAL).
  [[nodiscard]] static answer probe_links() {
    const auto program = load_scratch(BPF_PROG_TYPE_XDP, uapi::attach_type::xdp, XDP_PASS);
    if (!program) return not_loaded("xdp", errno);
    switch (const int cause =
                try_link(program, uapi::attach_type::xdp, loopback, XDP_FLAGS_HW_MODE)) {
      case 0:
      case EOPNOTSUPP:
      case EBUSY:
      case EEXIST:
        return answer::yes();
      case EINVAL:
        return answer::no("XDP links: BPF_LINK_CREATE says EINVAL");
      default:
        return unknown_after("create an XDP link", cause);
    }
  }

  [[nodiscard]] error not_attached(int cause, const hook_place& place,
                                   const attach_request& request, const std::string& holder) const {
    auto made = explain(cause, attaching, attach_subject(request));
    switch (cause) {
      case EBUSY:
        if (!interface_exists(place.number)) return gone(std::move(made));
        return std::move(made).found(holder);
      case EINVAL:
        if (!interface_exists(place.number)) return gone(std::move(made));
        if (is_native() && is_plain_xdp(program_at(request.program))) {
          return refused_by_driver(std::move(made), place.number)
              .advice(
                  "lower the MTU, or allow generic XDP; a program for a devmap or cpumap, which no "
                  "interface takes, also gives EINVAL");
        }
        return std::move(made)
            .expected("an XDP program loaded with the attach type xdp, on a device that takes it")
            .advice(
                "a program for a devmap or cpumap, and one that is bound to another device, also "
                "give EINVAL");
      case ERANGE:
        return refused_by_driver(std::move(made), place.number);
      default:
        return made;
    }
  }

  [[nodiscard]] static error gone(error made) {
    return std::move(made).as(errc::not_found).found("the interface is gone");
  }

  // The program is right, so that the driver refuses it, mostly because of the MTU. bpf(2) does not
  // report the reason.
  [[nodiscard]] static error refused_by_driver(error made, std::uint32_t interface) {
    const auto mtu = interface_mtu(interface);
    return std::move(made)
        .as(errc::unsupported)
        .expected("an interface whose driver takes native XDP as it is set up")
        .found(mtu ? fmt::format("a refusal by the driver, at an MTU of {}", *mtu)
                   : std::string{"a refusal by the driver"})
        .advice(
            "lower the MTU (of a veth, that of its peer), or allow generic XDP for this "
            "interface");
  }
};

template <class Visit>
void for_each_driver(hook::xdp_room, Visit&& visit) {
  static const xdp_link_driver native{hook::xdp_room::mechanisms[0]};
  static const xdp_link_driver generic{hook::xdp_room::mechanisms[1]};
  visit(native);
  visit(generic);
}

}  // namespace linchpin::detail
