// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "core/try.hpp"
#include "kernel/drivers/link_driver.hpp"
#include "kernel/drivers/scratch.hpp"
#include "kernel/drivers/table.hpp"
#include "kernel/drivers/xdp_query.hpp"
#include "kernel/drivers/xdp_taken.hpp"
#include "kernel/kernel_error.hpp"
#include "kernel/targets.hpp"

#include <cerrno>

#include <linux/if_link.h>
#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

enum class xdp_mode { native, generic };

// Whether it is an XDP program that is not bound to a device. For what it was
// loaded the kernel does not say.
bool is_plain_xdp(int program) noexcept {
  bpf_prog_info info{};
  info_arguments arguments{fd_argument(program), sizeof info, address(&info)};
  return bpf_call(BPF_OBJ_GET_INFO_BY_FD, arguments) == 0 && info.type == BPF_PROG_TYPE_XDP &&
         info.ifindex == 0;
}

// The one link of an interface. Both modes take the same place.
class xdp_link_driver final : public link_driver {
 public:
  explicit xdp_link_driver(xdp_mode mode) noexcept : mode_(mode) {}

  [[nodiscard]] std::string_view name() const noexcept override {
    return mode_ == xdp_mode::native ? "xdp native" : "xdp generic";
  }
  [[nodiscard]] target_kind target() const noexcept override { return target_kind::interface; }
  [[nodiscard]] bool knows(uapi::attach_type type) const noexcept override {
    return type == uapi::attach_type::xdp;
  }

  // A kernel with XDP links looks at the device and finds that the loopback
  // cannot offload programs (EOPNOTSUPP), or is taken (EBUSY, EEXIST); a kernel
  // without them does not look (EINVAL).
  [[nodiscard]] answer probe() const override {
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

  [[nodiscard]] result<hook_place> open(std::string_view operation,
                                        const attach_point& at) const override {
    LINCHPIN_TRY(const std::uint32_t index, interface_of(operation, hook_text(at), at));
    return hook_place{{}, index};
  }

  [[nodiscard]] result<driven_attachment> attach(const hook_place& place,
                                                 const attach_request& request) const override {
    if (is_relative(request.where)) {
      return no_order(request, "XDP takes one program for each interface");
    }
    auto arguments = link_arguments(place, request);
    arguments.flags = mode_ == xdp_mode::native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE;
    int cause = 0;
    xdp_patience patience{place.number};
    do {
      auto link = unique_fd::adopt(bpf_call(BPF_LINK_CREATE, arguments));
      if (link) return attachment_of(std::move(link));
      cause = errno;
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
  [[nodiscard]] std::string_view target_word() const noexcept override { return "interface"; }

  [[nodiscard]] error not_attached(int cause, const hook_place& place,
                                   const attach_request& request, const std::string& holder) const {
    auto made = explain(cause, attaching, attach_subject(request));
    switch (cause) {
      case EBUSY:
        if (!interface_exists(place.number)) return gone(std::move(made));
        return std::move(made).found(holder);
      case EINVAL:
        if (!interface_exists(place.number)) return gone(std::move(made));
        if (mode_ == xdp_mode::native && is_plain_xdp(request.program)) {
          return refused_by_driver(std::move(made), place.number)
              .advice(
                  "lower the MTU, or allow generic XDP; a program for a "
                  "devmap or cpumap, which no "
                  "interface takes, also gives EINVAL");
        }
        return std::move(made)
            .expected(
                "an XDP program loaded with the attach type xdp, on a "
                "device that takes it")
            .advice(
                "a program for a devmap or cpumap, and one that is bound to "
                "another device, also "
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

  // What is left when the program is all right: the driver does not want it,
  // mostly for the MTU. bpf(2) has no words for the reason.
  [[nodiscard]] static error refused_by_driver(error made, std::uint32_t interface) {
    const auto mtu = interface_mtu(interface);
    return std::move(made)
        .as(errc::unsupported)
        .expected("an interface whose driver takes native XDP as it is set up")
        .found(mtu ? fmt::format("a refusal by the driver, at an MTU of {}", *mtu)
                   : std::string{"a refusal by the driver"})
        .advice(
            "lower the MTU (of a veth, that of its peer), or allow generic "
            "XDP for this interface");
  }

  xdp_mode mode_;
};

}  // namespace

const hook_driver& xdp_native_driver() noexcept {
  static const xdp_link_driver driver{xdp_mode::native};
  return driver;
}

const hook_driver& xdp_generic_driver() noexcept {
  static const xdp_link_driver driver{xdp_mode::generic};
  return driver;
}

}  // namespace linchpin::detail
