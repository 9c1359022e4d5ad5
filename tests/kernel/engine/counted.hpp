// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_image.hpp>
#include <linchpin/testing/udp.hpp>

#include <cstring>
#include <span>
#include <string_view>

#include "../../bpf/turnstile.bpf.h"
#include "globals.bpf.hpp"
#include "globals_locked.bpf.hpp"
#include "globals_v2.bpf.hpp"
#include "stage.hpp"

// A component that counts datagrams in global variables, and what it has counted.
namespace live_engine {

inline linchpin::desired_component sampling(
    const stage& here, std::uint32_t every,
    std::span<const std::byte> object = bpf_objects::globals()) {
  auto made = stage::one("sampler", "globals_in", here.ingress(), object);
  made.global("sample_every", every);
  return made;
}

/// A variable of the running generation, as the kernel has it.
template <class Value>
Value variable(linchpin::kernel& kernel, linchpin::orchestrator_core& edge,
               std::span<const std::byte> object, std::string_view name) {
  const auto image = must(linchpin::object_source::memory("globals", object).read());
  for (const auto& place : image.spec().variables) {
    if (place.name != name) continue;
    REQUIRE(place.size == sizeof(Value));
    const auto bytes = must(kernel.read_map(must(edge.map_handle("sampler", place.map)))).values;
    Value value{};
    std::memcpy(&value, bytes.data() + place.offset, sizeof value);
    return value;
  }
  FAIL("no variable " << name);
  return {};
}

/// Datagrams of which each has arrived when `pass` returns.
class datagrams {
 public:
  explicit datagrams(stage& on)
      : receiver_(must(linchpin::testing::udp_socket::bind(stage::near_address, turnstile_port))),
        sender_(must(linchpin::testing::udp_socket::bind(stage::far_address, 0, &on.far()))) {}

  void pass(std::uint64_t count) {
    must(sender_.send_numbered(stage::near_address, turnstile_port, 0, count));
    REQUIRE(must(receiver_.count_arrivals(count, std::chrono::seconds{20})) == count);
  }

 private:
  linchpin::testing::udp_socket receiver_;
  linchpin::testing::udp_socket sender_;
};

}  // namespace live_engine
