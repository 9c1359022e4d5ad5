// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/plan.hpp>

#include <algorithm>

#include <fmt/format.h>

namespace linchpin {

std::string_view text(change what) noexcept {
  switch (what) {
    case change::keep:
      return "keep";
    case change::attach:
      return "attach";
    case change::update:
      return "update";
    case change::replace:
      return "replace";
    case change::recreate:
      return "recreate";
    case change::detach:
      return "detach";
    case change::wait:
      return "wait";
  }
  return "?";
}

std::string_view text(cause why) noexcept {
  switch (why) {
    case cause::unchanged:
      return "unchanged";
    case cause::first_start:
      return "first start";
    case cause::new_hook:
      return "not attached here yet";
    case cause::new_generation:
      return "its program changes";
    case cause::moved:
      return "it stands at another place than the order policy says";
    case cause::other_mechanism:
      return "asked for through another mechanism";
    case cause::target_back:
      return "its target is another one than before";
    case cause::link_lost:
      return "drift: our attachment is gone";
    case cause::altered:
      return "drift: our link runs a program that is not ours";
    case cause::unwanted:
      return "no longer asked for";
    case cause::target_gone:
      return "its target is gone";
  }
  return "?";
}

bool planned_component::changes() const noexcept {
  return builds() || !ends.empty() ||
         std::any_of(attachments.begin(), attachments.end(), [](const planned_attachment& one) {
           return (one.what != change::keep && one.what != change::wait) || one.renumbered;
         });
}

bool plan::empty() const noexcept {
  return removed_.empty() && std::none_of(components_.begin(), components_.end(),
                                          [](const auto& one) { return one.changes(); });
}

namespace {

std::string_view carry_word(const planned_map& map) noexcept {
  if (!map.carry) return "fresh";
  switch (*map.carry) {
    case carry_method::reuse:
      return "reuse";
    case carry_method::copy:
      return "copy";
    case carry_method::discard:
      break;
  }
  return "discard";
}

std::string describe(const planned_component& one, std::string_view update_id) {
  std::string text = fmt::format("{}: ", one.name);
  if (!one.from) {
    text += fmt::format("generation {}, first start\n", one.to.value);
  } else if (one.builds()) {
    text += fmt::format("generation {} -> {}\n", one.from.value, one.to.value);
    for (const auto& reason : one.reasons) text += fmt::format("  because     {}\n", reason);
  } else {
    text +=
        fmt::format("generation {}{}\n", one.from.value, one.changes() ? "" : ", nothing to do");
  }
  for (const auto& map : one.maps) {
    text += fmt::format("  map         {}: {}{}\n", map.spec.name, carry_word(map),
                        map.reason.empty() ? "" : fmt::format("  [{}]", map.reason));
  }
  for (const auto& hook : one.attachments) {
    if (hook.what == change::keep && !hook.renumbered) continue;
    const bool decided = hook.what == change::update || hook.what == change::replace ||
                         hook.what == change::recreate;
    text += fmt::format("  {:<11} {} at {} ({}): {}{}\n", linchpin::text(hook.what), hook.program,
                        hook.hook.text(), mechanism_name(hook.how), linchpin::text(hook.why),
                        decided ? fmt::format("  [{}]", update_id) : "");
  }
  for (const auto& end : one.ends) {
    text +=
        fmt::format("  detach      {} at {}: {}\n", end.program, end.hook, linchpin::text(end.why));
  }
  return text;
}

}  // namespace

std::string plan::text() const {
  std::string text;
  const auto update_index = static_cast<std::size_t>(slot::update);
  const std::string_view update_id =
      policies_.size() > update_index ? std::string_view{policies_[update_index]} : "";
  for (const auto& one : components_) text += describe(one, update_id);
  for (const auto& name : removed_) text += fmt::format("{}: removed, no longer asked for\n", name);
  for (const auto& note : notes_) text += fmt::format("note: {}\n", note);
  if (empty()) text += "nothing to do\n";
  return text;
}

}  // namespace linchpin
