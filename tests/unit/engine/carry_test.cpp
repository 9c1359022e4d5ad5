// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/carry.hpp"

#include <linchpin/store/records.hpp>

#include <cstring>
#include <map>
#include <optional>
#include <vector>

#include "samples.bpf.hpp"
#include "scene.hpp"
#include "store/record_bytes.hpp"

using namespace engine_test;
using linchpin::errc;
using linchpin::map_entries;

namespace {

struct flow {
  std::uint64_t packets;
  std::uint64_t last_seen;
};

map_entries entries(const std::map<std::uint32_t, std::uint64_t>& flows) {
  map_entries made{sizeof(std::uint32_t), sizeof(flow), {}, {}};
  for (const auto& [key, packets] : flows) {
    const flow value{packets, 0};
    const auto* key_bytes = reinterpret_cast<const std::byte*>(&key);
    const auto* value_bytes = reinterpret_cast<const std::byte*>(&value);
    made.keys.insert(made.keys.end(), key_bytes, key_bytes + sizeof key);
    made.values.insert(made.values.end(), value_bytes, value_bytes + sizeof value);
  }
  return made;
}

std::map<std::uint32_t, std::uint64_t> flows(linchpin::kernel& kernel, linchpin::handle_ref map) {
  const auto read = must(kernel.read_map(map));
  std::map<std::uint32_t, std::uint64_t> made;
  for (std::size_t i = 0; i < read.size(); ++i) {
    std::uint32_t key = 0;
    flow value{};
    std::memcpy(&key, read.keys.data() + i * sizeof key, sizeof key);
    std::memcpy(&value, read.values.data() + i * sizeof value, sizeof value);
    made[key] = value.packets;
  }
  return made;
}

std::span<const std::byte> bytes(const std::uint32_t& key) {
  return std::as_bytes(std::span{&key, 1});
}

linchpin::desired_component carrying(std::span<const std::byte> object, auto strategy,
                                     std::uint32_t max_entries = 0) {
  auto made = guard(object);
  made.map("flows").carry(strategy);
  if (max_entries != 0) made.map("flows").max_entries(max_entries);
  return made;
}

}  // namespace

TEST_CASE("reuse keeps the very same map through an upgrade", "[engine][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  const auto before = must(kernel.describe_map(must(edge.map_handle("guard", "flows")))).id;
  must(edge.apply({guard(bpf_objects::guard_v2())}));
  CHECK(must(kernel.describe_map(must(edge.map_handle("guard", "flows")))).id == before);
}

TEST_CASE("copy brings the entries into a map of another size", "[engine][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  must(kernel.write_map(must(edge.map_handle("guard", "flows")), entries({{1, 10}, {2, 20}}),
                        false));
  const auto report =
      must(edge.apply({carrying(bpf_objects::guard(), linchpin::carry::copy{}, 128)}));
  CHECK(report.loaded == 1);
  const auto map = must(edge.map_handle("guard", "flows"));
  CHECK(must(kernel.describe_map(map)).max_entries == 128);
  CHECK(flows(kernel, map) == std::map<std::uint32_t, std::uint64_t>{{1, 10}, {2, 20}});
  CHECK(must(edge.plan({carrying(bpf_objects::guard(), linchpin::carry::copy{}, 128)})).empty());
}

TEST_CASE("a resize by reuse is refused and copy recommended", "[engine][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  const auto told =
      refused(edge.plan({carrying(bpf_objects::guard(), linchpin::carry::reuse{}, 128)}));
  CHECK(told.is(errc::layout_mismatch));
  CHECK(told.advice().find("carry::copy") != std::string_view::npos);
}

TEST_CASE("what a refused carry advises is not refused in turn", "[engine][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto samples = [](auto... how) {
    linchpin::desired_component made{"samples", elf(bpf_objects::samples())};
    made.map("samples").max_entries(sizeof...(how) == 0 ? 4096 : 8192);
    (made.map("samples").carry(how), ...);
    return made;
  };
  must(edge.apply({samples()}));
  // A ring buffer of another size can neither be shared nor be read out.
  for (const auto& told : {refused(edge.plan({samples(linchpin::carry::reuse{})})),
                           refused(edge.plan({samples(linchpin::carry::copy{})}))}) {
    INFO(told.message());
    CHECK(told.advice() == "use carry::discard to start empty, or keep the map as it is");
  }
  must(edge.apply({samples(linchpin::carry::discard{})}));
}

TEST_CASE("a size that no kernel takes is refused by the plan", "[engine][sizing]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  auto made = guard();
  made.map("flows").max_entries(0);
  const auto told = refused(edge.plan({made}));
  INFO(told.message());
  CHECK(told.is(errc::invalid_argument));
  CHECK(told.is(linchpin::outcome::nothing_tried));
  CHECK(told.subject() == "component guard, map flows");
  CHECK(told.found() == "max_entries is 0, as the component asked");
}

TEST_CASE("discard starts empty, also with another layout", "[engine][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  must(kernel.write_map(must(edge.map_handle("guard", "flows")), entries({{1, 10}}), false));
  must(edge.apply({carrying(bpf_objects::guard_wide(), linchpin::carry::discard{})}));
  CHECK(flows(kernel, must(edge.map_handle("guard", "flows"))).empty());
}

TEST_CASE("copying into a map that is too small rolls back and keeps every entry",
          "[engine][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  must(kernel.write_map(must(edge.map_handle("guard", "flows")), entries({{1, 1}, {2, 2}, {3, 3}}),
                        false));
  const auto told =
      refused(edge.apply({carrying(bpf_objects::guard(), linchpin::carry::copy{}, 2)}));
  CHECK(told.is(linchpin::outcome::rolled_back));
  CHECK(told.subject() == "component guard: map flows");
  CHECK(flows(kernel, must(edge.map_handle("guard", "flows"))).size() == 3);
  CHECK(must(edge.plan({guard()})).empty());
}

TEST_CASE("values of each CPU are not copied into a map that has one value for all",
          "[engine][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  kernel.reset_calls();
  const auto told =
      refused(edge.plan({carrying(bpf_objects::guard_percpu(), linchpin::carry::copy{})}));
  CHECK(told.is(errc::layout_mismatch));
  CHECK(told.subject() == "component guard, map flows");
  CHECK(told.expected() == "entries like those of the running hash");
  CHECK(told.found() == "a percpu_hash");
  CHECK(kernel.calls().writes() == 0);
}

TEST_CASE("an array is not copied into a smaller one, which would lose its end",
          "[engine][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  auto smaller = guard();
  smaller.map("totals").max_entries(2).carry(linchpin::carry::copy{});
  const auto told = refused(edge.plan({smaller}));
  CHECK(told.is(errc::layout_mismatch));
  CHECK(told.expected() == "at least the running map's 4 entries");
  auto larger = guard();
  larger.map("totals").max_entries(8).carry(linchpin::carry::copy{});
  must(edge.apply({larger}));
}

TEST_CASE("a tail-call array belongs to its generation", "[engine][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guide()}));
  const auto before = must(kernel.describe_map(must(edge.map_handle("guide", "stages")))).id;
  must(edge.apply({guide(bpf_objects::guide_v2())}));
  CHECK(must(kernel.describe_map(must(edge.map_handle("guide", "stages")))).id != before);
}

namespace {

linchpin::map_spec hash_called(std::string name) {
  linchpin::map_spec made;
  made.name = std::move(name);
  made.type = linchpin::uapi::map_type::hash;
  return made;
}

// A map of two entries, copied into one that has room for no more.
struct full_copy {
  full_copy() {
    linchpin::desired_component twin{"twin", elf(bpf_objects::guard())};
    twin.map("flows").max_entries(2);
    must(edge.apply({guard(), twin}));
    from = must(edge.map_handle("guard", "flows"));
    to = must(edge.map_handle("twin", "flows"));
    must(kernel.write_map(from, entries({{1, 1}, {2, 2}}), false));
    copy.emplace(hash_called("flows"), from, to);
    must(copy->first_sweep(kernel));
  }

  machine host;
  fake_kernel kernel{host};
  loose_orchestrator<ordered> edge = open(kernel);
  linchpin::handle_ref from{};
  linchpin::handle_ref to{};
  std::optional<linchpin::map_copy> copy;
};

}  // namespace

TEST_CASE("a late entry that finds no room names the map", "[engine][carry]") {
  full_copy full;
  must(full.kernel.write_map(full.from, entries({{3, 3}}), false));
  const auto told = refused(full.copy->second_sweep(full.kernel));
  CHECK(told.subject() == "map flows");
}

TEST_CASE("the second sweep brings what the old generation changed late", "[engine][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({guard()}));
  linchpin::desired_component twin{"twin", elf(bpf_objects::guard())};
  must(edge.apply({guard(), twin}));
  const auto from = must(edge.map_handle("guard", "flows"));
  const auto to = must(edge.map_handle("twin", "flows"));

  must(kernel.write_map(from, entries({{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}}), false));
  linchpin::map_copy copy{hash_called("flows"), from, to};
  must(copy.first_sweep(kernel));
  // The old generation, late: changes 1 and 2, removes 3 and 4, adds 6 and 7.
  must(kernel.write_map(from, entries({{1, 11}, {2, 12}, {6, 6}, {7, 7}}), false));
  must(kernel.erase_keys(from, bytes(3)));
  must(kernel.erase_keys(from, bytes(4)));
  // The new generation has its own word on 2, 4 and 7.
  must(kernel.write_map(to, entries({{2, 22}, {4, 24}, {7, 27}}), false));
  must(copy.second_sweep(kernel));
  CHECK(flows(kernel, to) ==
        std::map<std::uint32_t, std::uint64_t>{{1, 11}, {2, 22}, {4, 24}, {5, 5}, {6, 6}, {7, 27}});
}

TEST_CASE("in a map that is full, an entry that goes makes room for one that comes",
          "[engine][carry]") {
  full_copy full;
  must(full.kernel.erase_keys(full.from, bytes(1)));
  must(full.kernel.write_map(full.from, entries({{3, 3}}), false));
  must(full.copy->second_sweep(full.kernel));
  CHECK(flows(full.kernel, full.to) == std::map<std::uint32_t, std::uint64_t>{{2, 2}, {3, 3}});
}

TEST_CASE("a map of a process before this one is asked what it is, whatever its record says",
          "[engine][carry]") {
  machine host;
  fake_kernel kernel{host};
  { must(open(kernel).apply({guard()})); }
  const auto path = std::string{root} + "/guard/record";
  auto written = must(linchpin::decode_component(must(kernel.read_blob(path)).value()));
  const auto other = must(elf(bpf_objects::guard_percpu()).read());
  for (auto& map : written.generations.front().maps) {
    if (map.spec.name == "flows") map.spec = *other.spec().find_map("flows");
  }
  must(kernel.write_blob(path, linchpin::encode(written)));
  must(kernel.write_blob(path + "-copy", linchpin::encode(written)));

  auto edge = open(kernel);
  const auto before = host.text();
  const auto told =
      refused(edge.apply({carrying(bpf_objects::guard_percpu(), linchpin::carry::reuse{})}));
  CHECK(told.is(linchpin::outcome::rolled_back));
  CHECK(told.subject() == "component guard: map flows");
  CHECK(host.text() == before);
}

TEST_CASE("entries that were written after the switch are carried back or told of",
          "[engine][decide][carry]") {
  bool ever_written = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("dies at call " << nth);
    scene host;
    const auto key = std::vector(4, std::byte{9});
    bool struck = false;
    bool written = false;
    auto upgrade = host.one("gate", 0, bpf_objects::guard_v2());
    upgrade.map("flows").carry(linchpin::carry::copy{});
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      other_service other{host};
      auto edge = open(faulty);
      must(edge.apply({host.one("gate")}));
      const auto old_map = host.maps();
      // Directly after the switch the new generation writes one entry.
      during writes{verb::update, 1, [&] {
                      for (const auto& path : host.pins()) {
                        if (!path.ends_with("map-flows")) continue;
                        const auto map = other.open(path, linchpin::pin_kind::map);
                        if (must(other.kernel().describe_map(map.ref())).id <= old_map.back())
                          continue;
                        must(other.kernel().write_map(
                            map.ref(), {4, 16, key, std::vector(16, std::byte{1})}, false));
                        written = true;
                      }
                    }};
      kernel.observe(&writes);
      faulty.arm({.what = fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(std::vector{upgrade}, 1).has_value());
      kernel.observe(nullptr);
      struck = faulty.struck();
    }
    fake_kernel next{host};
    auto edge = open(next);
    const auto map = must(edge.map_handle("gate", "flows"));
    const bool there = must(next.read_map(map)).size() == 1;
    if (written && !there) {
      INFO(edge.recovered());
      CHECK(edge.recovered().find("flows") != std::string::npos);
    }
    ever_written = ever_written || written;
    if (!struck) {
      CHECK(there);
      break;
    }
  }
  CHECK(ever_written);
}
