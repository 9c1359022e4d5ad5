// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/sandbox.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gate.bpf.hpp"
#include "gate_open.bpf.hpp"
#include "kernel/engine/stage.hpp"

// Programs that meet at one hook and whose verdicts are joined.

using namespace live_engine;

namespace {

bool connects() {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(9);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  REQUIRE(fd >= 0);
  const bool connected = ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
  ::close(fd);
  return connected;
}

}  // namespace

TEST_CASE("composition: a permission that is changed holds at once, for no old one stays beside it",
          "[kernel][incident]") {
  stage here;
  const auto gate = [&](bool open) {
    linchpin::desired_component made{
        "gate", linchpin::object_source::memory(
                    "gate", open ? bpf_objects::gate_open() : bpf_objects::gate())};
    made.attach("ts_gate", here.connect4());
    return made;
  };
  const auto visit = must(linchpin::testing::cgroup_visit::enter(here.cgroup()));
  for (int round = 0; round < 6; ++round) {
    const bool open = round % 2 != 0;
    must(here.open().apply({gate(open)}));
    CHECK(connects() == open);
    CHECK(here.chain(here.connect4()).size() == 1);
  }
  SECTION("of two components both have to allow, and each can be had back alone") {
    auto edge = here.open();
    const auto named = [&](const char* name, bool open) {
      linchpin::desired_component made{
          name, linchpin::object_source::memory(
                    "gate", open ? bpf_objects::gate_open() : bpf_objects::gate())};
      made.attach("ts_gate", here.connect4());
      return made;
    };
    must(edge.remove("gate"));
    must(edge.apply({named("devices", true), named("sessions", true)}));
    CHECK(connects());
    must(edge.apply({named("devices", true), named("sessions", false)}));
    CHECK_FALSE(connects());
    must(edge.apply({named("devices", false), named("sessions", true)}));
    CHECK_FALSE(connects());
    must(edge.remove("devices"));
    CHECK(wait_until(here.kernel, [&] { return here.chain(here.connect4()).size() == 1; }));
    CHECK(connects());
  }
}
