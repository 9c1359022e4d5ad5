// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/typed_map.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>
#include <linchpin/testing/udp.hpp>

#include <atomic>
#include <csignal>
#include <string>
#include <thread>

#include "blocklist.hpp"

// A port that is forbidden, flooded as fast as a thread can send while its block list starts and is
// upgraded: from a program's first run on it lists the port.

using namespace live_engine;
using linchpin::testing::child_end;
using linchpin::testing::fault;
using linchpin::testing::faulty_kernel;
using linchpin::testing::in_child;
using linchpin::testing::udp_socket;

namespace {

constexpr unsigned changes = 200;

// A thread that sends datagrams to the forbidden port and waits for nothing.
class flood {
 public:
  explicit flood(stage& on)
      : receiver_(must(udp_socket::bind(stage::near_address, forbidden_port))),
        sender_(must(udp_socket::bind(stage::far_address, 0, &on.far()))),
        thread_([this] { run(); }) {}
  flood(const flood&) = delete;
  flood& operator=(const flood&) = delete;
  ~flood() { end(); }

  /// returns: how many have arrived in all
  std::uint64_t stop() {
    end();
    if (!trouble_.empty()) FAIL(trouble_);
    return must(receiver_.count_arrivals(~std::uint64_t{0}, std::chrono::milliseconds{20}));
  }
  [[nodiscard]] std::uint64_t sent() const noexcept { return sent_; }

 private:
  static constexpr std::uint64_t batch = 64;

  void run() noexcept {
    while (!stopping_) {
      const auto sent = sender_.send_numbered(stage::near_address, forbidden_port, sent_, batch);
      if (!sent) {
        trouble_ = sent.error().message();
        return;
      }
      sent_ += batch;
    }
  }
  void end() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }

  udp_socket receiver_;
  udp_socket sender_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> sent_ = 0;
  std::string trouble_;
  std::thread thread_;
};

std::span<const std::byte> version(unsigned number) {
  return number % 2 == 0 ? bpf_objects::blocklist() : bpf_objects::blocklist_v2();
}

// The map lists the port before anything of the component is attached.
linchpin::desired_component filled(const stage& here, unsigned number) {
  loose_orchestrator<ordered>::component made{blocklist(here, version(number))};
  made.map<std::uint16_t, std::uint8_t>("blocked").fill({{forbidden_port, 1}});
  return made;
}

// As a service had to do it that has no word for that: when apply has returned.
void list_afterwards(linchpin::orchestrator_core& edge) {
  const auto map = must(edge.map_handle("blocklist", "blocked"));
  must(must(linchpin::typed_map<std::uint16_t, std::uint8_t>::over(map)).update(forbidden_port, 1));
}

}  // namespace

TEST_CASE("no datagram to a forbidden port passes a program that starts",
          "[kernel][engine][fill]") {
  stage here;
  auto edge = here.open();
  flood flooding{here};
  std::uint64_t dropped = 0;
  for (unsigned start = 0; start < changes; ++start) {
    INFO("start " << start);
    must(edge.apply({filled(here, start)}));
    REQUIRE(wait_until(here.kernel, [&] { return verdicts(here.kernel, edge).dropped != 0; }));
    const auto told = verdicts(here.kernel, edge);
    REQUIRE(told.passed == 0);
    dropped += told.dropped;
    must(edge.remove("blocklist"));
  }
  CHECK(dropped >= changes);
  CHECK(flooding.sent() >= dropped);
}

TEST_CASE("no datagram to a forbidden port passes a program that is upgraded",
          "[kernel][engine][fill]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({filled(here, 0)}));
  flood flooding{here};
  for (unsigned upgrade = 1; upgrade <= changes; ++upgrade) {
    INFO("upgrade " << upgrade);
    const auto before = verdicts(here.kernel, edge).dropped;
    const auto running = here.program_at(here.ingress()).id;
    must(edge.apply({filled(here, upgrade)}));
    REQUIRE(here.program_at(here.ingress()).id != running);
    REQUIRE(wait_until(here.kernel, [&] { return verdicts(here.kernel, edge).dropped > before; }));
  }
  const auto arrived = flooding.stop();
  const auto told = verdicts(here.kernel, edge);
  CHECK(told.passed == 0);
  CHECK(arrived == 0);
  CHECK(told.dropped <= flooding.sent());
}

TEST_CASE("datagrams pass where the port is listed when the apply has returned",
          "[kernel][engine][fill]") {
  stage here;
  auto edge = here.open();
  std::uint64_t passed = 0;
  SECTION("a start") {
    flood flooding{here};
    for (unsigned start = 0; start < changes && passed == 0; ++start) {
      must(edge.apply({blocklist(here, version(start))}));
      list_afterwards(edge);
      passed += verdicts(here.kernel, edge).passed;
      must(edge.remove("blocklist"));
    }
  }
  SECTION("an upgrade") {
    must(edge.apply({blocklist(here, version(0))}));
    list_afterwards(edge);
    flood flooding{here};
    for (unsigned upgrade = 1; upgrade <= changes && passed == 0; ++upgrade) {
      must(edge.apply({blocklist(here, version(upgrade))}));
      list_afterwards(edge);
      passed = verdicts(here.kernel, edge).passed;
    }
    CHECK(flooding.stop() != 0);
  }
  CHECK(passed != 0);
}

TEST_CASE("killed at any call of an upgrade that fills, no datagram to a forbidden port passes",
          "[kernel][engine][fill][fault]") {
  stage here;
  {
    auto edge = here.open();
    must(edge.apply({filled(here, 0)}));
  }
  flood flooding{here};
  unsigned running = 0;
  bool met_old = false;
  bool met_new = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("killed at call " << nth);
    const auto end = must(in_child([&] {
      faulty_kernel faulty{static_cast<linchpin::kernel&>(here.kernel)};
      auto edge = must(loose_orchestrator<ordered>::open(here.root(), {.on = &faulty}));
      faulty.arm({.what = fault::kind::die, .nth = nth});
      return edge.apply({filled(here, running + 1)}) ? 0 : 1;
    }));
    const bool whole = end == child_end{false, 0};
    if (!whole) REQUIRE(end == child_end{true, SIGKILL});
    auto edge = here.open();
    CHECK(must(edge.status()).healthy());
    const bool is_old = must(edge.plan({filled(here, running)})).empty();
    const bool is_new = must(edge.plan({filled(here, running + 1)})).empty();
    CHECK(is_old != is_new);
    if (!whole) (is_new ? met_new : met_old) = true;
    if (is_new) ++running;
    const auto before = verdicts(here.kernel, edge);
    REQUIRE(before.passed == 0);
    REQUIRE(wait_until(here.kernel,
                       [&] { return verdicts(here.kernel, edge).dropped > before.dropped; }));
    if (whole) break;
  }
  CHECK(met_old);
  CHECK(met_new);
  CHECK(flooding.stop() == 0);
}
