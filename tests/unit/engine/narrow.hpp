// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/families.hpp>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <string>
#include <type_traits>
#include <vector>

#include "scene.hpp"
#include "stubborn_kernel.hpp"

// Three components, of which the second cannot be finished.
namespace engine_test {

inline const std::string two_root = std::string{root} + "/two";
inline constexpr const char* below_two = "/two/";

struct three_components : scene {
  [[nodiscard]] linchpin::desired_component both(const char* name, int priority,
                                                 std::span<const std::byte> object) const {
    linchpin::desired_component made{name, elf(object)};
    made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"}).priority(priority);
    made.attach("guard_connect", linchpin::hook::cgroup_connect4{web}).priority(priority);
    return made;
  }
  [[nodiscard]] std::vector<linchpin::desired_component> old_state() const {
    const auto object = bpf_objects::guard();
    return {both("one", 1, object), both("two", 2, object), both("three", 3, object)};
  }
  [[nodiscard]] std::vector<linchpin::desired_component> new_state() const {
    const auto object = bpf_objects::guard_v2();
    return {both("one", 1, object), both("two", 2, object), both("three", 3, object)};
  }
  [[nodiscard]] std::string count() const {
    auto paths = pins();
    for (auto& path : paths) std::erase_if(path, [](char c) { return c >= '0' && c <= '9'; });
    std::sort(paths.begin(), paths.end());
    auto made = std::to_string(programs().size()) + " programs, " + std::to_string(maps().size()) +
                " maps, " + std::to_string(links().size()) + " links\n";
    for (const auto& path : paths) made += path + "\n";
    return made;
  }
};

// Does something when a step fails or when the commit is made.
class at_event final : public linchpin::apply_observer {
 public:
  at_event(linchpin::step_event::kind which, std::function<void()> what)
      : which_(which), what_(std::move(what)) {}
  void on(const linchpin::step_event& event) noexcept override {
    if (event.what != which_ || happened) return;
    happened = true;
    what_();
  }
  bool happened = false;

 private:
  linchpin::step_event::kind which_;
  std::function<void()> what_;
};

inline bool speaks_of_the_change(const std::vector<std::string>& problems) {
  return std::any_of(problems.begin(), problems.end(), [](const std::string& line) {
    return line.starts_with("its last change is not finished: ") &&
           line.find('\n') == std::string::npos;
  });
}

inline bool speaks_of_trouble(const std::vector<std::string>& problems) {
  return speaks_of_the_change(problems) ||
         std::any_of(problems.begin(), problems.end(), [](const std::string& line) {
           return line.starts_with("it cannot be read now: ");
         });
}

// Two suffers and says so; the others do not notice.
inline void check_only_two(linchpin::orchestrator_core& edge) {
  const auto status = must(edge.status());
  INFO(status.text());
  REQUIRE(status.components.size() == 3);
  CHECK(status.problems.empty());
  for (const auto& component : status.components) {
    CHECK(speaks_of_trouble(component.problems) == (component.name == "two"));
    if (component.name == "two") continue;
    CHECK(component.problems.empty());
    for (const auto& attachment : component.attachments)
      CHECK(attachment.state == linchpin::attachment_state::live);
  }
}

inline void check_the_others_change(three_components& host, linchpin::orchestrator_core& edge,
                                    const std::vector<linchpin::desired_component>& desired) {
  const auto plan = must(edge.plan(desired));
  INFO(plan.text());
  CHECK(plan.text().find("two: generation") != std::string::npos);
  CHECK(plan.text().find("left as it is") != std::string::npos);
  const auto report = must(edge.apply(plan));
  CHECK(report.loaded == 2);
  REQUIRE(report.held_back.size() == 1);
  CHECK(report.held_back.front().starts_with("component two: it"));
  CHECK(must(edge.plan(desired)).empty());
  CHECK(host.run(host.ingress("eth0")).size() >= 2);
  check_only_two(edge);
}

struct trouble {
  verb which;
  int number;
  bool after_commit;
};

// One upgrade of all three, in which `met` strikes at two from the commit or from the first failure on.
// returns: whether that stranded it
template <class Policies>
bool strands(three_components& host, stubborn_kernel& stubborn, const trouble& met) {
  {
    fake_kernel first{host};
    auto edge = open<Policies>(first);
    must(edge.apply(host.old_state()));
  }
  auto edge = open<Policies>(stubborn);
  const auto plan = must(edge.plan(host.new_state()));
  at_event strike{
      met.after_commit ? linchpin::step_event::kind::committed : linchpin::step_event::kind::failed,
      [&] { stubborn.refuse(met.which, below_two, met.number); }};
  // The third fails at its last hook, by which time two stands everywhere with its new generation.
  if (!met.after_commit) {
    stubborn.refuse_once(
        std::is_same_v<typename Policies::update_strategy, linchpin::update::in_place>
            ? verb::update
            : verb::pin,
        "/three/link-", EIO);
  }
  const auto outcome = edge.apply(plan, &strike);
  REQUIRE(strike.happened);
  if (outcome || !outcome.error().is(linchpin::outcome::stranded)) return false;
  INFO(outcome.error().message());
  // The same process goes on.
  const auto status = must(edge.status());
  const auto* two = &status.components.front();
  for (const auto& component : status.components) {
    if (component.name == "two") two = &component;
  }
  if (!speaks_of_the_change(two->problems)) return false;  // it passes where it is asked otherwise
  check_only_two(edge);
  check_the_others_change(host, edge, met.after_commit ? host.old_state() : host.new_state());
  return true;
}

template <class Policies>
std::string expected_count() {
  three_components host;
  fake_kernel kernel{host};
  auto edge = open<Policies>(kernel);
  must(edge.apply(host.old_state()));
  must(edge.apply(host.new_state()));
  return host.count();
}

// Two could not let go of its old links, and no process lives.
inline void leave_unfinished(three_components& host) {
  fake_kernel kernel{host};
  stubborn_kernel stubborn{kernel};
  REQUIRE(strands<ordered_twice>(host, stubborn, {verb::detach, EBUSY, true}));
}

}  // namespace engine_test
