// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/plan.hpp>

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "engine/plan_globals.hpp"
#include "engine/running.hpp"
#include "engine/step_facts.hpp"

namespace linchpin::inline LINCHPIN_ABI {

std::string_view text(change what) noexcept {
  switch (what) {
    case change::keep:
      return "keep";
    case change::attach:
      return "attach";
    case change::update:
      return "update";
    case change::attach_then_detach:
      return "twice";
    case change::detach_then_attach:
      return "gap";
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
    case cause::makes_room:
      return "its priority leaves no room for who is to stand beside it";
    case cause::other_mechanism:
      return "asked for through another mechanism";
    case cause::target_back:
      return "its target is another one than before";
    case cause::link_lost:
      return "drift: our attachment is gone";
    case cause::altered:
      return "drift: our link runs a program that is not ours";
    case cause::pin_lost:
      return "drift: the pin of our link is gone";
    case cause::unwanted:
      return "no longer asked for";
    case cause::target_gone:
      return "its target is gone";
  }
  return "?";
}

std::string_view text(step_kind kind) noexcept {
  const auto facts = detail::facts_of(kind);
  return facts.word.empty() ? std::string_view{"?"} : facts.text;
}

bool planned_component::changes() const noexcept {
  if (!held_back.empty()) return false;
  return builds() || !ends.empty() ||
         std::any_of(attachments.begin(), attachments.end(), [](const planned_attachment& hook) {
           return (hook.what != change::keep && hook.what != change::wait) || hook.renumbered ||
                  hook.why == cause::pin_lost;
         });
}

plan::plan() = default;
plan::plan(const plan& other) = default;
plan::plan(plan&& other) noexcept = default;
plan& plan::operator=(const plan& other) = default;
plan& plan::operator=(plan&& other) noexcept = default;
plan::~plan() = default;

bool plan::empty() const noexcept {
  return changes_.empty();
}

std::string_view plan::name_of(const changed& which) const noexcept {
  return which.removed ? std::string_view{removed_[which.index]} : components_[which.index].name;
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

// The ids of the policies that a plan was made with, in brackets: behind what they decided.
class deciders {
 public:
  explicit deciders(std::span<const std::string> ids) : ids_(ids) {}

  [[nodiscard]] std::string operator[](slot which) const {
    const auto index = static_cast<std::size_t>(which);
    return index < ids_.size() ? fmt::format(" [{}]", ids_[index]) : std::string{};
  }

 private:
  std::span<const std::string> ids_;
};

bool counts_bytes(uapi::map_type type) noexcept {
  return type == uapi::map_type::ringbuf || type == uapi::map_type::user_ringbuf;
}

std::string describe_fill(const planned_map& map) {
  if (map.filled_by_function) return ", filled by a function";
  if (!map.filled_with) return {};
  return fmt::format(", filled with {} entr{}", *map.filled_with,
                     *map.filled_with == 1 ? "y" : "ies");
}

std::string describe(const planned_map& map, const deciders& by) {
  std::string text = fmt::format("  map         {}: {}", map.spec.name, carry_word(map));
  if (!map.reason.empty()) text += fmt::format(" [{}]", map.reason);
  const bool made = map.carry != carry_method::reuse;
  if (made && !map.spec.internal && map.spec.max_entries != 0) {
    text += fmt::format(", {} {}{}", map.spec.max_entries,
                        counts_bytes(map.spec.type) ? "bytes" : "entries",
                        map.size_asked ? " [asked for]" : by[slot::map_sizing]);
  }
  text += describe_fill(map);
  if (!map.variables.empty()) {
    text += fmt::format(
        ", {} variable{} by name{}", map.variables.size(), map.variables.size() == 1 ? "" : "s",
        map.copied_once ? "; copied once: what changes until the switch is lost"
                        : "; where both generations change a number, the next one's stays");
  }
  text += "\n";
  for (const auto& variable : map.variables) {
    if (variable.moves_from.empty()) continue;
    text += fmt::format("  moved       {}: from {} to {}\n", variable.name, variable.moves_from,
                        map.spec.name);
  }
  for (const auto& variable : map.variables) {
    if (!variable.partly_copied_once) continue;
    text += fmt::format(
        "  copied once {}: of it, only numbers of 1, 2, 4 or 8 bytes follow what changes until the "
        "switch\n",
        variable.name);
  }
  for (const auto& why : map.left_behind) text += fmt::format("  not carried {}\n", why);
  return text;
}

// The fallback policy chose where there was a choice: at a hook that has a way it would rather go.
std::string describe_way(const planned_attachment& hook, const deciders& by) {
  const bool chosen = !hook.running || hook.why == cause::other_mechanism;
  const bool preferred = hook.how == hook.hook.mechanisms().front();
  std::string text =
      fmt::format("{}{}", mechanism_name(hook.how), chosen && !preferred ? by[slot::fallback] : "");
  // What is tried by itself where the target refuses the chosen way; any other way is another chain, and
  // another plan.
  const bool attaches = hook.what != change::keep && hook.what != change::update;
  for (const auto other : hook.else_by) {
    if (!attaches || chain_of(other) != chain_of(hook.how)) continue;
    text += fmt::format(", where refused {}{}", mechanism_name(other), by[slot::fallback]);
  }
  return text;
}

std::string describe_place(const planned_attachment& hook, const deciders& by) {
  if (!hook.place) return {};
  const auto where = hook.place->number == 0
                         ? std::string{"placed when attached"}
                         : fmt::format("place {} of {}", hook.place->number, hook.place->of);
  return fmt::format(", {}{}", where, by[slot::attach_order]);
}

std::string describe_effect(const planned_attachment& hook) {
  const bool own_map = traits_of(hook.identity.kind).scope == target_scope::in_the_component;
  if (own_map && hook.why == cause::target_back) {
    return "; the map is made anew, and the sockets of the old one are not carried: they keep "
           "their program";
  }
  if (hook.what == change::detach_then_attach) return "; gap: the old one detached, then attached";
  if (hook.what != change::attach_then_detach) return {};
  if (hook.overlap_us == 0) return "; twice: attached, then the old one detached";
  return fmt::format("; twice: attached, then the old one detached, at least {} us later",
                     hook.overlap_us);
}

// Where only one way was open, no policy was asked: a program that moves comes before it goes.
bool update_decided(const planned_attachment& hook) noexcept {
  return hook.why == cause::new_generation ||
         (hook.why == cause::moved && hook.what == change::detach_then_attach);
}

std::string_view verb(const planned_attachment& hook) noexcept {
  if (hook.what == change::keep) return hook.why == cause::pin_lost ? "pin again" : "keep";
  if (hook.why == cause::moved || hook.why == cause::makes_room) return "move";
  return text(hook.what);
}

std::string describe_hook(const planned_attachment& hook) {
  const bool own_map = traits_of(hook.identity.kind).scope == target_scope::in_the_component;
  return hook.hook.text() + (own_map ? " of this component" : "");
}

std::string describe(const planned_attachment& hook, const deciders& by) {
  return fmt::format("  {:<11} {} at {} ({}){}: {}{}{}\n", verb(hook), hook.program,
                     describe_hook(hook), describe_way(hook, by), describe_place(hook, by),
                     text(hook.why), describe_effect(hook),
                     update_decided(hook) ? by[slot::update_strategy] : "");
}

std::string describe_end(std::string_view program, std::string_view hook, cause why) {
  return fmt::format("  detach      {} at {}: {}\n", program, hook, text(why));
}

// Which generation runs before and after the plan, and why.
std::string describe_generation(const planned_component& component, const deciders& by) {
  if (!component.asked_for()) {
    return component.changes() ? "removed, but for what is left alone\n" : "left alone\n";
  }
  if (!component.from) {
    return fmt::format("generation {}, first start, {}{}\n", component.to.value,
                       component.lifetime == lifetime_kind::durable ? "durable" : "ephemeral",
                       by[slot::lifetime]);
  }
  if (component.builds()) {
    auto text = fmt::format("generation {} -> {}\n", component.from.value, component.to.value);
    for (const auto& reason : component.reasons) {
      text += fmt::format("  because     {}\n", reason);
    }
    return text;
  }
  return fmt::format("generation {}{}\n", component.from.value,
                     component.changes() ? "" : ", nothing to do");
}

std::string describe_held_back(const planned_component& component) {
  if (!component.from) return "left as it is\n";
  return fmt::format("generation {}, left as it is\n", component.from.value);
}

std::string describe(const planned_component& component, const deciders& by) {
  std::string text = fmt::format("{}: ", component.name);
  if (!component.held_back.empty()) return text + describe_held_back(component);
  text += describe_generation(component, by);
  if (component.twin) {
    text += fmt::format(
        "  load again  for the length of the move: a hook takes the same program only once\n");
  }
  for (const auto& global : component.globals) {
    text += fmt::format("  global      {}: {}\n", global.name, value_text(global));
  }
  for (const auto& map : component.maps) text += describe(map, by);
  for (const auto& why : component.left_behind) text += fmt::format("  not carried {}\n", why);
  if (component.preparation) text += "  prepare     by a function, before anything is attached\n";
  for (const auto& hook : component.attachments) {
    if (hook.what == change::keep && !hook.renumbered && hook.why != cause::pin_lost) continue;
    text += describe(hook, by);
  }
  for (const auto& end : component.ends) text += describe_end(end.program, end.hook, end.why);
  return text;
}

std::string describe_removed(std::string_view name, const observed_component* running) {
  std::string text = fmt::format("{}: removed, no longer asked for\n", name);
  if (running == nullptr || !running->record) return text;
  for (std::size_t i = 0; i < running->record->attachments.size(); ++i) {
    const auto& record = running->record->attachments[i];
    const bool gone = running->attachments[i].state == attachment_state::target_gone;
    text +=
        describe_end(record.program, hook_of(record), gone ? cause::target_gone : cause::unwanted);
  }
  return text;
}

}  // namespace

std::string plan::text() const {
  std::string text;
  const deciders by{policies_};
  for (const auto& component : components_) text += describe(component, by);
  for (const auto& name : removed_) text += describe_removed(name, seen_.find(name));
  for (const auto& note : notes_) text += fmt::format("note: {}\n", note);
  if (empty()) text += "nothing to do\n";
  return text;
}

std::string plan::text(const step& of) const {
  std::string text{linchpin::text(of.kind)};
  if (of.kind == step_kind::let_both_run) return fmt::format("{} for {} us", text, of.number);
  if (of.change == no_index) return text;
  const auto& which = changes_[of.change];
  const auto* whole = which.removed ? nullptr : &components_[which.index];
  if (whole != nullptr && of.after != no_index && of.after < whole->after.attachments.size()) {
    const auto& record = whole->after.attachments[of.after];
    text += fmt::format(" {} at {}", record.program, hook_of(record));
  } else if (is_about_a_map(of.kind)) {
    text += fmt::format(" map {}", whole->maps[of.before].spec.name);
  } else if (of.before != no_index) {
    const auto* running = seen_.find(name_of(which));
    if (running != nullptr && running->record) {
      const auto& record = running->record->attachments[of.before];
      text += fmt::format(" {} at {}", record.program, hook_of(record));
    }
  } else if (of.number != 0) {
    text += fmt::format(" generation {}", of.number);
  }
  return fmt::format("{}, component {}", text, name_of(which));
}

}  // namespace linchpin
