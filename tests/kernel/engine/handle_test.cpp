// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "stage.hpp"

#include <linchpin/bpf/typed_map.hpp>

#include "no_programs.bpf.hpp"
#include "typeless.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <bpf/bpf.h>

using namespace live_engine;

TEST_CASE("a component of maps alone is loaded, and its map read by its handle",
          "[kernel][engine][handle]") {
  stage here;
  auto edge = here.open();
  const linchpin::desired_component maps{
      "maps", linchpin::object_source::memory("maps", bpf_objects::no_programs())};
  must(edge.apply({maps}));
  const auto lonely = must(edge.map_handle("maps", "lonely"));
  const auto typed = must(linchpin::typed_map<std::uint32_t, std::uint64_t>::over(lonely));
  must(typed.update(0, 77));
  // By a call of libbpf's, not ours.
  const std::uint32_t key = 0;
  std::uint64_t value = 0;
  REQUIRE(::bpf_map_lookup_elem(lonely.fd().native(), &key, &value) == 0);
  CHECK(value == 77);
  CHECK(must(edge.plan({maps})).empty());
}

TEST_CASE("a program whose section tells no type is loaded as its hook takes it",
          "[kernel][engine][handle]") {
  stage here;
  auto edge = here.open();
  const auto dropping = stage::one("dropping", "drop_all", here.ingress(), bpf_objects::typeless());
  must(edge.apply({dropping}));
  const auto running = here.program_at(here.ingress());
  CHECK(running.type == linchpin::uapi::program_type::sched_cls);
  const auto handle = must(edge.program_handle("dropping", "drop_all"));
  CHECK(must(handle.info()).id == running.id);
  CHECK(must(edge.plan({dropping})).empty());
  CHECK(refused(edge.program_handle("dropping", "drop_al")).is(linchpin::errc::not_found));
}
