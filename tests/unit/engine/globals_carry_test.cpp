// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_variables.hpp"
#include "engine/variable_copy.hpp"

#include <array>

#include "globals.hpp"

using namespace engine_test;

namespace {

struct pair {
  std::uint64_t even;
  std::uint64_t odd;
};

struct discarding : ordered {
  using map_carry = linchpin::carry::discard;
};

// A component that has counted.
template <class Policies = ordered>
struct counted : machine {
  counted() {
    must(edge.apply({sampler()}));
    write("seen", std::uint64_t{1000});
    write("globals_in.packets", std::uint64_t{1001});
    write("parities", pair{400, 600});
    write("widened", std::uint32_t{77});
    write("went", std::uint64_t{88});
    write("hidden", std::uint64_t{1002});
    write("kept", std::uint64_t{0xffff888000000000});
    write("limit", std::uint32_t{9});
  }

  template <class Value>
  void write(std::string_view name, Value value,
             std::span<const std::byte> object = bpf_objects::globals()) {
    write_variable(edge, kernel, object, name, value);
  }
  template <class Value>
  Value read(std::string_view name, std::span<const std::byte> object = bpf_objects::globals_v2()) {
    return variable<Value>(edge, kernel, object, name);
  }

  fake_kernel kernel{*this};
  loose_orchestrator<Policies> edge = open<Policies>(kernel);
};

bool shows(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("variables keep their values through an upgrade, wherever they come to lie",
          "[engine][globals][carry]") {
  counted host;
  const auto plan = must(host.edge.plan({sampler(bpf_objects::globals_v2())}));
  INFO(plan.text());
  CHECK(
      shows(plan.text(),
            "  map         .bss: copy [carry.reuse/1], 4 variables by name; where both generations "
            "change a number, the next one's stays\n"));
  CHECK(shows(plan.text(), "  map         .data: copy [carry.reuse/1], 1 variable by name; "));
  CHECK(shows(plan.text(), "  map         .rodata: fresh [globals belong to one generation]\n"));
  CHECK(shows(plan.text(), "  not carried widened: unsigned int -> unsigned long long\n"));
  CHECK(shows(plan.text(), "  not carried kept: an address belongs to one generation\n"));
  must(host.edge.apply(plan));
  CHECK(host.read<std::uint64_t>("seen") == 1000);
  CHECK(host.read<std::uint64_t>("globals_in.packets") == 1001);
  CHECK(host.read<pair>("parities").even == 400);
  CHECK(host.read<pair>("parities").odd == 600);
  CHECK(host.read<std::uint32_t>("limit") == 9);
  CHECK(host.read<std::uint64_t>("widened") == 0);
  CHECK(host.read<std::uint32_t>("came") == 0);
  CHECK(host.read<std::uint64_t>("globals_in.calls") == 0);
  CHECK(host.read<std::uint64_t>("kept") == 0);
  CHECK(host.read<std::uint64_t>("hidden") == 1002);
  check_settled(host.edge, {sampler(bpf_objects::globals_v2())});
}

TEST_CASE("counters go on when a global is set to another value", "[engine][globals][carry]") {
  counted host;
  auto next = sampler();
  next.global("sample_every", 100u);
  must(host.edge.apply({next}));
  CHECK(host.read<std::uint64_t>("seen", bpf_objects::globals()) == 1000);
  CHECK(host.read<std::uint32_t>("widened", bpf_objects::globals()) == 77);
}

TEST_CASE("beside a lock, which stays behind, variables keep their values",
          "[engine][globals][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const auto object = bpf_objects::globals_locked();
  must(edge.apply({sampler(object)}));
  write_variable(edge, kernel, object, "locked", std::uint64_t{1003});
  auto next = sampler(object);
  next.global("sample_every", 100u);
  const auto plan = must(edge.plan({next}));
  INFO(plan.text());
  CHECK(shows(plan.text(),
              "  map         .data.locked: copy [carry.reuse/1], 1 variable by name; copied once: "
              "what changes until the switch is lost\n"
              "  not carried lock: a struct bpf_spin_lock belongs to one generation\n"));
  must(edge.apply(plan));
  CHECK(variable<std::uint64_t>(edge, kernel, object, "locked") == 1003);
}

TEST_CASE("a variable that is set starts with what it is set to", "[engine][globals][carry]") {
  counted host;
  auto next = sampler(bpf_objects::globals_v2());
  next.global("limit", 3u);
  next.global("seen", std::uint64_t{5});
  must(host.edge.apply({next}));
  CHECK(host.read<std::uint32_t>("limit") == 3);
  CHECK(host.read<std::uint64_t>("seen") == 5);
  CHECK(host.read<std::uint64_t>("globals_in.packets") == 1001);
}

TEST_CASE("variables whose carry is discard start as the object has them",
          "[engine][globals][carry]") {
  SECTION("those of one section, asked for") {
    counted host;
    auto next = sampler(bpf_objects::globals_v2());
    next.map(".bss").carry(linchpin::carry::discard{});
    CHECK(shows(must(host.edge.plan({next})).text(), ".bss: discard [asked for]"));
    must(host.edge.apply({next}));
    CHECK(host.read<std::uint64_t>("seen") == 0);
    CHECK(host.read<std::uint32_t>("limit") == 9);
  }
  SECTION("all, by the policy") {
    counted<discarding> host;
    must(host.edge.apply({sampler(bpf_objects::globals_v2())}));
    CHECK(host.read<std::uint64_t>("seen") == 0);
    CHECK(host.read<std::uint32_t>("limit") == 7);
  }
}

TEST_CASE("what the old programs count until the switch is brought over after it",
          "[engine][globals][carry]") {
  counted host;
  during late{verb::update, 1, [&host] {
                host.write("seen", std::uint64_t{1010});
                host.write("parities", pair{405, 605});
              }};
  host.kernel.observe(&late);
  must(host.edge.apply({sampler(bpf_objects::globals_v2())}));
  host.kernel.observe(nullptr);
  REQUIRE(late.happened);
  CHECK(host.read<std::uint64_t>("seen") == 1010);
  CHECK(host.read<pair>("parities").odd == 605);
  CHECK(host.read<std::uint64_t>("globals_in.packets") == 1001);
}

TEST_CASE("what the next programs have changed since the switch counts",
          "[engine][globals][carry]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  auto twin = sampler();
  must(edge.apply({sampler()}));
  const auto image = must(elf(bpf_objects::globals()).read());
  const auto from = must(edge.map_handle("sampler", ".bss"));
  auto loaded = must(kernel.load(image, {}));
  const auto to = std::find_if(loaded.maps.begin(), loaded.maps.end(),
                               [](const auto& map) { return map.name == ".bss"; });
  REQUIRE(to != loaded.maps.end());
  const auto place = variable_of(bpf_objects::globals(), "seen");
  const auto other = variable_of(bpf_objects::globals(), "sampled");
  linchpin::planned_map planned{*image.spec().find_map(".bss"), {}, {}, false, {}};
  linchpin::generation_record running;
  running.maps = {{planned.spec, {}}};
  linchpin::keep_variables(planned, linchpin::carry_method::copy, {running, image.spec()}, {});
  linchpin::variable_copy copy{planned, {{".bss", from}}, to->map.ref()};
  must(copy.first_sweep(kernel));
  const auto put = [&](linchpin::handle_ref map, const linchpin::variable_spec& at,
                       std::uint64_t value) {
    must(kernel.write_variables(
        map, std::array{linchpin::variable_write{at.offset, std::as_bytes(std::span{&value, 1})}},
        true));
  };
  put(from, place, 7);
  put(from, other, 8);
  put(to->map.ref(), place, 100);
  must(copy.second_sweep(kernel));
  const auto bytes = must(kernel.read_map(to->map.ref())).values;
  std::uint64_t value = 0;
  std::memcpy(&value, bytes.data() + place.offset, sizeof value);
  CHECK(value == 100);
  std::memcpy(&value, bytes.data() + other.offset, sizeof value);
  CHECK(value == 8);
}

namespace {

linchpin::map_spec section_of(std::vector<linchpin::layout_field> layout) {
  linchpin::map_spec made{".bss", linchpin::uapi::map_type::array, 4, 64, 1, 0, true, {}};
  made.layout = std::move(layout);
  return made;
}

linchpin::variable_spec variable_in_bss(std::string name, std::string type, std::uint32_t offset,
                                        std::uint32_t size) {
  return {std::move(name), ".bss", std::move(type), offset, size, {}};
}

linchpin::planned_map kept(const linchpin::map_spec& running, const linchpin::map_spec& next,
                           std::vector<linchpin::variable_spec> variables) {
  linchpin::object_spec object;
  object.variables = std::move(variables);
  linchpin::planned_map made{next, {}, {}, false, {}};
  linchpin::generation_record record;
  record.maps = {{running, {}}};
  linchpin::keep_variables(made, linchpin::carry_method::reuse, {record, object}, {});
  return made;
}

}  // namespace

TEST_CASE("locks, timers and addresses are never carried", "[engine][globals][carry]") {
  const auto both = section_of({{"value.lock", "struct bpf_spin_lock", 0, 32},
                                {"value.timers[]", "struct bpf_timer[2]", 64, 256},
                                {"value.last.flow", "struct flow *", 320, 64},
                                {"value.last.count", "unsigned long long", 384, 64},
                                {"value.seen", "unsigned int", 448, 32}});
  const auto made = kept(both, both,
                         {variable_in_bss("lock", "struct bpf_spin_lock", 0, 4),
                          variable_in_bss("timers", "struct bpf_timer[2]", 8, 32),
                          variable_in_bss("last", "struct last", 40, 16),
                          variable_in_bss("seen", "unsigned int", 56, 4)});
  CHECK(made.left_behind ==
        std::vector<std::string>{"lock: a struct bpf_spin_lock belongs to one generation",
                                 "timers: a struct bpf_timer[2] belongs to one generation",
                                 "last: an address belongs to one generation"});
  CHECK(made.variables == std::vector<linchpin::carried_variable>{{"seen", "", 56, 56, 4}});
  CHECK(linchpin::holds_kernel_objects(both));
}

TEST_CASE("a variable keeps its value where its name, size and fields are the same",
          "[engine][globals][carry]") {
  const auto old = section_of({{"value.pair.a", "int", 0, 32},
                               {"value.pair.b", "int", 32, 32},
                               {"value.turned.a", "int", 64, 32},
                               {"value.turned.b", "int", 96, 32},
                               {"value.in.calls", "int", 128, 32},
                               {"value.table[]", "int[2]", 160, 64}});
  const auto next = section_of({{"value.table[]", "int[2]", 0, 64},
                                {"value.in.calls", "int", 64, 32},
                                {"value.in.more", "int", 96, 32},
                                {"value.turned.b", "int", 128, 32},
                                {"value.turned.a", "int", 160, 32},
                                {"value.pair.a", "int", 192, 32},
                                {"value.pair.b", "int", 224, 32}});
  const auto made =
      kept(old, next,
           {variable_in_bss("table", "int[2]", 0, 8), variable_in_bss("in.calls", "int", 8, 4),
            variable_in_bss("in.more", "int", 12, 4), variable_in_bss("turned", "struct p", 16, 8),
            variable_in_bss("pair", "struct p", 24, 8)});
  CHECK(made.variables == std::vector<linchpin::carried_variable>{{"table", "", 20, 0, 8},
                                                                  {"in.calls", "", 16, 8, 4},
                                                                  {"pair", "", 0, 24, 8}});
  CHECK(made.left_behind == std::vector<std::string>{"turned: its fields differ"});
}

TEST_CASE("two variables of one name keep nothing", "[engine][globals][carry]") {
  const auto both = section_of({{"value.hits", "int", 0, 32}, {"value.hits", "int", 32, 32}});
  const auto made = kept(
      both, both, {variable_in_bss("hits", "int", 0, 4), variable_in_bss("hits", "int", 4, 4)});
  CHECK(made.variables.empty());
  CHECK(made.left_behind == std::vector<std::string>{"hits: several variables have that name"});
  CHECK_FALSE(made.carry);
}

TEST_CASE("a map of variables of which nothing is known keeps nothing",
          "[engine][globals][carry]") {
  const auto next = section_of({{"value.hits", "int", 0, 32}});
  const auto made = kept(section_of({}), next, {variable_in_bss("hits", "int", 0, 4)});
  CHECK(made.variables.empty());
  CHECK(made.reason == "nothing tells which variables the running generation has");
}

// Whatever happens to an upgrade, the counters are those of the generation that runs, and each
// generation runs with its own globals.
TEST_CASE("killed at any call of an upgrade, old or new runs with its globals and its counts",
          "[engine][globals][fault]") {
  auto next = sampler(bpf_objects::globals_v2());
  next.global("sample_every", 100u);
  bool met_old = false;
  bool met_new = false;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("killed at call " << nth);
    machine host;
    auto first = sampler();
    first.global("sample_every", 50u);
    bool struck = false;
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open(faulty);
      must(edge.apply({first}));
      write_variable(edge, kernel, bpf_objects::globals(), "seen", std::uint64_t{1000});
      faulty.arm({.what = fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(std::vector{next}, 1).has_value());
      struck = faulty.struck();
    }
    fake_kernel kernel{host};
    auto edge = open(kernel);
    const bool is_old = must(edge.plan({first})).empty();
    const bool is_new = must(edge.plan({next})).empty();
    CHECK(is_old != is_new);
    (is_new ? met_new : met_old) = true;
    const auto object = is_new ? bpf_objects::globals_v2() : bpf_objects::globals();
    CHECK(variable<std::uint32_t>(edge, kernel, object, "sample_every") == (is_new ? 100U : 50U));
    CHECK(variable<std::uint64_t>(edge, kernel, object, "seen") == 1000);
    if (!struck) break;
  }
  CHECK(met_old);
  CHECK(met_new);
}
