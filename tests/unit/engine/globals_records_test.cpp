// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/faulty_kernel.hpp>

#include <algorithm>
#include <array>

#include "shapes.hpp"
#include "store/record_bytes.hpp"

// Variables and maps whose layout is not on record, or in the words of an earlier linchpin; and what
// cannot be written in one instant.

using namespace engine_test;

namespace {

const std::string sampler_record = std::string{root} + "/sampler/record";

// Writes the record as an earlier linchpin did: no fields behind arrays of arrays, no tags of pointers.
void write_as_before(fake_kernel& kernel) {
  auto record = must(linchpin::decode_component(must(kernel.read_blob(sampler_record)).value()));
  for (auto& version : record.generations) {
    version.layouts = 1;
    for (auto& map : version.maps) {
      std::erase_if(map.spec.layout, [](const linchpin::layout_field& field) {
        return field.path.find("[][]") != std::string::npos;
      });
    }
  }
  const auto bytes = linchpin::encode(record);
  REQUIRE(bytes[4] == std::byte{2});
  must(kernel.write_blob(sampler_record, bytes));
  must(kernel.write_blob(sampler_record + "-copy", bytes));
}

void lose_sampler_record(fake_kernel& kernel) {
  must(kernel.remove_pin(sampler_record));
  must(kernel.remove_pin(sampler_record + "-copy"));
}

// What a policy was told of the layouts of one map.
struct listening_carry : linchpin::carry::reuse {
  [[nodiscard]] linchpin::carry_method choose(const linchpin::carry_view& maps) const noexcept {
    if (maps.next.name == "held") told.push_back(maps.same_layout);
    return linchpin::carry::reuse::choose(maps);
  }
  static inline std::vector<bool> told;
};

struct listening : ordered {
  using map_carry = listening_carry;
};

}  // namespace

TEST_CASE("no policy is told that layouts agree which nobody has compared",
          "[engine][globals][store]") {
  machine host;
  {
    fake_kernel kernel{host};
    must(open(kernel).apply({shaped()}));
    write_as_before(kernel);
  }
  listening_carry::told.clear();
  fake_kernel kernel{host};
  SECTION("it is told what is read from the map") {
    auto edge = open<listening>(kernel);
    must(edge.plan({shaped(bpf_objects::shapes_v2())}));
    CHECK(listening_carry::told == std::vector<bool>{true});
    CHECK_FALSE(edge.plan({shaped(bpf_objects::shapes_swapped())}));
    CHECK(listening_carry::told == std::vector<bool>{true, false});
  }
  SECTION("it is not asked where the map cannot be read") {
    kernel.may_open_by_id(false);
    auto edge = open<listening>(kernel);
    const auto text = must(edge.plan({shaped(bpf_objects::shapes_swapped())})).text();
    CHECK(says(text, "map held, which is to be shared, was recorded by an earlier linchpin"));
    CHECK(listening_carry::told.empty());
  }
}

TEST_CASE("a map that an earlier linchpin described less closely is compared when it is loaded",
          "[engine][globals][store]") {
  machine host;
  {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({shaped()}));
    const auto held = must(edge.map_handle("sampler", "held"));
    const auto size = must(kernel.describe_map(held)).value_size;
    must(kernel.write_map(
        held, {4, size, std::vector(4, std::byte{1}), std::vector(size, std::byte{2})}, false));
    write_as_before(kernel);
  }
  fake_kernel kernel{host};
  SECTION("where it can be read") {
    auto edge = open(kernel);
    const auto id = must(kernel.describe_map(must(edge.map_handle("sampler", "held")))).id;
    const auto plan = must(edge.plan({shaped(bpf_objects::shapes_v2())}));
    INFO(plan.text());
    CHECK(says(plan.text(), "  map         held: reuse"));
    must(edge.apply(plan));
    CHECK(must(kernel.describe_map(must(edge.map_handle("sampler", "held")))).id == id);
    check_settled(edge, {shaped(bpf_objects::shapes_v2())});
  }
  SECTION("asked for a copy, it is copied") {
    auto edge = open(kernel);
    auto next = shaped(bpf_objects::shapes_v2());
    next.map("held").carry(linchpin::carry::copy{});
    must(edge.apply({next}));
    CHECK(must(kernel.read_map(must(edge.map_handle("sampler", "held")))).size() == 1);
  }
  SECTION("where it cannot be read, its component is left as it is") {
    kernel.may_open_by_id(false);
    auto edge = open(kernel);
    const auto text = must(edge.plan({shaped(bpf_objects::shapes_v2())})).text();
    INFO(text);
    CHECK(says(text,
               "map held, which is to be shared, was recorded by an earlier linchpin, which "
               "described it less closely"));
    CHECK(says(text, "takes CAP_SYS_ADMIN; one apply with that is enough"));
  }
  SECTION("where it cannot be read, it is not copied either") {
    kernel.may_open_by_id(false);
    auto edge = open(kernel);
    auto next = shaped(bpf_objects::shapes_v2());
    next.map("held").carry(linchpin::carry::copy{});
    const auto text = must(edge.plan({next})).text();
    INFO(text);
    CHECK(says(text, "map held, whose entries are to be copied, was recorded by an earlier"));
    next.map("held").carry(linchpin::carry::discard{});
    must(edge.apply({next}));
    CHECK(must(kernel.read_map(must(edge.map_handle("sampler", "held")))).size() == 0);
  }
  SECTION("a field that has moved within what was not described keeps it from being copied") {
    auto edge = open(kernel);
    auto next = shaped(bpf_objects::shapes_swapped());
    next.map("held").carry(linchpin::carry::copy{});
    const auto told = refused(edge.plan({next}));
    INFO(told.message());
    CHECK(told.is(linchpin::errc::layout_mismatch));
    CHECK(says(told.message(), "value.rows[][].hits"));
  }
}

TEST_CASE("variables on record of an earlier linchpin go on with the same object alone",
          "[engine][globals][store]") {
  machine host;
  {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({shaped()}));
    write_variable(edge, kernel, bpf_objects::shapes(), "seen", std::uint64_t{1000});
    write_as_before(kernel);
  }
  fake_kernel kernel{host};
  auto edge = open(kernel);
  SECTION("another object") {
    const auto plan = must(edge.plan({shaped(bpf_objects::shapes_v2())}));
    INFO(plan.text());
    CHECK(says(plan.text(),
               ".bss: fresh [nothing tells which variables the running generation has]"));
  }
  SECTION("the same object") {
    auto next = shaped();
    next.global("fixed", 9u);
    must(edge.apply({next}));
    CHECK(variable<std::uint64_t>(edge, kernel, bpf_objects::shapes(), "seen") == 1000);
  }
}

TEST_CASE("variables that were taken over without a record go on", "[engine][globals][damage]") {
  machine host;
  {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({shaped()}));
    write_variable(edge, kernel, bpf_objects::shapes(), "seen", std::uint64_t{1000});
    write_variable(edge, kernel, bpf_objects::shapes(), "moved_out", std::uint64_t{50});
    lose_sampler_record(kernel);
  }
  fake_kernel kernel{host};
  auto next = shaped(bpf_objects::shapes_v2());
  SECTION("where this process may read what they are") {
    auto edge = open(kernel);
    must(edge.adopt_again("sampler"));
    must(edge.apply({next}));
    CHECK(variable<std::uint64_t>(edge, kernel, bpf_objects::shapes_v2(), "seen") == 1000);
    CHECK(variable<std::uint64_t>(edge, kernel, bpf_objects::shapes_v2(), "moved_out") == 50);
  }
  SECTION("where it may not, they hold their component back until they are given up") {
    kernel.may_open_by_id(false);
    auto edge = open(kernel);
    must(edge.adopt_again("sampler"));
    next.map("held").carry(linchpin::carry::discard{});
    const auto before = host.run(host.ingress("eth0"));
    const auto plan = must(edge.plan({next}));
    INFO(plan.text());
    CHECK(says(plan.text(), "whose variables are to be kept, was taken over without a record"));
    must(edge.apply(plan));
    CHECK(host.run(host.ingress("eth0")) == before);
    for (const auto* section : {".bss", ".data", ".data.moved"})
      next.map(section).carry(linchpin::carry::discard{});
    must(edge.apply({next}));
    CHECK(host.run(host.ingress("eth0")) != before);
  }
}

TEST_CASE("a map of which no variable goes on holds nothing back", "[engine][globals][damage]") {
  machine host;
  {
    fake_kernel kernel{host};
    must(open(kernel).apply({shaped()}));
  }
  fake_kernel kernel{host};
  must(kernel.remove_pin(pin_of(".bss")));
  kernel.may_open_by_id(false);
  auto edge = open(kernel);
  auto next = shaped(bpf_objects::shapes_v2());
  const auto image = must(elf(bpf_objects::shapes_v2()).read());
  for (const auto& place : image.spec().variables) {
    const bool set = place.map == ".bss" && place.name != "moved_in" && place.name != "row" &&
                     place.name != "turns";
    if (set) next.global(place.name, std::vector<std::byte>(place.size));
  }
  next.map(".data.moved").carry(linchpin::carry::discard{});
  const auto plan = must(edge.plan({next}));
  INFO(plan.text());
  CHECK(says(plan.text(), "  moved       moved_in: from .data.moved to .bss\n"));
  CHECK(plan.components().front().held_back.empty());
  must(edge.apply(plan));
}

TEST_CASE("what cannot be written in one instant is never a mixture", "[engine][globals][carry]") {
  two_maps maps{bpf_objects::shapes(), ".bss"};
  using name = std::array<char, 16>;
  maps.put(maps.from, "last_name", 0, name{"first"});
  auto copy = maps.copy();
  must(copy.first_sweep(maps.kernel));
  maps.put(maps.from, "last_name", 0, name{"another name"});
  maps.put(maps.to, "last_name", 8, 'x');
  maps.put(maps.from, "last_address", 1, std::uint16_t{7});
  maps.put(maps.to, "last_address", 5, std::uint8_t{9});
  maps.put(maps.from, "packed", 0, std::uint32_t{3});
  maps.put(maps.from, "packed", 4, std::uint64_t{4});
  must(copy.second_sweep(maps.kernel));
  auto expected = name{"first"};
  expected[8] = 'x';
  CHECK(maps.get<name>(maps.to, "last_name") == expected);
  CHECK(maps.get<std::array<std::uint8_t, 8>>(maps.to, "last_address") ==
        std::array<std::uint8_t, 8>{0, 0, 0, 0, 0, 9, 0, 0});
  CHECK(maps.get<packed_cell>(maps.to, "packed").narrow == 3);
  CHECK(maps.get<packed_cell>(maps.to, "packed").wide == 0);
}

TEST_CASE("bytes that are written in one go follow what the old programs change",
          "[engine][globals][carry]") {
  two_maps maps{bpf_objects::shapes(), ".bss"};
  auto copy = maps.copy();
  must(copy.first_sweep(maps.kernel));
  maps.put(maps.from, "last_address", 0, std::uint64_t{0x0102030405060708});
  must(copy.second_sweep(maps.kernel));
  CHECK(maps.get<std::uint64_t>(maps.to, "last_address") == 0x0102030405060708);
}

TEST_CASE("a plan says of which variables a change during the switch is lost",
          "[engine][globals][carry]") {
  shaped_host host;
  const auto text = must(host.edge.plan({shaped(bpf_objects::shapes_v2())})).text();
  INFO(text);
  for (const auto* name : {"last_name", "packed"}) {
    CHECK(
        says(text, fmt::format("  copied once {}: of it, only numbers of 1, 2, 4 or 8 bytes follow "
                               "what changes until the switch\n",
                               name)));
  }
  CHECK_FALSE(says(text, "copied once last_address"));
  CHECK_FALSE(says(text, "copied once grid"));
}

TEST_CASE("a variable that has grown by an alignment alone keeps its value",
          "[engine][globals][carry]") {
  const auto spec = [](std::uint32_t size, std::uint32_t bit) {
    return linchpin::map_spec{".bss",
                              linchpin::uapi::map_type::array,
                              4,
                              size,
                              1,
                              0,
                              true,
                              {{"value.flow.bytes", "unsigned long long", bit, 64},
                               {"value.flow.count", "unsigned int", bit + 64, 32}}};
  };
  linchpin::generation_record running;
  running.maps = {{spec(20, 64), {}}};
  linchpin::object_spec object;
  object.variables = {{"flow", ".bss", "struct flow", 0, 32, {}}};
  linchpin::planned_map made{spec(32, 0), {}, {}, false, {}};
  linchpin::keep_variables(made, linchpin::carry_method::reuse, {running, object}, {});
  CHECK(made.variables == std::vector<linchpin::carried_variable>{{"flow", "", 8, 0, 12}});
  CHECK(made.left_behind.empty());
}

TEST_CASE("what a generation wrote is told of as lost only where it ran",
          "[engine][globals][fault]") {
  bool told_once = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("dies at call " << nth);
    machine host;
    bool struck = false;
    std::vector<linchpin::program_id> old;
    {
      fake_kernel kernel{host};
      linchpin::testing::faulty_kernel faulty{kernel};
      auto edge = open(faulty);
      must(edge.apply({shaped()}));
      old = host.run(host.ingress("eth0"));
      faulty.arm({.what = linchpin::testing::fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(std::vector{shaped(bpf_objects::shapes_v2())}, 1).has_value());
      struck = faulty.struck();
    }
    const bool ran = host.run(host.ingress("eth0")) != old;
    fake_kernel kernel{host};
    auto edge = open(kernel);
    const bool back = host.run(host.ingress("eth0")) == old;
    INFO(edge.recovered());
    CHECK(says(edge.recovered(), "wrote into its own map .bss") == (ran && back));
    told_once = told_once || (ran && back);
    if (!struck) break;
  }
  CHECK(told_once);
}
