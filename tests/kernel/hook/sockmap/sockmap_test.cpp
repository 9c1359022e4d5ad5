// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/sockmap.hpp>
#include <linchpin/policy/carry.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
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
// version, and at its own end in the second version. A socket keeps the program that its map had when
// it was put there.
struct stage : own_map::ground {
  stage() {
    footing::need(kernel.facts().of(hook::sockmap_link).available);
    first = listening.connect();
    second = listening.connect();
  }
  /// Holds the map of a generation; a map that is carried by reuse stays the same one.
  void open_sockets(unsigned generation) {
    const auto pin = map("sockets", generation, "sk_sockets");
    INFO(pin);
    sockets_map = unique_fd::adopt(::bpf_obj_get(pin.c_str()));
    REQUIRE(sockets_map);
  }
  void put(std::uint32_t slot, const unique_fd& socket) const {
    own_map::put(sockets_map, slot, socket);
  }
  void take_out(std::uint32_t slot) const {
    REQUIRE(::bpf_map_delete_elem(sockets_map.native(), &slot) == 0);
  }
  [[nodiscard]] std::uint64_t counted(unsigned generation, std::uint32_t slot) const {
    return own_map::count_in(map("sockets", generation, "sk_counts"), slot);
  }
  static void send(const own_map::tcp_pair& into, unsigned count) {
    for (unsigned i = 0; i < count; ++i) REQUIRE(own_map::send_one(into.client));
  }
  /// What stands at the map, read raw.
  [[nodiscard]] std::uint32_t program_there() const {
    std::uint32_t id = 0;
    std::uint32_t count = 1;
    std::uint32_t flags = 0;
    REQUIRE(::bpf_prog_query(sockets_map.native(), BPF_SK_MSG_VERDICT, 0, &flags, &id, &count) ==
            0);
    return count == 0 ? 0 : id;
  }

  own_map::listener listening;
  own_map::tcp_pair first;
  own_map::tcp_pair second;
  unique_fd sockets_map;
};

}  // namespace

TEST_CASE("what sockets send goes as the program says that their map had when they came",
          "[kernel][hook][sockmap]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({sockets()}));
  here.open_sockets(1);
  CHECK(here.link("sockets").program.value == here.program_there());
  CHECK(must(edge.status()).healthy());
  here.put(0, here.first.client);
  here.put(1, here.second.server);
  here.send(here.first, 10);
  CHECK(own_map::receive(here.second.server, 10) == 10);
  CHECK(here.counted(1, 0) == 10);

  must(edge.apply({sockets(bpf_objects::sockets_v2())}));
  CHECK(must(edge.plan({sockets(bpf_objects::sockets_v2())})).empty());
  CHECK(here.link("sockets").program.value == here.program_there());
  here.send(here.first, 7);
  CHECK(own_map::receive(here.second.server, 7) == 7);
  const auto later = here.listening.connect();
  here.put(2, later.client);
  here.send(later, 5);
  CHECK(own_map::receive(later.server, 5) == 5);
  CHECK(here.counted(2, 0) == 17);
  CHECK(here.counted(2, 1) == 5);
  here.take_out(0);
  here.put(0, here.first.client);
  here.send(here.first, 3);
  CHECK(own_map::receive(here.first.server, 3) == 3);
  CHECK(here.counted(2, 1) == 8);

  must(edge.remove_all());
  CHECK(here.program_there() == 0);
  here.send(here.first, 3);
  CHECK(own_map::receive(here.first.server, 3) == 3);
  const auto last = here.listening.connect();
  here.send(last, 3);
  CHECK(own_map::receive(last.server, 3) == 3);
}

TEST_CASE("an upgrade under traffic loses no message and counts each once",
          "[kernel][hook][sockmap]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({sockets()}));
  here.open_sockets(1);
  here.put(0, here.first.client);
  here.put(1, here.second.server);
  std::atomic<bool> stopping = false;
  std::atomic<std::uint64_t> sent = 0;
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
  // The service moves its connection: while it is in no map, what it sends passes uncounted.
  const std::uint32_t slot = 0;
  const auto number = static_cast<std::uint32_t>(here.first.client.native());
  const bool left = ::bpf_map_delete_elem(here.sockets_map.native(), &slot) == 0;
  // EBUSY: the kernel has not let go of what the socket had from the map.
  int came = EBUSY;
  const auto once_more = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (came == EBUSY && std::chrono::steady_clock::now() < once_more) {
    came =
        ::bpf_map_update_elem(here.sockets_map.native(), &slot, &number, BPF_ANY) == 0 ? 0 : errno;
  }
  after(200);
  stopping = true;
  sender.join();
  REQUIRE(report);
  CHECK(report->updated == 1);
  CHECK(left);
  CHECK(came == 0);
  const auto old_count = here.counted(2, 0);
  const auto new_count = here.counted(2, 1);
  CHECK(old_count >= 400);
  CHECK(new_count > 0);
  CHECK(old_count + new_count <= sent);
  CHECK(own_map::receive(here.second.server, old_count) == old_count);
  CHECK(own_map::receive(here.first.server, sent - old_count) == sent - old_count);
}

TEST_CASE("killed at any write of an upgrade, sockets get the old program or the new one",
          "[kernel][hook][sockmap][fault]") {
  stage here;
  must(here.open().apply({sockets()}));
  here.open_sockets(1);
  here.put(1, here.second.server);
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
    CHECK(here.program_there() != 0);
    auto edge = here.open();
    const bool is_old = must(edge.plan({sockets()})).empty();
    CHECK(is_old != must(edge.plan({sockets(bpf_objects::sockets_v2())})).empty());
    CHECK(must(edge.status()).healthy());
    here.put(0, here.first.client);
    here.send(here.first, 1);
    CHECK(own_map::receive(is_old ? here.second.server : here.first.server, 1) == 1);
    here.take_out(0);
    must(edge.apply({sockets()}));
    if (whole) break;
  }
  must(here.open().remove_all());
  CHECK(here.program_there() == 0);
}

TEST_CASE("a map that is made anew gets the program before the old map loses its",
          "[kernel][hook][sockmap]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({sockets()}));
  here.open_sockets(1);
  here.put(0, here.first.client);
  here.put(1, here.second.server);
  const auto before = here.program_there();
  auto wide = sockets(bpf_objects::sockets_wide());
  wide.map("sk_sockets").carry(carry::discard{});
  const auto planned = must(edge.plan({wide}));
  INFO(planned.text());
  CHECK(planned.text().find("the sockets of the old one are not carried") != std::string::npos);
  must(edge.apply(planned));
  CHECK(must(edge.plan({wide})).empty());
  CHECK(must(edge.status()).healthy());
  CHECK(here.program_there() == 0);
  // The sockets of the old map go on as they came.
  here.send(here.first, 5);
  CHECK(own_map::receive(here.second.server, 5) == 5);
  here.open_sockets(2);
  CHECK(here.program_there() != 0);
  CHECK(here.program_there() != before);
  const auto later = here.listening.connect();
  here.put(0, later.client);
  here.send(later, 5);
  CHECK(own_map::receive(later.server, 5) == 5);
  CHECK(here.counted(2, 1) == 5);
}

TEST_CASE("a sockmap at which somebody stands without a link is left to them",
          "[kernel][hook][sockmap]") {
  stage here;
  auto edge = here.open();
  desired_component none{"sockets", object_source::memory("sockets", bpf_objects::sockets())};
  none.attach("sk_on_packet", hook::sk_skb_verdict{"sk_sockets"});
  must(edge.apply({none}));
  here.open_sockets(1);
  const auto theirs = unique_fd::adopt(
      footing::load_verdict(BPF_PROG_TYPE_SK_MSG, BPF_SK_MSG_VERDICT, 1, "lp_theirs"));
  REQUIRE(::bpf_prog_attach(theirs.native(), here.sockets_map.native(), BPF_SK_MSG_VERDICT, 0) ==
          0);
  const auto stands = here.program_there();
  auto both = none;
  both.attach("sk_on_msg", hook::sk_msg{"sk_sockets"});
  const auto planned = edge.plan({both});
  REQUIRE_FALSE(planned);
  CHECK(planned.error().is(errc::busy));
  const auto loaded =
      must(here.kernel.open_pin(here.root() + "/sockets/gen-1/prog-sk_on_msg", pin_kind::program));
  const auto link = here.link("sockets");
  const auto held = must(here.kernel.open_pin(here.map("sockets", 1, "sk_sockets"), pin_kind::map));
  const attach_point at{hook::sockmap_link,
                        uapi::attach_type::sk_msg_verdict,
                        {hook::sockmap_target, "sk_sockets"},
                        {hook::sockmap_target, link.target, {}},
                        held.ref()};
  const auto attached = here.kernel.attach(at, loaded.ref(), {});
  REQUIRE_FALSE(attached);
  CHECK(attached.error().is(errc::busy));
  CHECK(here.program_there() == stands);
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
