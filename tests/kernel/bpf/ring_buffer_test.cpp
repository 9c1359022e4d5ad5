// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object.hpp>
#include <linchpin/bpf/ring_buffer.hpp>
#include <linchpin/bpf/test_run.hpp>

#include "many_maps.bpf.hpp"
#include "samples.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <vector>

#include <poll.h>

using namespace linchpin;
using namespace std::chrono_literals;

namespace {

struct source {
  object loaded = object::open(object_source::memory("samples", bpf_objects::samples())).value();
  source() { loaded.load().value(); }
  void emit(std::uint32_t count) {
    const std::array<std::byte, 64> packet{};
    test_run_request request;
    request.packet = packet;
    request.repeat = count;
    REQUIRE(test_run(loaded.find_program("emit_sample").value(), request));
  }
  [[nodiscard]] map_ref samples() const { return loaded.find_map("samples").value(); }
};

std::uint64_t number_in(std::span<const std::byte> sample) {
  std::uint64_t number = 0;
  REQUIRE(sample.size() == sizeof number);
  std::memcpy(&number, sample.data(), sizeof number);
  return number;
}

}  // namespace

TEST_CASE("samples come whole and in order", "[kernel][ring_buffer]") {
  source from;
  std::vector<std::uint64_t> seen;
  auto ring =
      linchpin::ring_buffer::over(from.samples(), [&seen](std::span<const std::byte> sample) {
        seen.push_back(number_in(sample));
      }).value();
  CHECK(ring.consume().value() == 0);
  from.emit(3);
  CHECK(ring.poll(std::chrono::hours::max()).value() == 3);
  CHECK(seen == std::vector<std::uint64_t>{0, 1, 2});
  from.emit(1);
  CHECK(ring.consume().value() == 1);
  CHECK(seen.back() == 3);
}

TEST_CASE("a poll without samples ends with its time", "[kernel][ring_buffer]") {
  source from;
  auto ring =
      linchpin::ring_buffer::over(from.samples(), [](std::span<const std::byte>) {}).value();
  const auto start = std::chrono::steady_clock::now();
  CHECK(ring.poll(20ms).value() == 0);
  CHECK(std::chrono::steady_clock::now() - start >= 20ms);
  CHECK(ring.poll(-5ms).value() == 0);
  CHECK(ring.poll(std::chrono::hours::min()).value() == 0);
}

TEST_CASE("an exception of the consumer is thrown on by poll, its sample consumed once",
          "[kernel][ring_buffer]") {
  source from;
  std::vector<std::uint64_t> seen;
  auto ring =
      linchpin::ring_buffer::over(from.samples(), [&seen](std::span<const std::byte> sample) {
        seen.push_back(number_in(sample));
        if (seen.back() == 1) throw std::runtime_error("second sample");
      }).value();
  from.emit(4);
  CHECK_THROWS_AS(static_cast<void>(ring.poll(1s)), std::runtime_error);
  CHECK(seen == std::vector<std::uint64_t>{0, 1});
  CHECK(ring.poll(1s).value() == 2);
  CHECK(seen == std::vector<std::uint64_t>{0, 1, 2, 3});
}

TEST_CASE("an error of the consumer is what poll returns", "[kernel][ring_buffer]") {
  source from;
  int taken = 0;
  auto ring = linchpin::ring_buffer::over(from.samples(),
                                          [&taken](std::span<const std::byte>) -> result<void> {
                                            if (++taken == 2)
                                              return error{errc::full, "store sample"};
                                            return {};
                                          })
                  .value();
  from.emit(3);
  const auto polled = ring.poll(1s);
  REQUIRE_FALSE(polled);
  CHECK(polled.error().is(errc::full));
  CHECK(polled.error().operation() == "store sample");
  CHECK(ring.consume().value() == 1);
  CHECK(taken == 3);
}

TEST_CASE("a ring buffer moves, and holds its map open", "[kernel][ring_buffer]") {
  int taken = 0;
  auto ring = [&taken] {
    source from;
    auto made = linchpin::ring_buffer::over(from.samples(), [&taken](std::span<const std::byte>) {
                  ++taken;
                }).value();
    from.emit(2);
    return made;
  }();
  auto moved = std::move(ring);
  pollfd readable{moved.readiness().native(), POLLIN, 0};
  CHECK(::poll(&readable, 1, 1000) == 1);
  CHECK(moved.consume().value() == 2);
  CHECK(taken == 2);
}

TEST_CASE("only a ring buffer map is taken for one", "[kernel][ring_buffer]") {
  object many = object::open(object_source::memory("many_maps", bpf_objects::many_maps())).value();
  many.ignore_declared_pins();
  REQUIRE(many.load());
  const auto ring = linchpin::ring_buffer::over(many.find_map("flows").value(),
                                                [](std::span<const std::byte>) {});
  REQUIRE_FALSE(ring);
  CHECK(ring.error().is(errc::wrong_type));
  CHECK(ring.error().found() == "hash");
}
