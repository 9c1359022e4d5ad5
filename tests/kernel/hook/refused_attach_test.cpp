// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// Why the kernel refuses an attach, where its errno alone does not tell.
#include "../kernel/ground.hpp"

#include <linchpin/bpf/fd.hpp>
#include <linchpin/hook/families.hpp>

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

using namespace linchpin;

namespace {

void set_mtu(const char* interface, int mtu) {
  const auto socket = unique_fd::adopt(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  request.ifr_mtu = mtu;
  REQUIRE(::ioctl(socket.native(), SIOCSIFMTU, &request) == 0);
}

}  // namespace

TEST_CASE("an MTU too large for native XDP is unsupported and named, and generic XDP goes on",
          "[kernel][link]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::xdp_native).available);
  set_mtu("lpk0", 9000);
  set_mtu("lpk1", 9000);
  const auto program = live::xdp_program(kernel, "lpk_mtu");
  auto at = live::xdp_at(kernel, "lpk0");
  const auto refused = kernel.attach(at, program.ref(), {});
  REQUIRE_FALSE(refused);
  CAPTURE(refused.error().message());
  CHECK(refused.error().condition() == errc::unsupported);
  CHECK(refused.error().found().find("MTU of 9000") != std::string_view::npos);
  at.how = hook::xdp_generic;
  CHECK(kernel.attach(at, program.ref(), {}));
}

TEST_CASE("an XDP program that the driver refuses without a reason is unsupported there",
          "[kernel][link]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::xdp_native).available);
  // EINVAL, as from drivers that do not like the MTU.
  const auto program = live::program(
      kernel, BPF_PROG_TYPE_XDP, static_cast<uapi::attach_type>(BPF_XDP_CPUMAP), XDP_PASS, "lpk_c");
  auto at = live::xdp_at(kernel, "lpk0");
  const auto native = kernel.attach(at, program.ref(), {});
  REQUIRE_FALSE(native);
  CHECK(native.error().condition() == errc::unsupported);
  CHECK(native.error().advice().find("MTU") != std::string_view::npos);
  CHECK(native.error().advice().find("cpumap") != std::string_view::npos);
  at.how = hook::xdp_generic;
  const auto generic = kernel.attach(at, program.ref(), {});
  REQUIRE_FALSE(generic);
  CHECK(generic.error().condition() == errc::wrong_type);
}

TEST_CASE("a tcx anchor whose link id has come to mean another kind of link is a conflict",
          "[kernel][link]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::tcx_link).available);
  live::need(kernel.facts().of(hook::xdp_native).available);
  const auto at = live::tcx_at(kernel, "lpk0");
  const auto stands = live::tc_program(kernel, "lpk_stands");
  const auto late = live::tc_program(kernel, "lpk_late");
  const auto xdp = live::xdp_program(kernel, "lpk_xdp");
  const auto held = kernel.attach(at, stands.ref(), {}).value();
  const auto other = kernel.attach(live::xdp_at(kernel, "lpk0"), xdp.ref(), {}).value();
  auto neighbour = kernel.query(at).value().entries.at(0);
  neighbour.link = other.id.link;
  const auto refused = kernel.attach(at, late.ref(), live::beside(anchor_kind::before, neighbour));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::conflict));
  CHECK(refused.error().expected().find(std::to_string(other.id.link.value)) !=
        std::string_view::npos);
  CHECK(kernel.query(at).value().entries.size() == 1);
}
