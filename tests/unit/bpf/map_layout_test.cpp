// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/bpf/object_image.hpp>
#include <linchpin/bpf/possible_cpus.hpp>

#include "many_maps.bpf.hpp"
#include "many_maps_signed.bpf.hpp"
#include "many_maps_wide.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>

using namespace linchpin;

namespace {

map_spec map_of(std::span<const std::byte> bytes, std::string_view name) {
  const auto image = object_image::parse("test", {bytes.begin(), bytes.end()}).value();
  const map_spec* found = image.spec().find_map(name);
  REQUIRE(found != nullptr);
  return *found;
}

bool has(const std::vector<std::string>& lines, std::string_view wanted) {
  return std::find(lines.begin(), lines.end(), wanted) != lines.end();
}

}  // namespace

TEST_CASE("a map does not differ from itself, whatever its type", "[bpf][map_layout]") {
  const auto bytes = bpf_objects::many_maps();
  const auto image = object_image::parse("test", {bytes.begin(), bytes.end()}).value();
  for (const auto& map : image.spec().maps) {
    INFO(map.name);
    CHECK(layout_differences(map, map).empty());
  }
}

TEST_CASE("a change of sign at equal size is seen", "[bpf][map_layout]") {
  const auto lines = layout_differences(map_of(bpf_objects::many_maps(), "flows"),
                                        map_of(bpf_objects::many_maps_signed(), "flows"));
  CHECK(lines == std::vector<std::string>{
                     "value.bytes: unsigned long long at bit 128 -> long long at bit 128"});
}

TEST_CASE("every field that moved is listed, and the one that came", "[bpf][map_layout]") {
  const auto lines = layout_differences(map_of(bpf_objects::many_maps(), "flows"),
                                        map_of(bpf_objects::many_maps_wide(), "flows"));
  CHECK(has(lines, "value.drops: absent -> unsigned int at bit 32, 32 bits"));
  CHECK(has(lines, "value.hardware[]: unsigned char[6] at bit 32 -> unsigned char[6] at bit 64"));
  CHECK_FALSE(std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.starts_with("value.packets") || line.starts_with("key");
  }));
}

TEST_CASE("type, sizes, room and flags are compared by name", "[bpf][map_layout]") {
  const map_spec is = map_of(bpf_objects::many_maps(), "numbers");
  map_spec expected = is;
  expected.type = uapi::map_type::lru_percpu_hash;
  expected.key_size = 8;
  expected.value_size = 16;
  expected.max_entries = 2000;
  expected.flags = 1;
  CHECK(layout_differences(is, expected) ==
        std::vector<std::string>{"type: hash -> lru_percpu_hash", "key_size: 4 -> 8",
                                 "value_size: 8 -> 16", "max_entries: 1000 -> 2000",
                                 "flags: 0x0 -> 0x1"});
  CHECK(name_of(uapi::map_type{77}) == "map type 77");
}

TEST_CASE("room that the kernel rounds up by itself is no difference", "[bpf][map_layout]") {
  map_spec declared;
  declared.type = uapi::map_type::lru_hash;
  declared.flags = 2;
  declared.max_entries = 1001;
  map_spec live = declared;
  const std::uint32_t cpus = possible_cpus().value();
  live.max_entries = (1001 + cpus - 1) / cpus * cpus;
  CHECK(layout_differences(live, declared).empty());
  live.max_entries += cpus;
  CHECK_FALSE(layout_differences(live, declared).empty());

  map_spec ring;
  ring.type = uapi::map_type::ringbuf;
  ring.max_entries = 5000;
  map_spec live_ring = ring;
  live_ring.max_entries = 8192;
  CHECK(layout_differences(live_ring, ring).empty());
  live_ring.max_entries = 16384;
  CHECK_FALSE(layout_differences(live_ring, ring).empty());
}

TEST_CASE("a map without BTF is not taken for an equal one", "[bpf][map_layout]") {
  const map_spec with = map_of(bpf_objects::many_maps(), "numbers");
  map_spec without = with;
  without.layout.clear();
  CHECK(layout_differences(without, with) ==
        std::vector<std::string>{"layout: no BTF to compare with -> 2 fields by BTF"});
}
