// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
//
// Native XDP that a device refuses, and generic XDP in its place.
#include <linchpin/hook/driver/route_socket.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/policy/fallback.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <bpf/bpf.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "../../engine/stage.hpp"

using namespace live_engine;

namespace {

struct strict_ways : ordered {
  using fallback = linchpin::fallback::strict;
};

void set_interface_mtu(const char* interface, int mtu) {
  const auto socket = linchpin::unique_fd::adopt(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  REQUIRE(socket);
  ifreq request{};
  std::strncpy(request.ifr_name, interface, IFNAMSIZ - 1);
  request.ifr_mtu = mtu;
  REQUIRE(::ioctl(socket.native(), SIOCSIFMTU, &request) == 0);
}

// Both ends: a veth looks at the MTU of its peer.
void raise_mtu(const stage& here) {
  set_interface_mtu(stage::interface, 9000);
  const auto visit = must(linchpin::testing::netns_visit::enter(here.far().descriptor()));
  set_interface_mtu("lpe1", 9000);
}

// How the interface has an XDP program: XDP_ATTACHED_NONE, _DRV, _SKB.
int attached_mode(const char* interface) {
  using namespace linchpin::detail;
  auto socket = must(route_socket::open("test", interface));
  ifinfomsg fixed{};
  fixed.ifi_index = static_cast<int>(::if_nametoindex(interface));
  std::vector<route_reply> replies;
  REQUIRE(socket.ask(route_message{RTM_GETLINK, 0, fixed}, replies).cause == 0);
  for (const auto& reply : replies) {
    std::vector<route_attribute> attributes;
    if (!reply.read(fixed, attributes)) continue;
    for (const auto& attribute : attributes) {
      if (attribute.type != IFLA_XDP) continue;
      for (const auto& part : route_attributes(attribute.payload)) {
        if (part.type == IFLA_XDP_ATTACHED) return static_cast<int>(part.payload.front());
      }
    }
  }
  return XDP_ATTACHED_NONE;
}

// What the kernel itself says to native XDP there.
int native_refusal(const char* interface, std::uint32_t flags) {
  const bpf_insn code[] = {{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, XDP_PASS},
                           {BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
  bpf_prog_load_opts options{};
  options.sz = sizeof options;
  options.expected_attach_type = BPF_XDP;
  options.prog_flags = flags;
  const auto program = linchpin::unique_fd::adopt(
      ::bpf_prog_load(BPF_PROG_TYPE_XDP, "lpe_asks", "GPL", code, std::size(code), &options));
  if (!program) return -errno;
  bpf_link_create_opts how{};
  how.sz = sizeof how;
  how.flags = XDP_FLAGS_DRV_MODE;
  const auto link = linchpin::unique_fd::adopt(::bpf_link_create(
      program.native(), static_cast<int>(::if_nametoindex(interface)), BPF_XDP, &how));
  return link ? 0 : errno;
}

bool says_so(const std::string& text, std::string_view words) {
  UNSCOPED_INFO(text);
  return text.find(words) != std::string::npos;
}

}  // namespace

TEST_CASE("where an MTU is too large for native XDP, generic XDP runs, as the plan said",
          "[kernel][hook][xdp]") {
  stage here;
  footing::need(here.kernel.facts().of(linchpin::hook::xdp_native).available);
  raise_mtu(here);
  REQUIRE(native_refusal(stage::interface, 0) == ERANGE);
  const auto filter = stage::one("late", "ts_xdp", linchpin::hook::xdp{stage::interface});
  auto edge = here.open();
  const auto plan = must(edge.plan({filter}));
  CHECK(says_so(plan.text(), "xdp native, where refused xdp generic [fallback.ladder/1]"));
  must(edge.apply(plan));
  CHECK(attached_mode(stage::interface) == XDP_ATTACHED_SKB);
  CHECK(here.chain(linchpin::hook::xdp{stage::interface}.generic()).size() == 1);
  CHECK(must(edge.plan({filter})).empty());

  SECTION("an upgrade stays in generic mode") {
    must(edge.apply({stage::one("late", "ts_xdp", linchpin::hook::xdp{stage::interface},
                                bpf_objects::turnstile_v2())}));
    CHECK(attached_mode(stage::interface) == XDP_ATTACHED_SKB);
  }
}

TEST_CASE("where only native XDP will do, an MTU that is too large is named and nothing runs",
          "[kernel][hook][xdp]") {
  stage here;
  footing::need(here.kernel.facts().of(linchpin::hook::xdp_native).available);
  raise_mtu(here);
  const auto check = [&](auto edge, const linchpin::any_hook& hook) {
    const auto told = refused(edge.apply({stage::one("late", "ts_xdp", hook)}));
    CHECK(told.is(linchpin::errc::unsupported));
    CHECK(says_so(told.message(), "MTU of 9000"));
    CHECK(says_so(told.message(), "allow generic XDP"));
    CHECK(attached_mode(stage::interface) == XDP_ATTACHED_NONE);
  };
  SECTION("by the hook") {
    check(here.open(), linchpin::hook::xdp{stage::interface}.native());
  }
  SECTION("by the policy") {
    check(here.open<strict_ways>(), linchpin::hook::xdp{stage::interface});
  }
}

TEST_CASE("a device without native XDP runs generic XDP, or says that it has none",
          "[kernel][hook][xdp]") {
  stage here;
  footing::need(here.kernel.facts().of(linchpin::hook::xdp_native).available);
  REQUIRE(native_refusal("lo", 0) == EOPNOTSUPP);
  SECTION("generic in its place") {
    auto edge = here.open();
    must(edge.apply({stage::one("late", "ts_xdp", linchpin::hook::xdp{"lo"})}));
    CHECK(attached_mode("lo") == XDP_ATTACHED_SKB);
  }
  SECTION("native or nothing") {
    auto edge = here.open();
    const auto told =
        refused(edge.apply({stage::one("late", "ts_xdp", linchpin::hook::xdp{"lo"}.native())}));
    CHECK(told.is(linchpin::errc::unsupported));
    CHECK(says_so(told.message(), "a driver without native XDP"));
    CHECK(attached_mode("lo") == XDP_ATTACHED_NONE);
  }
}

TEST_CASE("a program that takes packets in fragments runs natively at a large MTU",
          "[kernel][hook][xdp]") {
  constexpr std::uint32_t has_frags = 1U << 5;  // BPF_F_XDP_HAS_FRAGS, 5.18
  stage here;
  footing::need(here.kernel.facts().of(linchpin::hook::xdp_native).available);
  raise_mtu(here);
  const int cause = native_refusal(stage::interface, has_frags);
  if (cause == -EINVAL) SKIP("no XDP programs with fragments: BPF_PROG_LOAD says EINVAL");
  CHECK(cause == 0);
  CHECK(attached_mode(stage::interface) == XDP_ATTACHED_NONE);
}
