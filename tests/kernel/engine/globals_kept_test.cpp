// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>

#include "counted.hpp"
#include "shapes.bpf.hpp"
#include "shapes_v2.bpf.hpp"
#include "statics.bpf.hpp"
#include "statics_v2.bpf.hpp"
#include "store/record_bytes.hpp"

// Which variables and maps keep what they hold, where an object, a record or a component says less than
// it seems to.

using namespace live_engine;

namespace {

bool shows(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string record_path(const stage& here) {
  return here.root() + "/sampler/record";
}

}  // namespace

TEST_CASE("a variable that is set no longer runs with the value of the object",
          "[kernel][engine][globals]") {
  stage here;
  auto edge = here.open();
  datagrams from_far{here};
  auto set = sampling(here, 4);
  set.global("limit", 3u);
  must(edge.apply({set}));
  from_far.pass(10);
  const auto object = bpf_objects::globals();
  REQUIRE(variable<std::uint32_t>(here.kernel, edge, object, "widened") == 30);
  const auto plan = must(edge.plan({sampling(here, 4)}));
  INFO(plan.text());
  CHECK(shows(plan.text(), "  not carried limit: it is no longer set\n"));
  must(edge.apply(plan));
  CHECK(variable<std::uint32_t>(here.kernel, edge, object, "limit") == 7);
  from_far.pass(10);
  CHECK(variable<std::uint32_t>(here.kernel, edge, object, "widened") == 30 + 70);
  CHECK(variable<std::uint64_t>(here.kernel, edge, object, "seen") == 20);
}

TEST_CASE("static variables that the compiler has numbered or made smaller start anew",
          "[kernel][engine][globals]") {
  stage here;
  auto edge = here.open();
  datagrams from_far{here};
  const auto one = bpf_objects::statics(), two = bpf_objects::statics_v2();
  const auto number = [&](std::string_view name, std::span<const std::byte> object) {
    return variable<std::uint64_t>(here.kernel, edge, object, name);
  };
  must(edge.apply({stage::one("sampler", "statics_in", here.ingress(), one)}));
  from_far.pass(10);
  const auto first = number("seen", one);
  REQUIRE(first >= 10);
  REQUIRE(number("statics_in.count.1", one) >= 2 * first);
  must(edge.apply({stage::one("sampler", "statics_in", here.ingress(), two)}));
  from_far.pass(1);
  // Other packets than the datagrams are counted as well, also while the counters are read.
  const auto least = number("statics_in.count.1", two);
  const auto counted = number("statics_in.count", two);
  const auto twice = number("statics_in.count.2", two);
  const auto halves = number("halves.1", two);
  const auto watched = variable<std::uint8_t>(here.kernel, edge, two, "watched");
  const auto seen = number("seen", two);
  const auto most = number("statics_in.count.1", two);
  CHECK(least >= 1);
  CHECK(most < first);
  CHECK((counted >= 7 * least && counted <= 7 * most));
  CHECK((twice >= 2 * least && twice <= 2 * most));
  CHECK((halves >= 2 * least && halves <= 2 * most));
  CHECK(seen >= first + least);
  CHECK(watched >= first + least);
}

TEST_CASE("counters go on where the record of their component is lost",
          "[kernel][engine][globals]") {
  stage here;
  datagrams from_far{here};
  must(here.open().apply({sampling(here, 4)}));
  from_far.pass(64);
  must(here.kernel.remove_pin(record_path(here)));
  must(here.kernel.remove_pin(record_path(here) + "-copy"));
  auto edge = here.open();
  must(edge.adopt_again("sampler"));
  must(edge.apply({sampling(here, 4, bpf_objects::globals_v2())}));
  from_far.pass(1);
  const auto two = bpf_objects::globals_v2();
  CHECK(variable<std::uint64_t>(here.kernel, edge, two, "seen") == 65);
  CHECK(variable<std::uint64_t>(here.kernel, edge, two, "globals_in.packets") == 65);
}

// The record of an earlier linchpin has the fields of arrays of structs, and of arrays of those not.
TEST_CASE(
    "a map on record of an earlier linchpin is compared with the kernel's own words and goes on",
    "[kernel][engine][globals]") {
  stage here;
  const auto one = stage::one("sampler", "shapes_in", here.ingress(), bpf_objects::shapes());
  {
    auto edge = here.open();
    must(edge.apply({one}));
    const auto held = must(edge.map_handle("sampler", "held"));
    const auto size = must(here.kernel.describe_map(held)).value_size;
    must(here.kernel.write_map(
        held, {4, size, std::vector(4, std::byte{1}), std::vector(size, std::byte{2})}, false));
  }
  auto record =
      must(linchpin::decode_component(must(here.kernel.read_blob(record_path(here))).value()));
  for (auto& version : record.generations) {
    version.layouts = 1;
    for (auto& map : version.maps) {
      std::erase_if(map.spec.layout, [](const linchpin::layout_field& field) {
        return field.path.find("[][]") != std::string::npos;
      });
    }
  }
  for (const auto* copy : {"", "-copy"})
    must(here.kernel.write_blob(record_path(here) + copy, linchpin::encode(record)));
  auto edge = here.open();
  const auto id = must(here.kernel.describe_map(must(edge.map_handle("sampler", "held")))).id;
  const auto two = stage::one("sampler", "shapes_in", here.ingress(), bpf_objects::shapes_v2());
  must(edge.apply({two}));
  const auto held = must(edge.map_handle("sampler", "held"));
  CHECK(must(here.kernel.describe_map(held)).id == id);
  CHECK(must(here.kernel.read_map(held)).size() == 1);
  CHECK(must(edge.plan({two})).empty());
}
