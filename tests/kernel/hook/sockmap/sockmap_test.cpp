// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/sockmap.hpp>
#include <linchpin/policy/carry.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <csignal>
#include <cstdint>
#include <span>
#include <thread>

#include "../own_map_ground.hpp"
#include "sockets.bpf.hpp"
#include "sockets_v2.bpf.hpp"
#include "sockets_wide.bpf.hpp"

#include <bpf/bpf.h>

using namespace linchpin;
using own_map::must;

namespace {

desired_component sockets(std::span<const std::byte> object = bpf_objects::sockets()) {
  desired_component made{"sockets", object_source::memory("sockets", object)};
  made.attach("sk_on_msg", hook::sk_msg{"sk_sockets"});
  return made;
}

// Two connections; what is sent into the first one is to come out of the second one in the first
// version, and at its own end in the second version.
struct stage : own_map::ground {
  stage() {
    footing::need(kernel.facts().of(hook::sockmap_link).available);
    first = listening.connect();
    second = listening.connect();
  }
  void enter_sockets(unsigned generation) {
    own_map::put(map("sockets", generation, "sk_sockets"), 0, first.client);
    own_map::put(map("sockets", generation, "sk_sockets"), 1, second.server);
  }
  [[nodiscard]] std::uint64_t counted(unsigned generation, std::uint32_t slot) const {
    return own_map::count_in(map("sockets", generation, "sk_counts"), slot);
  }
  void send(unsigned count) const {
    for (unsigned i = 0; i < count; ++i) REQUIRE(own_map::send_one(first.client));
  }
  // What a program attaches is read raw from the map.
  [[nodiscard]] std::uint32_t program_at(unsigned generation) const {
    const auto map_pin = map("sockets", generation, "sk_sockets");
    const auto opened = unique_fd::adopt(::bpf_obj_get(map_pin.c_str()));
    REQUIRE(opened);
    std::uint32_t id = 0;
    std::uint32_t count = 1;
    std::uint32_t flags = 0;
    REQUIRE(::bpf_prog_query(opened.native(), BPF_SK_MSG_VERDICT, 0, &flags, &id, &count) == 0);
    return count == 0 ? 0 : id;
  }

  own_map::listener listening;
  own_map::tcp_pair first;
  own_map::tcp_pair second;
};

}  // namespace

TEST_CASE("what sockets send goes as the program of their map says, from start to removal",
          "[kernel][hook][sockmap]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({sockets()}));
  CHECK(here.link("sockets").program.value == here.program_at(1));
  CHECK(must(edge.status()).healthy());
  here.enter_sockets(1);
  here.send(10);
  CHECK(own_map::receive(here.second.server, 10) == 10);
  CHECK(here.counted(1, 0) == 10);

  must(edge.apply({sockets(bpf_objects::sockets_v2())}));
  here.send(7);
  CHECK(own_map::receive(here.first.server, 7) == 7);
  CHECK(here.counted(2, 0) == 10);
  CHECK(here.counted(2, 1) == 7);
  CHECK(must(edge.plan({sockets(bpf_objects::sockets_v2())})).empty());

  must(edge.remove_all());
  here.send(3);
  CHECK(own_map::receive(here.first.server, 3) == 3);
}

TEST_CASE("an upgrade under traffic loses no message and counts each once",
          "[kernel][hook][sockmap]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({sockets()}));
  here.enter_sockets(1);
  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> sent = 0;
  std::uint64_t redirected = 0;
  std::uint64_t passed = 0;
  std::thread sender{[&] {
    while (!stopping && own_map::send_one(here.first.client)) {
      if (++sent % 64 == 0) std::this_thread::yield();
    }
  }};
  const auto after = [&](std::uint64_t more) {
    const auto end = sent + more;
    while (sent < end) std::this_thread::yield();
  };
  after(200);
  const auto report = edge.apply({sockets(bpf_objects::sockets_v2())});
  after(200);
  stopping = true;
  sender.join();
  REQUIRE(report);
  CHECK(report->updated == 1);
  const auto old_count = here.counted(2, 0);
  const auto new_count = here.counted(2, 1);
  CHECK(old_count >= 200);
  CHECK(new_count >= 200);
  CHECK(old_count + new_count == sent);
  redirected = own_map::receive(here.second.server, old_count);
  passed = own_map::receive(here.first.server, new_count);
  CHECK(redirected == old_count);
  CHECK(passed == new_count);
}

TEST_CASE("killed at any call of an upgrade, sockets go on by the old program or the new one",
          "[kernel][hook][sockmap][fault]") {
  stage here;
  must(here.open().apply({sockets()}));
  here.enter_sockets(1);
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("killed at write " << nth);
    const auto end = must(testing::in_child([&] {
      testing::faulty_kernel faulty{static_cast<linchpin::kernel&>(here.kernel)};
      auto edge = here.open(faulty);
      faulty.arm({.what = testing::fault::kind::die, .nth = nth, .writes_only = true});
      return edge.apply({sockets(bpf_objects::sockets_v2())}) ? 0 : 1;
    }));
    const bool whole = end == testing::child_end{false, 0};
    if (!whole) REQUIRE(end == testing::child_end{true, SIGKILL});
    here.send(1);
    auto edge = here.open();
    const bool is_old = must(edge.plan({sockets()})).empty();
    CHECK(is_old != must(edge.plan({sockets(bpf_objects::sockets_v2())})).empty());
    CHECK(must(edge.status()).healthy());
    here.send(1);
    const auto& last = is_old ? here.second.server : here.first.server;
    CHECK(own_map::receive(last, 1) >= 1);
    must(edge.apply({sockets()}));
    if (whole) break;
  }
  // All of them came out somewhere.
  must(here.open().remove_all());
}

TEST_CASE("a map that is made anew gets the program before the old map loses its",
          "[kernel][hook][sockmap]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({sockets()}));
  here.enter_sockets(1);
  const auto before = here.link("sockets");
  auto wide = sockets(bpf_objects::sockets_wide());
  wide.map("sk_sockets").carry(carry::discard{});
  const auto planned = must(edge.plan({wide}));
  INFO(planned.text());
  CHECK(planned.text().find("the sockets of the old one are not carried") != std::string::npos);
  must(edge.apply(planned));
  CHECK(must(edge.plan({wide})).empty());
  CHECK(must(edge.status()).healthy());
  CHECK(here.program_at(2) != 0);
  CHECK(here.program_at(2) != before.program.value);
  // Nothing holds the old map but the sockets in it, which have no program any more.
  here.send(5);
  CHECK(own_map::receive(here.first.server, 5) == 5);
  here.enter_sockets(2);
  here.send(5);
  CHECK(own_map::receive(here.first.server, 5) == 5);
  CHECK(here.counted(2, 1) == 5);
}

TEST_CASE("a program that is loaded for packets stands at a sockmap as well",
          "[kernel][hook][sockmap]") {
  stage here;
  auto edge = here.open();
  desired_component both{"sockets", object_source::memory("sockets", bpf_objects::sockets())};
  both.attach("sk_on_msg", hook::sk_msg{"sk_sockets"});
  both.attach("sk_on_packet", hook::sk_skb_verdict{"sk_sockets"});
  must(edge.apply({both}));
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({both})).empty());
}
