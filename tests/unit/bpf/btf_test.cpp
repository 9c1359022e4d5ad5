// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/btf.hpp>

#include "many_maps.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

using namespace linchpin;

TEST_CASE("an object's types can be asked by name", "[bpf][btf]") {
  const object many =
      object::open(object_source::memory("many_maps", bpf_objects::many_maps())).value();
  const btf_types types = btf_types::of_object(many).value();
  CHECK(types.contains("flow_key"));
  CHECK_FALSE(types.contains("flow_kez"));
  CHECK(types.size_of("flow_key").value() == 8);
  CHECK(types.size_of("__be32").value() == 4);
  const auto absent = types.size_of("no_such_type");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().is(errc::not_found));
  CHECK(absent.error().subject() == "no_such_type");
  CHECK(types.layout_of("flow_key", "key").value() ==
        std::vector<layout_field>{{"key.source", "__be32", 0, 32},
                                  {"key.port", "unsigned short", 32, 16},
                                  {"key.protocol", "unsigned short", 48, 16}});
}

TEST_CASE("types outlive the object they were copied from", "[bpf][btf]") {
  btf_types types = [] {
    const object many =
        object::open(object_source::memory("many_maps", bpf_objects::many_maps())).value();
    return btf_types::of_object(many).value();
  }();
  const btf_types moved = std::move(types);
  CHECK(moved.size_of("flow_key").value() == 8);
}
