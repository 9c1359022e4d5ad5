// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <thread>

#include <bpf/bpf.h>

#include "bpf/relay.bpf.h"
#include "gate.bpf.hpp"
#include "gate_v2.bpf.hpp"
#include "kernel/engine/traffic.hpp"
#include "relay.bpf.hpp"
#include "relay_v2.bpf.hpp"

// Updates during which packets met half of the old and half of the new, or nothing.

using namespace live_engine;
using linchpin::testing::child_end;
using linchpin::testing::in_child;

namespace {

linchpin::desired_component relay(const stage& here, std::span<const std::byte> object) {
  linchpin::desired_component made{"relay", linchpin::object_source::memory("relay", object)};
  made.attach("ts_relay", here.ingress());
  return made;
}

std::array<std::uint64_t, relay_outcomes> outcomes(stage& here, linchpin::orchestrator_core& edge) {
  const auto read = must(here.kernel.read_map(must(edge.map_handle("relay", "ts_outcomes"))));
  std::array<std::uint64_t, relay_outcomes> found{};
  REQUIRE(read.size() == found.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    std::uint32_t key = 0;
    std::memcpy(&key, read.keys.data() + i * sizeof key, sizeof key);
    std::memcpy(&found.at(key), read.values.data() + i * sizeof found[0], sizeof found[0]);
  }
  return found;
}

}  // namespace

TEST_CASE("update: no packet runs half an old and half a new chain of tail calls",
          "[kernel][incident]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({relay(here, bpf_objects::relay())}));
  traffic passing{here};
  for (int i = 0; i < 50; ++i) {
    const auto before = outcomes(here, edge)[relay_matched];
    must(edge.apply({relay(here, i % 2 == 0 ? bpf_objects::relay_v2() : bpf_objects::relay())}));
    REQUIRE(wait_until(here.kernel, [&] { return outcomes(here, edge)[relay_matched] > before; }));
  }
  SECTION("and each finds its second program") {
    const auto sent = passing.stop();
    const auto found = outcomes(here, edge);
    CHECK(found[relay_matched] >= sent);
    CHECK(found[relay_mixed] == 0);
    CHECK(found[relay_missed] == 0);
  }
  SECTION("which is seen when it is not there") {
    const std::uint32_t first = 0;
    // Not by way of the library, which does not write to program arrays that are in use.
    const auto stages = must(edge.map_handle("relay", "ts_stages"));
    REQUIRE(::bpf_map_delete_elem(stages.fd().native(), &first) == 0);
    CHECK(wait_until(here.kernel, [&] { return outcomes(here, edge)[relay_missed] > 0; }));
  }
}

TEST_CASE("update: a tail-call array stays filled when its process is gone", "[kernel][incident]") {
  stage here;
  const auto end = must(in_child([&] {
    auto edge = must(loose_orchestrator<ordered>::open(here.root()));
    must(edge.apply({relay(here, bpf_objects::relay())}));
    return 0;
  }));
  REQUIRE(end == child_end{false, 0});
  must(here.kernel.wait_grace_period());
  traffic passing{here};
  auto edge = here.open();
  REQUIRE(wait_until(here.kernel, [&] { return outcomes(here, edge)[relay_matched] > 100; }));
  passing.stop();
  CHECK(outcomes(here, edge)[relay_missed] == 0);
}

TEST_CASE("update: a pair of hooks changes together or not at all, and shares one map",
          "[kernel][incident]") {
  stage here;
  linchpin::testing::faulty_kernel faulty{static_cast<linchpin::kernel&>(here.kernel)};
  auto edge = here.open(faulty);
  const auto both = [&](std::span<const std::byte> object) {
    auto made = stage::one("pair", "ts_in", here.ingress(), object);
    made.attach("ts_xdp", here.xdp());
    return made;
  };
  must(edge.apply({both(bpf_objects::turnstile())}));
  const auto maps = [&] {
    return std::pair{here.program_at(here.ingress()).maps, here.program_at(here.xdp()).maps};
  };
  const auto [left, right] = maps();
  CHECK(left == right);
  const auto before = std::pair{here.chain(here.ingress()), here.chain(here.xdp())};
  faulty.arm({.nth = 2, .only = linchpin::testing::verb::update});
  CHECK(
      refused(edge.apply({both(bpf_objects::turnstile_v2())})).is(linchpin::outcome::rolled_back));
  CHECK(std::pair{here.chain(here.ingress()), here.chain(here.xdp())} == before);
  CHECK(maps() == std::pair{left, right});
  faulty.disarm();
  must(edge.apply({both(bpf_objects::turnstile_v2())}));
  CHECK(here.chain(here.ingress()) != before.first);
  CHECK(here.chain(here.xdp()) != before.second);
  CHECK(maps() == std::pair{left, right});
}

TEST_CASE(
    "update: what a cgroup program forbids stays forbidden while it is upgraded and restarted",
    "[kernel][incident]") {
  stage here;
  const auto gate = [&](std::span<const std::byte> object) {
    linchpin::desired_component made{"gate", linchpin::object_source::memory("gate", object)};
    made.attach("ts_gate", here.connect4());
    return made;
  };
  const auto visit = must(linchpin::testing::cgroup_visit::enter(here.cgroup()));
  must(here.open().apply({gate(bpf_objects::gate())}));

  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> tried = 0;
  std::uint64_t passed = 0;
  std::thread pusher{[&] {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(9);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    while (!stopping) {
      const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
      if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) ++passed;
      ::close(fd);
      ++tried;
    }
  }};
  bool moving = true;
  for (int i = 0; i < 50 && moving; ++i) {
    const auto before = tried.load();
    auto edge = here.open();
    const auto applied =
        edge.apply({gate(i % 2 == 0 ? bpf_objects::gate_v2() : bpf_objects::gate())});
    moving =
        applied.has_value() && wait_until(here.kernel, [&] { return tried.load() > before + 10; });
  }
  const auto kept_out = passed;
  if (moving) must(here.open().remove_all());
  const auto before = tried.load();
  const bool went_on = wait_until(here.kernel, [&] { return tried.load() > before + 10; });
  stopping = true;
  pusher.join();
  CHECK(moving);
  CHECK(kept_out == 0);
  // What the count is worth: without the gate everybody gets through.
  CHECK(went_on);
  CHECK(passed > 0);
}

TEST_CASE("update: after restart and upgrade the program at the hook uses the maps that are pinned",
          "[kernel][incident]") {
  stage here;
  const auto end = must(in_child([&] {
    auto edge = must(loose_orchestrator<ordered>::open(here.root()));
    must(edge.apply({here.three_hooks()}));
    return 0;
  }));
  REQUIRE(end == child_end{false, 0});
  auto edge = here.open();
  const auto check = [&] {
    const auto pin = must(here.kernel.open_pin(must(edge.map_path("turnstile", "ts_tallies")),
                                               linchpin::pin_kind::map));
    const auto pinned = must(here.kernel.describe_map(pin.ref())).id;
    const auto held =
        must(here.kernel.describe_map(must(edge.map_handle("turnstile", "ts_tallies")))).id;
    CHECK(pinned == held);
    for (const auto& hook : {here.ingress(), here.xdp(), here.skb()}) {
      const auto used = here.program_at(hook).maps;
      CHECK(std::count(used.begin(), used.end(), pinned) == 1);
    }
  };
  check();
  must(edge.apply({here.three_hooks(bpf_objects::turnstile_v2())}));
  check();
  auto fresh = here.three_hooks();
  fresh.map("ts_tallies").carry(linchpin::carry::discard{});
  must(edge.apply({fresh}));
  check();
}
