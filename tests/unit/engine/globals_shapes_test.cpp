// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "shapes.hpp"
#include "stubborn_kernel.hpp"

// Variables of every shape, in every section: arrays of arrays, structs, pointers, and what the
// kernel looks after.

using namespace engine_test;
using linchpin::errc;

TEST_CASE("a variable that moves to another section keeps its value", "[engine][globals][carry]") {
  shaped_host host;
  host.write("moved_out", std::uint64_t{5});
  host.write("moved_in", std::uint64_t{6});
  host.write("seen", std::uint64_t{7});
  const auto next = shaped(bpf_objects::shapes_v2());
  const auto plan = must(host.edge.plan({next}));
  INFO(plan.text());
  CHECK(says(plan.text(), "  moved       moved_out: from .bss to .data.moved\n"));
  CHECK(says(plan.text(), "  moved       moved_in: from .data.moved to .bss\n"));
  CHECK(says(plan.text(), "  not carried fixed: it is constant, and was in .data\n"));
  during late{verb::update, 1, [&host] {
                host.write("moved_out", std::uint64_t{50});
                host.write("moved_in", std::uint64_t{60});
              }};
  host.kernel.observe(&late);
  must(host.edge.apply(plan));
  host.kernel.observe(nullptr);
  REQUIRE(late.happened);
  CHECK(host.read<std::uint64_t>("moved_out") == 50);
  CHECK(host.read<std::uint64_t>("moved_in") == 60);
  CHECK(host.read<std::uint64_t>("seen") == 7);
  check_settled(host.edge, {next});
}

TEST_CASE("the section that a variable comes to says whether it keeps its value",
          "[engine][globals][carry]") {
  shaped_host host;
  host.write("moved_out", std::uint64_t{5});
  host.write("moved_in", std::uint64_t{6});
  auto next = shaped(bpf_objects::shapes_v2());
  next.map(".data.moved").carry(linchpin::carry::discard{});
  must(host.edge.apply({next}));
  CHECK(host.read<std::uint64_t>("moved_out") == 0);
  CHECK(host.read<std::uint64_t>("moved_in") == 6);
}

TEST_CASE("a variable that moves to a section of its own keeps its value",
          "[engine][globals][carry]") {
  const linchpin::map_record bss{{".bss",
                                  linchpin::uapi::map_type::array,
                                  4,
                                  16,
                                  1,
                                  0,
                                  true,
                                  {{"value.hits", "int", 32, 32}, {"value.twice", "int", 64, 32}}},
                                 {}};
  const linchpin::map_record data{{".data",
                                   linchpin::uapi::map_type::array,
                                   4,
                                   16,
                                   1,
                                   0,
                                   true,
                                   {{"value.twice", "int", 0, 32}}},
                                  {}};
  linchpin::object_spec object;
  object.variables = {{"hits", ".data.own", "int", 0, 4, {}},
                      {"twice", ".data.own", "int", 4, 4, {}}};
  linchpin::planned_map made{{".data.own",
                              linchpin::uapi::map_type::array,
                              4,
                              8,
                              1,
                              0,
                              true,
                              {{"value.hits", "int", 0, 32}, {"value.twice", "int", 32, 32}}},
                             {},
                             {},
                             false,
                             {}};
  linchpin::generation_record running;
  running.maps = {bss, data};
  linchpin::keep_variables(made, linchpin::carry_method::reuse, {running, object}, {});
  CHECK(made.variables == std::vector<linchpin::carried_variable>{{"hits", ".bss", 4, 0, 4}});
  CHECK(made.left_behind == std::vector<std::string>{"twice: several variables have that name"});
}

TEST_CASE("variables that look alike in the source and are not keep nothing",
          "[engine][globals][carry]") {
  shaped_host host;
  grid counted{};
  counted.rows[1][2] = {3, 4};
  host.write("grid", counted);
  host.write("turns", counted);
  host.write("kept_tail", tail{2, {8, 9}});
  host.write("grown_tail", tail{2, {8, 9}});
  host.write("row", std::uint64_t{0xffff888000000000});
  const auto plan = must(host.edge.plan({shaped(bpf_objects::shapes_v2())}));
  INFO(plan.text());
  CHECK(says(plan.text(), "  not carried turns: its fields differ\n"));
  CHECK(says(plan.text(), "  not carried grown_tail: its fields differ\n"));
  CHECK(says(plan.text(), "  not carried row: an address belongs to one generation\n"));
  must(host.edge.apply(plan));
  CHECK(host.read<grid>("grid").rows[1][2].misses == 4);
  CHECK(host.read<grid>("turns").rows[1][2].hits == 0);
  CHECK(host.read<tail>("kept_tail").numbers[1] == 9);
  CHECK(host.read<longer_tail>("grown_tail").numbers[1] == 6);
  CHECK(host.read<std::uint64_t>("row") == 0);
}

TEST_CASE("of structs in arrays of arrays, each number that one side changes is kept",
          "[engine][globals][carry]") {
  two_maps maps{bpf_objects::shapes(), ".bss"};
  auto copy = maps.copy();
  must(copy.first_sweep(maps.kernel));
  constexpr auto second = sizeof(board);
  constexpr auto last = second + offsetof(board, rows) + 5 * sizeof(cell);
  maps.put(maps.from, "boards", last, std::uint32_t{10});    // hits
  maps.put(maps.to, "boards", last + 4, std::uint32_t{20});  // misses
  maps.put(maps.from, "boards", second + offsetof(board, whole), std::uint64_t{1} << 40);
  maps.put(maps.to, "boards", second + offsetof(board, bits), std::uint16_t{0x30});
  maps.put(maps.from, "grid", 8, std::uint32_t{1});
  maps.put(maps.to, "grid", 12, std::uint32_t{2});
  maps.put(maps.from, "grid", 16, std::uint32_t{3});
  maps.put(maps.to, "grid", 16, std::uint32_t{4});
  must(copy.second_sweep(maps.kernel));
  const auto boards = maps.get<std::array<board, 2>>(maps.to, "boards");
  CHECK(boards[1].rows[1][2].hits == 10);
  CHECK(boards[1].rows[1][2].misses == 20);
  CHECK(boards[1].whole == std::uint64_t{1} << 40);
  CHECK(boards[1].bits == 0x30);
  const auto cells = maps.get<grid>(maps.to, "grid");
  CHECK(cells.rows[0][1].hits == 1);
  CHECK(cells.rows[0][1].misses == 2);
  CHECK(cells.rows[0][2].hits == 4);  // of the next generation
}

TEST_CASE("late changes are written number by number", "[engine][globals][carry]") {
  two_maps maps{bpf_objects::shapes(), ".bss"};
  auto copy = maps.copy();
  must(copy.first_sweep(maps.kernel));
  grid all{};
  for (auto& row : all.rows) {
    for (auto& each : row) each = {1, 0x01010101};
  }
  maps.put(maps.from, "grid", 0, all);
  stubborn_kernel watching{maps.kernel};
  must(copy.second_sweep(watching));
  CHECK(watching.sizes_written() == std::vector<std::size_t>(12, 4));
  CHECK(maps.get<grid>(maps.to, "grid").rows[1][2].misses == 0x01010101);
}

TEST_CASE("beside a pointer that the kernel looks after, variables are copied once",
          "[engine][globals][carry]") {
  const auto object = bpf_objects::shapes_kptr();
  shaped_host host{object};
  host.write("owned", std::uint64_t{1000});
  host.write("owned_too", std::uint64_t{2000});
  const auto flags = [&host](std::string_view section) {
    return must(host.kernel.describe_map(must(host.edge.map_handle("sampler", section)))).flags;
  };
  CHECK((flags(".data.owned") & (1U << 10)) == 0);
  auto next = shaped(object);
  next.global("fixed", 9u);
  const auto plan = must(host.edge.plan({next}));
  INFO(plan.text());
  CHECK(
      says(plan.text(),
           "  map         .data.owned: copy [carry.reuse/1], 1 variable by name; copied once: what "
           "changes until the switch is lost\n"
           "  not carried owner: an address belongs to one generation\n"));
  CHECK(
      says(plan.text(),
           "  map         .data.all_owned: copy [carry.reuse/1], 1 variable by name; copied once"));
  during late{verb::update, 1, [&host] { host.write("owned", std::uint64_t{1001}); }};
  host.kernel.observe(&late);
  must(host.edge.apply(plan));
  host.kernel.observe(nullptr);
  REQUIRE(late.happened);
  CHECK(host.read<std::uint64_t>("owned", object) == 1000);
  CHECK(host.read<std::uint64_t>("owned_too", object) == 2000);
  CHECK((flags(".data.owned") & (1U << 10)) == 0);
}

TEST_CASE("a map that cannot be written while programs run is refused before they are switched",
          "[engine][globals][carry]") {
  machine host;
  fake_kernel kernel{host};
  stubborn_kernel stubborn{kernel};
  auto edge = open(stubborn);
  must(edge.apply({shaped()}));
  const auto before = host.run(host.ingress("eth0"));
  stubborn.refuse_maps_in_use();
  auto next = shaped();
  next.global("fixed", 9u);
  const auto told = refused(edge.apply({next}));
  INFO(told.message());
  CHECK(told.is(errc::unsupported));
  CHECK(says(told.message(), "map .data"));
  CHECK(says(told.message(), "carry::discard"));
  CHECK(host.run(host.ingress("eth0")) == before);
}

TEST_CASE("no part of a constant is set", "[engine][globals]") {
  shaped_host host;
  const auto refusal = [&host](std::string name, auto value) {
    auto made = shaped();
    made.global(std::move(name), value);
    return refused(host.edge.plan({made}));
  };
  CHECK(refusal("constant_cell", cell{1, 2}).is(errc::invalid_argument));
  CHECK(refusal("constant_table", std::array<std::uint32_t, 4>{}).is(errc::invalid_argument));
  const auto told = refusal("constant_grid", std::array<cell, 2>{});
  CHECK(told.is(errc::invalid_argument));
  CHECK(told.advice() == "declare it const volatile in the source");
  auto made = shaped();
  made.global("set_cell", cell{5, 6});
  must(host.edge.apply({made}));
  CHECK(host.read<cell>("set_cell", bpf_objects::shapes()).misses == 6);
}

TEST_CASE("variables whose map cannot be opened hold their component back",
          "[engine][globals][damage]") {
  machine host;
  {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({shaped()}));
    write_variable(edge, kernel, bpf_objects::shapes(), "seen", std::uint64_t{7});
  }
  fake_kernel kernel{host};
  const auto before = host.run(host.ingress("eth0"));
  std::string section = GENERATE(".bss", ".data.moved");
  must(kernel.remove_pin(pin_of(section)));
  kernel.may_open_by_id(false);
  auto edge = open(kernel);
  auto next = shaped(bpf_objects::shapes_v2());
  const auto plan = must(edge.plan({next}));
  INFO(plan.text());
  CHECK(says(plan.text(), "map " + section));
  CHECK(says(plan.text(), "cannot be opened"));
  must(edge.apply(plan));
  CHECK(host.run(host.ingress("eth0")) == before);
  next.map(".bss").carry(linchpin::carry::discard{});
  next.map(".data.moved").carry(linchpin::carry::discard{});
  must(edge.apply({next}));
  CHECK(host.run(host.ingress("eth0")) != before);
}

TEST_CASE("killed at any call of a move, each generation has its globals on record",
          "[engine][globals][fault]") {
  const auto placed = [](int priority) {
    linchpin::desired_component made{"sampler", elf(bpf_objects::shapes())};
    made.attach("shapes_in", linchpin::hook::tcx_ingress{"eth0"}).priority(priority);
    made.global("fixed", 9u);
    return made;
  };
  linchpin::desired_component other{"guard", elf(bpf_objects::guard())};
  other.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(5);
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("killed at call " << nth);
    machine host;
    bool struck = false;
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open(faulty);
      must(edge.apply({placed(1), other}));
      faulty.arm({.what = fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(std::vector{placed(10), other}, 1).has_value());
      struck = faulty.struck();
    }
    fake_kernel kernel{host};
    auto edge = open(kernel);
    const auto plan = must(edge.plan({placed(10), other}));
    INFO(plan.text());
    CHECK_FALSE(says(plan.text(), "global fixed"));
    must(edge.apply(plan));
    CHECK(variable<std::uint32_t>(edge, kernel, bpf_objects::shapes(), "fixed") == 9);
    if (!struck) break;
  }
}
