// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "scene.hpp"
#include "../../support/loose_orchestrator.hpp"

#include "cgroup_v1_count.bpf.hpp"
#include "cgroup_v2_count.bpf.hpp"
#include "timed_kernel.hpp"

#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/policy/order.hpp>
#include <linchpin/testing/fake_kernel.hpp>
#include <linchpin/testing/fake_machine.hpp>

#include <algorithm>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace growth {

namespace {

using components = std::vector<linchpin::desired_component>;
using cgroups = std::vector<std::string>;

struct by_priority : linchpin::default_policies {
  using attach_order = linchpin::order::priority;
};

cgroups make_cgroups(linchpin::testing::fake_machine& machine, std::size_t count) {
  cgroups made;
  for (std::size_t i = 0; i < count; ++i) {
    made.push_back(fmt::format("/sys/fs/cgroup/service{}", i));
    machine.add_cgroup(made.back());
  }
  return made;
}

linchpin::object_source version(int number) {
  return linchpin::object_source::memory(
      "count", number == 1 ? bpf_objects::cgroup_v1_count() : bpf_objects::cgroup_v2_count());
}

linchpin::desired_component at_hooks(std::string name, int of_version,
                                     std::span<const std::string> hooks, int priority = 0) {
  linchpin::desired_component made{std::move(name), version(of_version)};
  for (const auto& hook : hooks) {
    made.attach("count_packets", linchpin::hook::cgroup_skb_ingress{hook}).priority(priority);
  }
  return made;
}

void expect_links(const linchpin::testing::fake_machine& machine, std::size_t wanted,
                  std::string_view after) {
  const auto found = machine.links().size();
  if (found == wanted) return;
  throw std::runtime_error{fmt::format("after {}: {} links and not {}", after, found, wanted)};
}

/// A service on a machine in memory.
template <class Policies>
class service {
 public:
  explicit service(linchpin::testing::fake_machine& machine)
      : machine_(machine),
        process_(machine),
        timed_(process_),
        running_(
            loose_orchestrator<Policies>::open("/sys/fs/bpf/growth", {.on = &timed_}).value()) {}

  /// Without taking the measure.
  void start(const components& first) { running_.apply(first).value(); }

  /// \param links how many the machine has afterwards
  void change(const components& to, std::size_t links, costs& into) {
    linchpin::plan next;
    into.plan = measure([&] { next = running_.plan(to).value(); });
    into.apply = measure([&] { running_.apply(next).value(); });
    expect_links(machine_, links, "apply");
  }
  void look(costs& into) {
    std::optional<linchpin::status> seen;
    into.status = measure([&] { seen = running_.status().value(); });
  }
  void remove(std::string_view component, std::size_t links, costs& into) {
    into.remove = measure([&] { running_.remove(component).value(); });
    expect_links(machine_, links, "remove");
  }
  void remove_all(costs& into) {
    into.remove = measure([&] { running_.remove_all().value(); });
    expect_links(machine_, 0, "remove_all");
  }

 private:
  linchpin::testing::fake_machine& machine_;
  linchpin::testing::fake_kernel process_;
  timed_kernel timed_;
  loose_orchestrator<Policies> running_;
};

costs hooks_in_another_order(std::size_t size) {
  linchpin::testing::fake_machine machine;
  auto hooks = make_cgroups(machine, size);
  service<linchpin::default_policies> running{machine};
  running.start({at_hooks("count", 1, hooks)});
  std::shuffle(hooks.begin(), hooks.end(), std::minstd_rand{1});
  costs spent;
  running.change({at_hooks("count", 2, hooks)}, size, spent);
  running.look(spent);
  running.remove("count", 0, spent);
  return spent;
}

costs hooks_by_priority(std::size_t size) {
  linchpin::testing::fake_machine machine;
  const auto hooks = make_cgroups(machine, size / 2);
  service<by_priority> running{machine};
  running.start({at_hooks("second", 1, hooks, 20), at_hooks("first", 1, hooks, 10)});
  costs spent;
  running.change({at_hooks("first", 2, hooks, 10), at_hooks("second", 2, hooks, 20)},
                 2 * hooks.size(), spent);
  running.look(spent);
  running.remove("first", hooks.size(), spent);
  return spent;
}

costs half_of_the_hooks_new(std::size_t size) {
  linchpin::testing::fake_machine machine;
  const auto hooks = make_cgroups(machine, size);
  service<linchpin::default_policies> running{machine};
  running.start({at_hooks("count", 1, std::span{hooks}.first(size / 2))});
  costs spent;
  running.change({at_hooks("count", 1, hooks)}, size, spent);
  running.look(spent);
  running.remove("count", 0, spent);
  return spent;
}

costs all_components_removed(std::size_t size) {
  linchpin::testing::fake_machine machine;
  const auto hooks = make_cgroups(machine, size + 1);
  const auto at_hook = [&hooks](std::size_t i) {
    return at_hooks(fmt::format("component{}", i), 1, std::span{hooks}.subspan(i, 1));
  };
  components all;
  for (std::size_t i = 0; i < hooks.size(); ++i) all.push_back(at_hook(i));
  service<linchpin::default_policies> running{machine};
  running.start(all);
  costs spent;
  running.look(spent);
  running.change({at_hook(0)}, 1, spent);
  running.start(all);
  running.remove_all(spent);
  return spent;
}

costs many_programs_and_maps(std::size_t size) {
  linchpin::testing::fake_machine machine;
  const auto hooks = make_cgroups(machine, 1);
  service<linchpin::default_policies> running{machine};
  linchpin::desired_component many{"many", linchpin::object_source::file(fmt::format(
                                               "{}/many_{}.bpf.o", LINCHPIN_GROWTH_OBJECTS, size))};
  many.attach(size < 100 ? "program_00" : "program_000",
              linchpin::hook::cgroup_skb_ingress{hooks.front()});
  costs spent;
  running.change({many}, 1, spent);
  if (machine.programs().size() != size || machine.maps().size() < size) {
    throw std::runtime_error{fmt::format("{} programs and {} maps were loaded, and not {} of each",
                                         machine.programs().size(), machine.maps().size(), size)};
  }
  running.look(spent);
  running.remove("many", 0, spent);
  return spent;
}

constexpr std::array<std::size_t, 5> hook_counts{100, 316, 1000, 3162, 10'000};
constexpr std::array<std::size_t, 5> component_counts{10, 32, 100, 316, 1000};
constexpr std::array<std::size_t, 5> object_sizes{10, 30, 100, 300, 1000};

constexpr std::array<scene, 5> all_scenes{{
    {"hooks in another order", hook_counts, hooks_in_another_order},
    {"order::priority", hook_counts, hooks_by_priority},
    {"half of the hooks new", hook_counts, half_of_the_hooks_new},
    {"all components removed", component_counts, all_components_removed},
    {"programs and maps", object_sizes, many_programs_and_maps},
}};

}  // namespace

std::span<const scene> scenes() noexcept {
  return all_scenes;
}

}  // namespace growth
