// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "scene.hpp"

// Policies about the whole: all maps of a plan, all hooks of a component.

using namespace engine_test;
using linchpin::decision;
using linchpin::errc;
using linchpin::refusal;
using linchpin::update_choice;

namespace {

struct sized_map {
  std::string component;
  std::string name;
  std::uint32_t max_entries = 0;
  bool size_asked = false;
};
std::vector<sized_map> sized;  // what the budget was asked about last
linchpin::machine_view sized_on;

// All maps together have so many entries.
class entry_budget {
 public:
  static constexpr std::string_view policy_id = "sizing.entry_budget/1";

  entry_budget() = default;
  explicit entry_budget(std::uint64_t most) : most_(most) {}

  [[nodiscard]] decision<std::vector<linchpin::map_shape>> sizes(
      const linchpin::sizing_view& all) const {
    sized.clear();
    for (const auto& map : all.maps) {
      sized.push_back(
          {std::string{map.component}, std::string{map.name}, map.max_entries, map.size_asked});
    }
    sized_on = all.machine;
    std::uint64_t sum = 0;
    std::vector<linchpin::map_shape> shapes;
    for (const auto& map : all.maps) {
      sum += map.max_entries;
      if (sum > most_) {
        return refusal{"entry " + std::to_string(sum) + " of " + std::to_string(most_),
                       shapes.size()};
      }
      shapes.push_back({map.max_entries, map.flags});
    }
    return shapes;
  }

 private:
  std::uint64_t most_ = 0;
};

struct one_size_too_few {
  static constexpr std::string_view policy_id = "sizing.too_few/1";
  [[nodiscard]] decision<std::vector<linchpin::map_shape>> sizes(
      const linchpin::sizing_view& all) const {
    return std::vector<linchpin::map_shape>(all.maps.size() - 1);
  }
};

std::vector<std::vector<std::string>> upgrades;  // hooks of each question, in sequence

// In place, but at egress hooks twice, with an overlap.
struct gently_at_egress {
  static constexpr std::string_view policy_id = "update.gently_at_egress/1";

  [[nodiscard]] decision<std::vector<update_choice>> choose_all(
      const linchpin::upgrade_view& all) const {
    auto& asked = upgrades.emplace_back();
    std::vector<update_choice> choices;
    for (const auto& hook : all.hooks) {
      asked.push_back(std::string{hook.family} + " " + std::string{hook.target});
      const bool egress = hook.family == "tcx_egress";
      choices.push_back(egress ? update_choice{linchpin::update_method::make_before_break, 20'000}
                               : update_choice{linchpin::update_method::in_place});
    }
    return choices;
  }
};

struct about_the_second_hook {
  static constexpr std::string_view policy_id = "update.second_hook/1";
  [[nodiscard]] decision<std::vector<update_choice>> choose_all(
      const linchpin::upgrade_view&) const {
    return refusal{"not there", 1};
  }
};

struct one_choice {
  static constexpr std::string_view policy_id = "update.one_choice/1";
  [[nodiscard]] decision<std::vector<update_choice>> choose_all(
      const linchpin::upgrade_view&) const {
    return std::vector<update_choice>{linchpin::update_method::in_place};
  }
};

std::vector<std::string> fields_seen;

struct seeing_fields {
  static constexpr std::string_view policy_id = "carry.seeing_fields/1";
  [[nodiscard]] linchpin::carry_method choose(const linchpin::carry_view& maps) const noexcept {
    for (const auto* fields : {&maps.running_fields, &maps.next_fields}) {
      for (const auto& field : *fields) {
        fields_seen.push_back(std::string{maps.next.name} + "." + std::string{field.path} + " " +
                              std::to_string(field.bit_offset) + "+" +
                              std::to_string(field.bit_size));
      }
    }
    return maps.same_layout ? linchpin::carry_method::reuse : linchpin::carry_method::discard;
  }
};

struct no_filters {
  static constexpr std::string_view policy_id = "fallback.no_filters/1";
  [[nodiscard]] decision<std::size_t> choose(const linchpin::hook_view&,
                                             std::span<const linchpin::rung_view> rungs,
                                             std::size_t from) const {
    if (from < rungs.size() && !rungs[from].available->is_no()) return from;
    return refusal{"filters are taboo here"};
  }
};

struct with_budget : linchpin::default_policies {
  using map_sizing = entry_budget;
};
struct with_too_few : linchpin::default_policies {
  using map_sizing = one_size_too_few;
};
template <class Update>
struct with_update : linchpin::default_policies {
  using update_strategy = Update;
};
struct with_fields : linchpin::default_policies {
  using map_carry = seeing_fields;
};
struct with_taboo : linchpin::default_policies {
  using fallback = no_filters;
};
struct overlapping : linchpin::default_policies {
  using update_strategy = linchpin::update::make_before_break;
};

}  // namespace

TEST_CASE("a sizing policy sees all maps of a plan, and refuses their sum",
          "[engine][policy][whole]") {
  machine host;
  host.facts().memory_bytes = 1234567;
  fake_kernel kernel{host};
  auto asking = guard();
  asking.map("flows").max_entries(99);
  {
    auto edge = open<with_budget>(kernel, {.map_sizing = entry_budget{10'000}});
    must(edge.apply({asking, guide()}));
    must(edge.remove_all());
  }
  CHECK(sized_on.memory_bytes == 1234567);
  const auto flows = std::find_if(sized.begin(), sized.end(), [](const auto& map) {
    return map.name == "flows" && map.component == "guard";
  });
  REQUIRE(flows != sized.end());
  CHECK(flows->size_asked);
  CHECK(flows->max_entries == 99);
  CHECK(std::any_of(sized.begin(), sized.end(),
                    [](const auto& map) { return map.component == "guide"; }));

  std::uint64_t sum = 0;
  for (const auto& map : sized) sum += map.max_entries;
  auto tight = open<with_budget>(kernel, {.map_sizing = entry_budget{sum - 1}});
  must(tight.apply({guide()}));
  const auto told = refused(tight.plan({guide(), asking}));
  CHECK(told.is(errc::refused));
  CHECK(told.subject().starts_with("component guard, map "));
  CHECK(told.expected() == "a size for the map, from sizing.entry_budget/1");
  CHECK(told.found() == "entry " + std::to_string(sum) + " of " + std::to_string(sum - 1));
  CHECK(told.still_running() == "guide generation 1, as before");
}

TEST_CASE("a policy with too few answers is refused", "[engine][policy][whole]") {
  machine host;
  fake_kernel kernel{host};
  auto sizes = open<with_too_few>(kernel);
  CHECK(refused(sizes.plan({guard()})).found() == "it was asked about 2 maps and answered about 1");
}

TEST_CASE("an update policy sees a component with all its hooks, and is asked once",
          "[engine][policy][whole]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open<with_update<gently_at_egress>>(kernel);
  must(edge.apply({guard()}));
  upgrades.clear();
  const auto plan = must(edge.plan({guard(bpf_objects::guard_v2())}));
  INFO(plan.text());
  REQUIRE(upgrades.size() == 1);
  CHECK(upgrades.front() == names{"tcx_ingress eth0", "tcx_ingress eth1", "tcx_egress eth0",
                                  "xdp eth0", "cgroup_connect4 /sys/fs/cgroup/web"});
  CHECK(plan.text().find("at least 20000 us later [update.gently_at_egress/1]") !=
        std::string::npos);
  const auto report = must(edge.apply(plan));
  CHECK(report.attached == 1);
  CHECK(report.updated == 4);
  CHECK(kernel.pauses() == std::vector<std::uint32_t>{20'000});
  CHECK(host.run(host.egress("eth0")).size() == 1);
}

TEST_CASE("both generations run for as long as an overlap lasts, and no longer than a second",
          "[engine][policy][whole]") {
  machine host;
  struct looking final : linchpin::apply_observer {
    explicit looking(machine& of) : host(of) {}
    void on(const linchpin::step_event& event) noexcept override {
      if (event.which.kind != linchpin::step_kind::let_both_run) return;
      running = host.run(host.ingress("eth0")).size();
    }
    machine& host;
    std::size_t running = 0;
  };
  fake_kernel kernel{host};
  auto edge = open<overlapping>(
      kernel, {.update_strategy = linchpin::update::make_before_break{3'000'000'000U}});
  must(edge.apply({guide()}));
  CHECK(kernel.pauses().empty());
  looking watching{host};
  must(edge.apply(must(edge.plan({guide(bpf_objects::guide_v2())})), &watching));
  CHECK(watching.running == 2);
  CHECK(kernel.pauses() == std::vector<std::uint32_t>{1'000'000});
  CHECK(host.run(host.ingress("eth0")).size() == 1);
}

TEST_CASE("what an update policy about the whole refuses names the hook",
          "[engine][policy][whole]") {
  machine host;
  fake_kernel kernel{host};
  {
    auto edge = open<linchpin::default_policies>(kernel);
    must(edge.apply({guard()}));
  }
  auto edge = open<with_update<about_the_second_hook>>(kernel);
  const auto told = refused(edge.plan({guard(bpf_objects::guard_v2())}));
  CHECK(told.subject() == "component guard, tcx_ingress eth1");
  CHECK(told.found() == "not there");
}

TEST_CASE("an update policy with too few answers is refused", "[engine][policy][whole]") {
  machine host;
  fake_kernel kernel{host};
  {
    auto edge = open<linchpin::default_policies>(kernel);
    must(edge.apply({guard()}));
  }
  auto edge = open<with_update<one_choice>>(kernel);
  CHECK(refused(edge.plan({guard(bpf_objects::guard_v2())})).found() ==
        "it was asked about 5 hooks and answered about 1");
}

TEST_CASE("a carry policy sees the fields of both maps", "[engine][policy][whole]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open<with_fields>(kernel);
  must(edge.apply({guard()}));
  fields_seen.clear();
  must(edge.apply({guard(bpf_objects::guard_wide())}));
  const auto count = [](std::string_view line) {
    return std::count(fields_seen.begin(), fields_seen.end(), line);
  };
  CHECK(count("flows.key 0+32") == 2);
  // In both, and only in the one that is wider.
  CHECK(count("flows.value.packets 0+64") >= 1);
  CHECK(std::any_of(fields_seen.begin(), fields_seen.end(),
                    [&](const std::string& line) { return count(line) == 1; }));
}

TEST_CASE("the reason of a fallback policy reaches the user", "[engine][policy][whole]") {
  machine host;
  host.facts().of(linchpin::hook::tcx_link).available = linchpin::answer::no("kernel before 6.6");
  fake_kernel kernel{host};
  auto edge = open<with_taboo>(kernel);
  const auto told = refused(edge.plan({guide()}));
  CHECK(told.is(errc::refused));
  CHECK(told.subject() == "component guide, tcx_ingress eth0");
  CHECK(told.expected() == "a mechanism for the hook, from fallback.no_filters/1");
  CHECK(told.found() == "filters are taboo here");
}
