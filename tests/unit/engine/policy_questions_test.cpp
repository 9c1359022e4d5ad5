// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <sstream>

#include "optional.bpf.hpp"
#include "relay.bpf.hpp"
#include "relay_v2.bpf.hpp"
#include "scene.hpp"

// A plan asks a policy once about each thing.

using namespace engine_test;
using linchpin::desired_component;

namespace {

constexpr std::string_view none;

/// How often each question was put since the last look.
class questions {
 public:
  static void note(const std::string& question) { ++asked()[question]; }
  static void forget() { asked().clear(); }
  /// What was asked more than once, a line each.
  static std::string repeated() {
    std::string lines;
    for (const auto& [question, times] : asked()) {
      if (times > 1) lines += question + ": " + std::to_string(times) + " times\n";
    }
    return lines;
  }
  /// How many different questions began like this.
  static std::size_t count(std::string_view beginning) {
    std::size_t found = 0;
    for (const auto& [question, times] : asked()) found += question.starts_with(beginning) ? 1 : 0;
    return found;
  }

 private:
  static std::map<std::string, int>& asked() {
    static std::map<std::string, int> all;
    return all;
  }
};

template <class... Parts>
void note(const Parts&... parts) {
  std::ostringstream question;
  ((question << parts << ' '), ...);
  questions::note(question.str());
}

struct counted_order : linchpin::order::priority {
  [[nodiscard]] linchpin::placement place(const linchpin::program_view& self,
                                          std::span<const linchpin::chain_member> others,
                                          std::optional<std::size_t> current) const noexcept {
    std::ostringstream chain;
    for (const auto& other : others)
      chain << other.program.value << '/' << other.link.value << '/' << other.component << ' ';
    note("order", self.component, self.program, current ? static_cast<int>(*current) : -1,
         chain.str());
    return linchpin::order::priority::place(self, others, current);
  }
};

struct counted_sizing : linchpin::sizing::declared {
  [[nodiscard]] linchpin::map_shape size(const linchpin::map_view& declared,
                                         const linchpin::machine_view& machine) const noexcept {
    note("sizing", declared.component, declared.name);
    return linchpin::sizing::declared::size(declared, machine);
  }
};

template <class Update>
struct counted_update : Update {
  [[nodiscard]] auto choose(const linchpin::hook_view& hook) const noexcept {
    note("update", hook.component, hook.family, hook.target);
    return Update::choose(hook);
  }
};

struct counted_carry : linchpin::carry::reuse {
  [[nodiscard]] linchpin::carry_method choose(const linchpin::carry_view& maps) const noexcept {
    note("carry", maps.next.component, maps.next.name);
    return linchpin::carry::reuse::choose(maps);
  }
};

struct counted_lifetime : linchpin::lifetime::durable {
  [[nodiscard]] linchpin::lifetime_kind choose(std::string_view component) const noexcept {
    note("lifetime", component);
    return linchpin::lifetime::durable::choose(component);
  }
};

struct counted_fallback : linchpin::fallback::ladder {
  [[nodiscard]] std::optional<std::size_t> choose(const linchpin::hook_view& hook,
                                                  std::span<const linchpin::rung_view> rungs,
                                                  std::size_t from) const noexcept {
    note("fallback", hook.component, hook.family, hook.target, "from", from);
    return linchpin::fallback::ladder::choose(hook, rungs, from);
  }
};

template <class Update, class Order = counted_order>
struct counting : linchpin::default_policies {
  using attach_order = Order;
  using map_sizing = counted_sizing;
  using update_strategy = counted_update<Update>;
  using map_carry = counted_carry;
  using lifetime = counted_lifetime;
  using fallback = counted_fallback;
};

template <class Update>
void check_questions(scene& host) {
  fake_kernel kernel{host};
  auto edge = open<counting<Update>>(kernel);
  const auto step = [&](const std::vector<desired_component>& desired) {
    questions::forget();
    const auto plan = must(edge.plan(desired));
    INFO(plan.text());
    CHECK(questions::repeated() == none);
    must(edge.apply(plan));
  };
  const auto v1 = bpf_objects::guard();
  const auto v2 = bpf_objects::guard_v2();
  host.stranger("s1");

  step({host.one("a", 1), host.one("b", 2), host.one("c", 3)});
  CHECK(questions::count("lifetime") == 3);
  CHECK(questions::count("fallback") >= 3);
  CHECK(questions::count("sizing") >= 3);
  CHECK(questions::count("order") >= 3);

  // An upgrade in which one moves.
  step({host.one("a", 9, v2), host.one("b", 2, v2), host.one("c", 3, v2)});
  CHECK(questions::count("update") == 3);
  CHECK(questions::count("carry") >= 3);

  // A reorder without an upgrade, one that comes, one that goes.
  step({host.one("a", 1, v2), host.one("c", 3, v2), host.one("d", 5, v1)});
  step({host.one("d", 5, v1), host.one("c", 6, v2), host.one("a", 7, v2)});
  CHECK(questions::count("update") <= 3);
  step({host.one("d", 5, v1), host.one("c", 6, v2), host.one("a", 7, v2)});
  CHECK(questions::count("update") == 0);
}

}  // namespace

TEST_CASE("a plan asks each policy once about each thing", "[engine][policy][decide]") {
  const auto where = any_place();
  CAPTURE(name_of(where));
  scene host{where};
  if (GENERATE(false, true))
    host.facts().of(linchpin::hook::cgroup_link).ordered = linchpin::answer::no("before 6.17");
  SECTION("in place") {
    check_questions<linchpin::update::in_place>(host);
  }
  SECTION("make before break") {
    check_questions<linchpin::update::make_before_break>(host);
  }
  SECTION("recreate") {
    check_questions<linchpin::update::recreate>(host);
  }
}

TEST_CASE("a plan asks once about the lifetime of a component with many hooks",
          "[engine][policy][decide]") {
  machine host;
  fake_kernel kernel{host};
  // Questions about the order at one hook look like those at another.
  auto edge = open<counting<linchpin::update::in_place, linchpin::order::priority>>(kernel);
  questions::forget();
  must(edge.apply(must(edge.plan({guard()}))));
  CHECK(questions::repeated() == none);
  questions::forget();
  must(edge.apply(must(edge.plan({guard(bpf_objects::guard_v2(), 30)}))));
  CHECK(questions::repeated() == none);
  CHECK(questions::count("update") == 5);
}

TEST_CASE("two programs of a component at one hook are one question about that hook",
          "[engine][policy][decide]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open<counting<linchpin::update::in_place>>(kernel);
  for (const auto object : {bpf_objects::relay(), bpf_objects::relay_v2()}) {
    desired_component relay{"relay", elf(object)};
    relay.attach("ts_relay", linchpin::hook::tcx_ingress{"eth0"}).priority(1);
    relay.attach("ts_relay_last", linchpin::hook::tcx_ingress{"eth0"}).priority(2);
    questions::forget();
    must(edge.apply(must(edge.plan({relay}))));
    CHECK(questions::repeated() == none);
  }
  CHECK(questions::count("update") == 1);
}

TEST_CASE("a plan asks once about each set of mechanisms that a hook is narrowed to",
          "[engine][policy][decide]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open<counting<linchpin::update::in_place, linchpin::order::append>>(kernel);
  constexpr linchpin::mechanism tcx[] = {linchpin::hook::tcx_link};
  constexpr linchpin::mechanism clsact[] = {linchpin::hook::clsact_filter};
  const linchpin::any_hook hook = linchpin::hook::tcx_ingress{"eth0"};
  desired_component mixed{"mixed", elf(bpf_objects::optional())};
  mixed.attach("op_entry", {hook.family(), "eth0", tcx});
  mixed.attach("op_callee", {hook.family(), "eth0", clsact});
  mixed.attach("op_optional", {hook.family(), "eth0", tcx});
  questions::forget();
  static_cast<void>(must(edge.plan({mixed})));
  CHECK(questions::repeated() == "fallback mixed tcx_ingress eth0 from 0 : 2 times\n");
}
