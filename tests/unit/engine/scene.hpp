// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/families.hpp>
#include <linchpin/hook/netns.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <catch2/generators/catch_generators.hpp>

#include <algorithm>
#include <functional>
#include <map>

#include "fixture.hpp"

// What the tests that came out of the second reading of the first version share: chains by
// component name, other people's links, and places of every mechanism that has an order.
namespace engine_test {

using linchpin::testing::call_observer;
using linchpin::testing::fake_kernel;
using linchpin::testing::fault;
using linchpin::testing::faulty_kernel;
using linchpin::testing::verb;

inline constexpr const char* web = "/sys/fs/cgroup/web";

/// A hook by which several programs can be ordered.
enum class place { tcx, clsact, cgroup };

inline const char* name_of(place which) {
  return which == place::tcx ? "tcx" : which == place::clsact ? "clsact" : "cgroup";
}

/// Each of them in turn.
inline place any_place() {
  return GENERATE(place::tcx, place::clsact, place::cgroup);
}

struct ordered_in_place : ordered {
  using update_strategy = linchpin::update::in_place;
};
struct ordered_twice : ordered {
  using update_strategy = linchpin::update::make_before_break;
};
struct ordered_with_gap : ordered {
  using update_strategy = linchpin::update::recreate;
};

struct scene : machine {
  explicit scene(place where = place::tcx) : where(where) {
    if (where == place::clsact)
      facts().of(linchpin::hook::tcx_link).available = linchpin::answer::no("kernel before 6.6");
  }

  place where;

  [[nodiscard]] linchpin::attach_point at(const std::string& target = {}) const {
    if (where == place::cgroup)
      return point(linchpin::hook::cgroup_link, attach_type::cgroup_inet4_connect,
                   target.empty() ? web : target);
    return point(where == place::tcx ? linchpin::hook::tcx_link : linchpin::hook::clsact_filter,
                 attach_type::tcx_ingress, target.empty() ? "eth0" : target);
  }
  [[nodiscard]] linchpin::any_hook hook(const std::string& target = {}) const {
    if (where == place::cgroup)
      return linchpin::hook::cgroup_connect4{target.empty() ? web : target};
    return linchpin::hook::tcx_ingress{target.empty() ? "eth0" : target};
  }
  [[nodiscard]] const char* program() const {
    return where == place::cgroup ? "guard_connect" : "guard_in";
  }
  /// One program at this scene's hook.
  [[nodiscard]] linchpin::desired_component one(
      const std::string& name, int priority = 0,
      std::span<const std::byte> object = bpf_objects::guard()) const {
    linchpin::desired_component made{name, elf(object)};
    made.attach(program(), hook()).priority(priority);
    return made;
  }

  /// Who runs at a hook, by component; a stranger by the name it was given here.
  [[nodiscard]] std::vector<std::string> names(linchpin::orchestrator_core& edge,
                                               const linchpin::attach_point& hook) {
    std::map<linchpin::program_id, std::string> known = strangers;
    for (const auto& component : must(edge.status()).components) {
      for (const auto& attachment : component.attachments)
        known.emplace(attachment.running, component.name);
    }
    std::vector<std::string> found;
    for (const auto id : run(hook)) {
      const auto name = known.find(id);
      found.push_back(name == known.end() ? "program " + std::to_string(id.value) : name->second);
    }
    return found;
  }
  [[nodiscard]] std::vector<std::string> names(linchpin::orchestrator_core& edge) {
    return names(edge, at());
  }

  linchpin::program_id stranger(const std::string& name, const linchpin::attach_point& hook) {
    const auto id = must(add_foreign_program(hook, name));
    strangers[id] = name;
    return id;
  }
  linchpin::program_id stranger(const std::string& name) { return stranger(name, at()); }

  std::map<linchpin::program_id, std::string> strangers;
};

using names = std::vector<std::string>;

inline void check_nothing_to_plan(linchpin::orchestrator_core& edge,
                                  const std::vector<linchpin::desired_component>& desired) {
  const auto next = must(edge.plan(desired));
  INFO(next.text());
  CHECK(next.empty());
}

/// What must hold after a successful apply of a desired state.
inline void check_settled(linchpin::orchestrator_core& edge,
                          const std::vector<linchpin::desired_component>& desired) {
  check_nothing_to_plan(edge, desired);
  const auto status = must(edge.status());
  INFO(status.text());
  CHECK(status.healthy());
}

/// The same beside a thing of others, which is told of, and nothing else.
inline void check_settled_beside(linchpin::orchestrator_core& edge, std::string_view theirs,
                                 const std::vector<linchpin::desired_component>& desired) {
  check_nothing_to_plan(edge, desired);
  const auto status = must(edge.status());
  INFO(status.text());
  auto told = status.problems;
  for (const auto& component : status.components)
    told.insert(told.end(), component.problems.begin(), component.problems.end());
  REQUIRE(told.size() == 1);
  CHECK(told.front().starts_with(theirs));
}

inline linchpin::component_status status_of(linchpin::orchestrator_core& edge,
                                            std::string_view name) {
  for (auto& component : must(edge.status()).components) {
    if (component.name == name) return std::move(component);
  }
  FAIL("no component " << name);
  return {};
}

/// Every attachment by hook text: link id and program id.
using standing = std::map<std::string, std::pair<linchpin::link_id, linchpin::program_id>>;
inline standing what_stands(linchpin::orchestrator_core& edge, std::string_view component) {
  standing found;
  for (const auto& attachment : status_of(edge, component).attachments)
    found[attachment.hook] = {attachment.id.link, attachment.running};
  return found;
}

/// Somebody else's process: loads a program and attaches it by a link of its own, which it pins at a
/// path. Lives as long as the test says.
class other_service {
 public:
  explicit other_service(scene& host) : host_(host), kernel_(host) {}

  /// returns: the program that runs by that link.
  linchpin::program_id pin_link(const linchpin::attach_point& at, const char* program,
                                const std::string& path) {
    auto loaded = must(kernel_.load(must(elf(bpf_objects::guard()).read()), {}));
    for (auto& built : loaded.programs) {
      if (built.name != program) continue;
      auto made = must(kernel_.attach(at, built.program.ref(), {}));
      must(kernel_.pin(made.link.ref(), path));
      host_.strangers[built.info.id] = "other";
      return built.info.id;
    }
    FAIL("no program " << program);
    return {};
  }
  void pin_map(const std::string& path) {
    auto loaded = must(kernel_.load(must(elf(bpf_objects::guard()).read()), {}));
    must(kernel_.pin(loaded.maps.front().map.ref(), path));
  }
  void pin_program(const std::string& path) {
    auto loaded = must(kernel_.load(must(elf(bpf_objects::guard()).read()), {}));
    must(kernel_.pin(loaded.programs.front().program.ref(), path));
  }
  /// By force: the link stays, attached nowhere.
  void detach(const linchpin::attach_point& at, const std::string& pinned) {
    const auto link = open(pinned, linchpin::pin_kind::link);
    const auto info = must(kernel_.describe_link(link.ref()));
    must(kernel_.detach(at, {info.id, 0, 0}, link.ref(), info.program));
  }
  [[nodiscard]] linchpin::handle open(const std::string& path, linchpin::pin_kind kind) {
    return must(kernel_.open_pin(path, kind));
  }
  [[nodiscard]] fake_kernel& kernel() { return kernel_; }

 private:
  scene& host_;
  fake_kernel kernel_;
};

inline bool has_pin(const machine& host, const std::string& path) {
  const auto pins = host.pins();
  return std::find(pins.begin(), pins.end(), path) != pins.end();
}

/// Does something in the middle of a transaction: after the nth call of one verb.
class during final : public call_observer {
 public:
  during(verb which, int nth, std::function<void()> what)
      : which_(which), left_(nth), what_(std::move(what)) {}
  void after(verb called) override {
    if (called != which_ || left_ == 0 || --left_ != 0) return;
    what_();
    happened = true;
  }
  bool happened = false;

 private:
  verb which_;
  int left_;
  std::function<void()> what_;
};

/// Watches that a hook is never without a program.
class never_empty final : public call_observer {
 public:
  never_empty(const machine& host, std::vector<linchpin::attach_point> hooks)
      : host_(host), hooks_(std::move(hooks)) {}
  void after(verb) override {
    for (const auto& hook : hooks_) {
      if (host_.run(hook).empty()) ++gaps;
    }
  }
  int gaps = 0;

 private:
  const machine& host_;
  std::vector<linchpin::attach_point> hooks_;
};

}  // namespace engine_test
