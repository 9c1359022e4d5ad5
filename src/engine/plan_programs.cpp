// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_programs.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include <linchpin/bpf/detail/elf_programs.hpp>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// What the hooks of one program, or the attached programs of one type, are loaded for; absent where
// they differ.
using agreed = std::optional<uapi::attach_type>;

template <class Key>
void add(std::unordered_map<Key, agreed>& to, const Key& key, uapi::attach_type type) {
  const auto [known, fresh] = to.emplace(key, agreed{type});
  if (!fresh && known->second != type) known->second.reset();
}

std::unordered_map<std::string_view, agreed> hooks_of_programs(const planned_component& whole) {
  std::unordered_map<std::string_view, agreed> hooks;
  const planned_attachment* former = nullptr;
  for (const auto& hook : whole.attachments) {
    const auto type = hook.hook.family().attach;
    // One program at a thousand hooks is looked up once.
    const bool same = former != nullptr && former->program == hook.program &&
                      former->hook.family().attach == type;
    former = &hook;
    if (!same) add(hooks, std::string_view{hook.program}, type);
  }
  return hooks;
}

// A tc program needs no attach type, and one that declares none gets none: it may call others that
// have none either, and the kernel wants all of them alike. Any other attached program gets its
// hook's.
uapi::attach_type type_of_attached(const program_spec& spec, const agreed& hooks) {
  const bool untyped_tc = spec.type == uapi::program_type::sched_cls &&
                          spec.expected_attach_type == uapi::attach_type{};
  return hooks && !untyped_tc ? *hooks : spec.expected_attach_type;
}

// What the object says nothing about is as the program's first hook takes it.
uapi::program_type type_of_program(const program_spec& spec, const planned_component& whole) {
  if (spec.type != uapi::program_type::unspecified) return spec.type;
  for (const auto& hook : whole.attachments) {
    if (hook.program == spec.name) return hook.hook.family().program;
  }
  return spec.type;
}

std::map<std::string, std::set<std::string>> tail_calls(const object_image& image) {
  const auto& maps = image.spec().maps;
  const bool has_arrays = std::any_of(maps.begin(), maps.end(), [](const map_spec& map) {
    return map.type == uapi::map_type::prog_array;
  });
  return has_arrays ? detail::tail_calls_by_function(image.bytes())
                    : std::map<std::string, std::set<std::string>>{};
}

}  // namespace

std::vector<program_record> plan_programs(const planned_component& whole) {
  const auto& programs = whole.image->spec().programs;
  const auto hooks = hooks_of_programs(whole);
  std::unordered_map<std::uint32_t, agreed> by_type;
  std::unordered_map<std::string, agreed> by_callers;
  const auto calls = tail_calls(*whole.image);
  for (const auto& spec : programs) {
    const auto attached = hooks.find(spec.name);
    if (attached == hooks.end()) continue;
    const auto type = type_of_attached(spec, attached->second);
    add(by_type, static_cast<std::uint32_t>(spec.type), type);
    const auto reached = calls.find(spec.name);
    if (reached == calls.end()) continue;
    for (const auto& callee : reached->second) add(by_callers, callee, type);
  }
  std::vector<program_record> made;
  made.reserve(programs.size());
  for (const auto& spec : programs) {
    const auto attached = hooks.find(spec.name);
    // Also one that the object calls optional.
    if (attached == hooks.end() && !spec.autoload) continue;
    auto type = spec.expected_attach_type;
    if (attached != hooks.end()) {
      type = type_of_attached(spec, attached->second);
    } else if (type == uapi::attach_type{}) {
      // A callee is loaded for the attach type of its callers. The callers by an array that is
      // filled later are not known: any program of its type may be one.
      const auto callers = by_callers.find(spec.name);
      const auto alike = by_type.find(static_cast<std::uint32_t>(spec.type));
      if (callers != by_callers.end()) {
        type = callers->second.value_or(type);
      } else if (alike != by_type.end()) {
        type = alike->second.value_or(type);
      }
    }
    made.push_back({spec.name, type_of_program(spec, whole), type, {}, {}});
  }
  return made;
}

std::vector<program_record> programs_once_more(const generation_record& of) {
  auto made = of.programs;
  for (auto& program : made) {
    program.id = {};
    program.tag = {};
  }
  return made;
}

}  // namespace linchpin
