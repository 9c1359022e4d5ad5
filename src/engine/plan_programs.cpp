// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_programs.hpp"

#include <optional>
#include <string_view>
#include <unordered_map>

namespace linchpin {

namespace {

// What the hooks of one program, or the attached programs of one type, are loaded for; absent where they
// differ.
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

// A tc program needs no attach type, and one that declares none gets none: it may call others that have
// none either, and the kernel wants all of them alike. Any other attached program gets its hook's.
uapi::attach_type type_of_attached(const program_spec& spec, const agreed& hooks) {
  const bool untyped_tc = spec.type == uapi::program_type::sched_cls &&
                          spec.expected_attach_type == uapi::attach_type{};
  return hooks && !untyped_tc ? *hooks : spec.expected_attach_type;
}

}  // namespace

std::vector<program_record> plan_programs(const planned_component& whole) {
  const auto& programs = whole.image->spec().programs;
  const auto hooks = hooks_of_programs(whole);
  std::unordered_map<std::uint32_t, agreed> by_type;
  for (const auto& spec : programs) {
    const auto attached = hooks.find(spec.name);
    if (attached == hooks.end()) continue;
    add(by_type, static_cast<std::uint32_t>(spec.type), type_of_attached(spec, attached->second));
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
      // A callee is loaded for what its callers are.
      const auto callers = by_type.find(static_cast<std::uint32_t>(spec.type));
      if (callers != by_type.end()) type = callers->second.value_or(type);
    }
    made.push_back({spec.name, spec.type, type, {}, {}});
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
