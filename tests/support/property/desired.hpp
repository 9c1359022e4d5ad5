// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/component.hpp>
#include <linchpin/hook/any_hook.hpp>
#include <linchpin/policy/carry.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "chooser.hpp"

// Random desired states that change a little at a time.
namespace property {

/// A hook that components may ask for. Its target may be gone at times.
struct hook_choice {
  linchpin::any_hook hook;
  std::string kind;  ///< "in", "xdp", "connect4", ...: which program of an object stands there
  bool exclusive = false;
};

/// An object in two versions, and which of its programs stands at which kind of hook.
struct object_choice {
  const char* name;
  std::span<const std::byte> (*version)(bool second);
  std::vector<std::pair<std::string, std::string>> programs;  ///< kind of hook, program
  std::string sized_map;                                      ///< empty: none
  std::size_t program_count = 0;
  std::size_t map_count = 0;
  std::string global{};  ///< a variable of 4 bytes that is set; empty: none

  [[nodiscard]] const std::string* program_for(const std::string& kind) const {
    for (const auto& [at, program] : programs) {
      if (at == kind) return &program;
    }
    return nullptr;
  }
};

struct wanted_hook {
  std::size_t hook = 0;
  int priority = 0;
};

struct wanted_component {
  std::string name;
  std::size_t object = 0;
  bool second_version = false;
  std::uint32_t map_size = 16;
  std::uint32_t global = 1;
  std::vector<wanted_hook> hooks;

  [[nodiscard]] bool stands_at(std::size_t hook) const {
    return std::any_of(hooks.begin(), hooks.end(),
                       [hook](const wanted_hook& wanted) { return wanted.hook == hook; });
  }
};

class desired_state {
 public:
  desired_state(std::vector<hook_choice> hooks, std::vector<object_choice> objects)
      : hooks_(std::move(hooks)), objects_(std::move(objects)) {}

  std::vector<wanted_component> components;

  [[nodiscard]] const std::vector<hook_choice>& hooks() const { return hooks_; }
  [[nodiscard]] const object_choice& object_of(const wanted_component& which) const {
    return objects_[which.object];
  }

  [[nodiscard]] std::vector<linchpin::desired_component> build() const {
    std::vector<linchpin::desired_component> made;
    for (const auto& wanted : components) {
      const auto& object = object_of(wanted);
      auto& component = made.emplace_back(
          wanted.name,
          linchpin::object_source::memory(object.name, object.version(wanted.second_version)));
      for (const auto& at : wanted.hooks) {
        const auto& hook = hooks_[at.hook];
        component.attach(*object.program_for(hook.kind), hook.hook).priority(at.priority);
      }
      if (!object.sized_map.empty())
        component.map(object.sized_map).max_entries(wanted.map_size).carry(linchpin::carry::copy{});
      if (!object.global.empty()) component.global(object.global, wanted.global);
    }
    return made;
  }

  [[nodiscard]] std::string text() const {
    std::string made;
    for (const auto& component : components) {
      made += "\n    " + component.name + ": " + object_of(component).name +
              (component.second_version ? " v2" : "") + " size " +
              std::to_string(component.map_size) + " global " + std::to_string(component.global);
      for (const auto& at : component.hooks)
        made += ", " + hooks_[at.hook].hook.text() + " " + std::to_string(at.priority);
    }
    return made.empty() ? "\n    nothing" : made;
  }

  /// Some changes that keep it possible: one program at an exclusive hook.
  void change(chooser& chance) {
    const auto changes = 1 + chance.below(3);
    for (std::size_t i = 0; i < changes; ++i) change_one(chance);
  }

 private:
  void change_one(chooser& chance) {
    if (components.empty()) return add(chance);
    auto& which = components[chance.below(components.size())];
    const auto what = chance.below(13);
    if (what < 3) return change_components(chance, what);
    if (what < 10) return change_hooks(chance, which, what);
    if (what == 10) {
      which.second_version = !which.second_version;
    } else if (what == 11) {
      which.map_size = 16U << chance.below(3);
    } else {
      which.global = static_cast<std::uint32_t>(1 + chance.below(3));
    }
  }

  void change_components(chooser& chance, std::size_t what) {
    constexpr std::size_t most_components = 5;
    if (what == 2) {
      components.erase(components.begin() +
                       static_cast<std::ptrdiff_t>(chance.below(components.size())));
      return;
    }
    if (components.size() < most_components) add(chance);
    if (what == 1) std::swap(components.front(), components.back());
  }

  void change_hooks(chooser& chance, wanted_component& which, std::size_t what) {
    constexpr std::size_t most_hooks = 6;
    auto& hooks = which.hooks;
    if (what < 6) {
      if (hooks.size() < most_hooks) add_hook(chance, which);
    } else if (what == 9) {
      // All at once: whole chains turn round.
      for (auto& component : components) {
        for (auto& hook : component.hooks) hook.priority = static_cast<int>(chance.below(5));
      }
    } else if (hooks.empty()) {
      return;
    } else if (what == 6) {
      hooks.erase(hooks.begin() + static_cast<std::ptrdiff_t>(chance.below(hooks.size())));
    } else {
      hooks[chance.below(hooks.size())].priority = static_cast<int>(chance.below(5));
    }
  }

  void add(chooser& chance) {
    static const std::vector<std::string> names{"amber", "birch", "cedar", "dahlia", "elder"};
    for (std::size_t tries = 0; tries < names.size(); ++tries) {
      const auto& name = chance.one_of(names);
      const bool taken = std::any_of(components.begin(), components.end(),
                                     [&](const auto& component) { return component.name == name; });
      if (taken) continue;
      wanted_component made{name, chance.below(objects_.size()), chance.chance(50), 16, 1, {}};
      const auto count = chance.below(5);
      for (std::size_t i = 0; i < count; ++i) add_hook(chance, made);
      const auto at = chance.below(components.size() + 1);
      components.insert(components.begin() + static_cast<std::ptrdiff_t>(at), std::move(made));
      return;
    }
  }

  void add_hook(chooser& chance, wanted_component& to) {
    const auto hook = chance.below(hooks_.size());
    if (to.stands_at(hook) || objects_[to.object].program_for(hooks_[hook].kind) == nullptr) return;
    const bool taken =
        std::any_of(components.begin(), components.end(),
                    [hook](const auto& component) { return component.stands_at(hook); });
    if (hooks_[hook].exclusive && taken) return;
    to.hooks.push_back({hook, static_cast<int>(chance.below(5))});
  }

  std::vector<hook_choice> hooks_;
  std::vector<object_choice> objects_;
};

}  // namespace property
