// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "vocabulary.hpp"

#include "conformance_maps.bpf.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

using namespace linchpin;
using namespace conformance;

namespace {

struct map_ground {
  std::unique_ptr<ground> on = make_ground();
  linchpin::kernel& kernel = on->kernel();
  loaded_object object = load(kernel, bpf_objects::conformance_maps());
};

std::map<std::uint32_t, std::uint64_t> pairs(const map_entries& entries) {
  std::map<std::uint32_t, std::uint64_t> found;
  REQUIRE(entries.key_size == 4);
  REQUIRE(entries.value_size == 8);
  REQUIRE(entries.values.size() == entries.size() * 8);
  for (std::size_t i = 0; i != entries.size(); ++i) {
    std::uint32_t key = 0;
    std::uint64_t value = 0;
    std::memcpy(&key, entries.keys.data() + 4 * i, 4);
    std::memcpy(&value, entries.values.data() + 8 * i, 8);
    CHECK(found.emplace(key, value).second);
  }
  return found;
}

map_entries entries(const std::map<std::uint32_t, std::uint64_t>& wanted) {
  map_entries made{4, 8, {}, {}};
  for (const auto& [key, value] : wanted) {
    const auto key_bytes = bytes_of(key);
    const auto value_bytes = bytes_of(value);
    made.keys.insert(made.keys.end(), key_bytes.begin(), key_bytes.end());
    made.values.insert(made.values.end(), value_bytes.begin(), value_bytes.end());
  }
  return made;
}

using numbers = std::map<std::uint32_t, std::uint64_t>;

}  // namespace

TEST_CASE("a hash map gives back what was written", "[conformance]") {
  map_ground at;
  const auto map = take_map(at.object, "small_hash");
  CHECK(at.kernel.read_map(map.map.ref()).value().size() == 0);
  at.kernel.write_map(map.map.ref(), entries({{1, 10}, {2, 20}}), false).value();
  CHECK(pairs(at.kernel.read_map(map.map.ref()).value()) == numbers{{1, 10}, {2, 20}});
  at.kernel.write_map(map.map.ref(), entries({{2, 21}, {3, 30}}), false).value();
  CHECK(pairs(at.kernel.read_map(map.map.ref()).value()) == numbers{{1, 10}, {2, 21}, {3, 30}});
  at.kernel.write_map(map.map.ref(), entries({{3, 99}, {4, 40}}), true).value();
  CHECK(pairs(at.kernel.read_map(map.map.ref()).value()) ==
        numbers{{1, 10}, {2, 21}, {3, 30}, {4, 40}});
  at.kernel.erase_keys(map.map.ref(), bytes_of(1U, 77U, 3U)).value();
  CHECK(pairs(at.kernel.read_map(map.map.ref()).value()) == numbers{{2, 21}, {4, 40}});
}

TEST_CASE("a full hash map says how much of it was written", "[conformance]") {
  map_ground at;
  const auto map = take_map(at.object, "small_hash");
  const auto over = at.kernel.write_map(
      map.map.ref(), entries({{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}, {6, 6}}), false);
  REQUIRE_FALSE(over);
  CHECK(over.error().is(errc::full));
  INFO(over.error().message());
  CHECK(over.error().found().find('4') != std::string_view::npos);
  CHECK(at.kernel.read_map(map.map.ref()).value().size() == 4);
  CHECK(at.kernel.write_map(map.map.ref(), entries({{4, 44}}), false));
  at.kernel.erase_keys(map.map.ref(), bytes_of(1U)).value();
  CHECK(at.kernel.write_map(map.map.ref(), entries({{9, 9}}), false));
}

TEST_CASE("an LRU map takes more than fits by forgetting", "[conformance]") {
  map_ground at;
  const auto map = take_map(at.object, "recent");
  numbers many;
  for (std::uint32_t i = 0; i != 500; ++i) many[i] = i;
  CHECK(at.kernel.write_map(map.map.ref(), entries(many), false));
  const auto kept = pairs(at.kernel.read_map(map.map.ref()).value());
  CHECK_FALSE(kept.empty());
  CHECK(kept.size() <= 64);
  CHECK(std::all_of(kept.begin(), kept.end(),
                    [](const auto& entry) { return entry.first == entry.second; }));
}

TEST_CASE("an array always has all its entries", "[conformance]") {
  map_ground at;
  const auto map = take_map(at.object, "slots");
  CHECK(pairs(at.kernel.read_map(map.map.ref()).value()) == numbers{{0, 0}, {1, 0}, {2, 0}});
  at.kernel.write_map(map.map.ref(), entries({{1, 11}}), false).value();
  CHECK(pairs(at.kernel.read_map(map.map.ref()).value()) == numbers{{0, 0}, {1, 11}, {2, 0}});
  at.kernel.write_map(map.map.ref(), entries({{1, 12}}), true).value();
  CHECK(pairs(at.kernel.read_map(map.map.ref()).value()) == numbers{{0, 0}, {1, 11}, {2, 0}});
  CONFORMANCE_FAILS(at.kernel.write_map(map.map.ref(), entries({{3, 1}}), false), full);
  CHECK_FALSE(at.kernel.erase_keys(map.map.ref(), bytes_of(1U)));
}

TEST_CASE("per-CPU values have a padded slot for each possible CPU", "[conformance]") {
  map_ground at;
  const auto map = take_map(at.object, "per_cpu");
  CHECK(map.info.value_size == 4);
  const auto slot_size = 8 * at.kernel.facts().possible_cpus;
  auto read = at.kernel.read_map(map.map.ref()).value();
  CHECK(read.value_size == slot_size);
  map_entries entries{4, slot_size, bytes_of(5U), {}};
  for (std::uint32_t cpu = 0; cpu != at.kernel.facts().possible_cpus; ++cpu) {
    const auto slot = bytes_of(100U + cpu, 0U);
    entries.values.insert(entries.values.end(), slot.begin(), slot.end());
  }
  at.kernel.write_map(map.map.ref(), entries, false).value();
  read = at.kernel.read_map(map.map.ref()).value();
  CHECK(read.keys == entries.keys);
  CHECK(read.values == entries.values);
  entries.value_size = 4;
  entries.values.resize(4);
  CONFORMANCE_FAILS(at.kernel.write_map(map.map.ref(), entries, false), invalid_argument);
}

TEST_CASE("maps behind globals start with the object's values and constants stay constant",
          "[conformance]") {
  map_ground at;
  const auto data = take_map(at.object, ".data");
  const auto constants = take_map(at.object, ".rodata");
  auto written = at.kernel.read_map(data.map.ref()).value();
  CHECK(written.size() == 1);
  CHECK(written.values == bytes_of(5U));
  const auto fixed = at.kernel.read_map(constants.map.ref()).value();
  CHECK(fixed.values == bytes_of(7U));
  written.values = bytes_of(6U);
  at.kernel.write_map(data.map.ref(), written, false).value();
  CHECK(at.kernel.read_map(data.map.ref()).value().values == bytes_of(6U));
  CONFORMANCE_FAILS(at.kernel.write_map(constants.map.ref(), written, false), permission_denied);
}

TEST_CASE("the layout of a map is that of its object", "[conformance]") {
  map_ground at;
  const auto image = image_of(bpf_objects::conformance_maps());
  for (const auto* name : {"small_hash", ".data"}) {
    INFO(name);
    const auto map = take_map(at.object, name);
    CHECK(at.kernel.read_layout(map.map.ref()).value() == image.spec().find_map(name)->layout);
  }
}

TEST_CASE("variables are written where they are what is expected", "[conformance]") {
  map_ground at;
  const auto data = take_map(at.object, ".data");
  const auto value = [&] { return at.kernel.read_map(data.map.ref()).value().values; };
  const auto write = [&](std::uint32_t offset, const std::vector<std::byte>& bytes,
                         const std::vector<std::byte>& expected) {
    return at.kernel.write_variables(data.map.ref(),
                                     std::array{variable_write{offset, bytes, expected}}, true);
  };
  write(0, bytes_of(6U), {}).value();
  CHECK(value() == bytes_of(6U));
  write(0, bytes_of(7U), bytes_of(6U)).value();
  CHECK(value() == bytes_of(7U));
  write(0, bytes_of(8U), bytes_of(6U)).value();
  CHECK(value() == bytes_of(7U));
  // Three bytes, which are no number, cannot be compared and written in one instant.
  const std::vector three(3, std::byte{0});
  CONFORMANCE_FAILS(write(1, {std::byte{1}, std::byte{0}, std::byte{0}}, three), invalid_argument);
  CONFORMANCE_FAILS(write(1, {std::byte{1}, std::byte{0}}, {std::byte{0}, std::byte{0}}),
                    invalid_argument);
  CHECK(value() == bytes_of(7U));
  write(1, {std::byte{1}, std::byte{0}, std::byte{0}}, {}).value();
  CHECK(value() == bytes_of(7U + 256U));
  at.kernel.write_variables(data.map.ref(), {}, true).value();
  CONFORMANCE_FAILS(write(2, bytes_of(1U), {}), invalid_argument);
  CONFORMANCE_FAILS(write(0, bytes_of(1U), bytes_of(1U, 2U)), invalid_argument);
  CHECK(value() == bytes_of(7U + 256U));
}

TEST_CASE("variables are written into maps of variables, and not into constants", "[conformance]") {
  map_ground at;
  const auto one = bytes_of(1U);
  const std::array write{variable_write{0, one, {}}};
  const auto constants = take_map(at.object, ".rodata");
  const auto slots = take_map(at.object, "slots");
  const auto hash = take_map(at.object, "small_hash");
  CONFORMANCE_FAILS(at.kernel.write_variables(constants.map.ref(), write, true), permission_denied);
  CONFORMANCE_FAILS(at.kernel.write_variables(slots.map.ref(), write, true), wrong_type);
  CONFORMANCE_FAILS(at.kernel.write_variables(hash.map.ref(), write, false), wrong_type);
}

TEST_CASE("variables that programs may be using are never written as a whole", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  load_request request;
  request.maps = {{".data", 0, 0}};  // without BPF_F_MMAPABLE
  const auto loaded = kernel.load(image_of(bpf_objects::conformance_maps()), request).value();
  const auto data = std::find_if(loaded.maps.begin(), loaded.maps.end(),
                                 [](const auto& map) { return map.name == ".data"; });
  REQUIRE(data != loaded.maps.end());
  const auto value = [&] { return kernel.read_map(data->map.ref()).value().values; };
  const auto before = value();
  const auto six = bytes_of(6U);
  const std::array write{variable_write{0, six, {}}};
  CONFORMANCE_FAILS(kernel.write_variables(data->map.ref(), write, true), unsupported);
  CHECK(value() == before);
  kernel.write_variables(data->map.ref(), write, false).value();
  CHECK(value() == six);
}

TEST_CASE("an object is loaded with the globals that are asked for", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto image = image_of(bpf_objects::conformance_maps());
  const auto nine = bytes_of(9U);
  const auto ten = bytes_of(10U);
  load_request request;
  request.globals = {{"limit", nine}, {"last_seen", ten}};
  const auto loaded = kernel.load(image, request).value();
  const auto value = [&](std::string_view name) {
    for (const auto& map : loaded.maps) {
      if (map.name == name) return kernel.read_map(map.map.ref()).value().values;
    }
    return std::vector<std::byte>{};
  };
  CHECK(value(".rodata") == nine);
  CHECK(value(".data") == ten);
  request.globals = {{"limits", nine}};
  CONFORMANCE_FAILS(kernel.load(image, request), not_found);
  const auto wide = bytes_of(1U, 2U);
  request.globals = {{"limit", wide}};
  CONFORMANCE_FAILS(kernel.load(image, request), layout_mismatch);
}

TEST_CASE("writing nothing and erasing nothing is fine", "[conformance]") {
  map_ground at;
  const auto map = take_map(at.object, "small_hash");
  CHECK(at.kernel.write_map(map.map.ref(), {4, 8, {}, {}}, false));
  CHECK(at.kernel.erase_keys(map.map.ref(), {}));
}

TEST_CASE("a grace period ends", "[conformance]") {
  const auto ground = make_ground();
  CHECK(ground->kernel().wait_grace_period());
}

TEST_CASE("a tail-call array is read as program ids and written as handles", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  auto object = load(kernel, bpf_objects::conformance_maps());
  const auto leaf = take_program(object, "leaf");
  const auto jumps = take_map(object, "jumps");
  map_entries calls{4, 4, std::vector<std::byte>(4), std::vector<std::byte>(4)};
  const auto number = static_cast<std::uint32_t>(leaf.program.ref().number);
  std::memcpy(calls.values.data(), &number, sizeof number);
  kernel.write_map(jumps.map.ref(), calls, false).value();
  const auto read = kernel.read_map(jumps.map.ref()).value();
  REQUIRE(read.size() == 1);
  CHECK(read.keys == calls.keys);
  std::uint32_t id = 0;
  std::memcpy(&id, read.values.data(), sizeof id);
  CHECK(id == leaf.info.id.value);
  kernel.erase_keys(jumps.map.ref(), calls.keys).value();
  CHECK(kernel.read_map(jumps.map.ref()).value().size() == 0);
}
