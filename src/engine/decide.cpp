// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/decide.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <linchpin/core/detail/nearest.hpp>
#include <linchpin/core/detail/try.hpp>
#include "engine/answered.hpp"
#include "engine/build_reasons.hpp"
#include "engine/plan_fills.hpp"
#include "engine/plan_globals.hpp"
#include "engine/plan_maps.hpp"
#include "engine/plan_variables.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

constexpr std::size_t longest_component_name = 64;
// NAME_MAX, less the "prog-" of a pin.
constexpr std::size_t longest_pinned_name = 250;

bool valid_name(std::string_view name) noexcept {
  const auto allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '-' || letter == '_';
  };
  return !name.empty() && name.size() <= longest_component_name &&
         std::all_of(name.begin(), name.end(), allowed);
}

result<void> check_pin_names(const desired_component& desired, const object_image& image) {
  const auto check = [&desired](std::string_view kind, const auto& named) -> result<void> {
    const auto too_long = std::find_if(named.begin(), named.end(), [](const auto& thing) {
      return thing.name.size() > longest_pinned_name;
    });
    if (too_long == named.end()) return {};
    return error{errc::invalid_argument, "plan",
                 fmt::format("component {}, {} {}", desired.name(), kind, too_long->name)}
        .expected(fmt::format("a name of at most {} bytes", longest_pinned_name))
        .found(fmt::format("{} bytes", too_long->name.size()))
        .advice("shorten it in the source: it becomes the name of a pin");
  };
  LINCHPIN_CHECK(check("program", image.spec().programs));
  return check("map", image.spec().maps);
}

bool contains(const std::vector<std::string>& in, std::string_view wanted) {
  return std::find(in.begin(), in.end(), wanted) != in.end();
}

std::string record_lost(const observed_component& of) {
  return fmt::format(
      "pins, but no record that can be read: {}; adopt_again() takes over what its pins hold; "
      "release() gives it up and leaves it running",
      fmt::join(of.problems, "; "));
}

}  // namespace

std::size_t hook_key_hash::operator()(const hook_key& key) const noexcept {
  // The length of a family's name tells apart the few families that share an identity.
  std::uint64_t mixed = key.family.size();
  for (const std::uint64_t part : {key.identity.id, key.identity.netns.value,
                                   std::uint64_t{static_cast<std::uint32_t>(key.how)}}) {
    mixed = (mixed ^ part) * 0x9e3779b97f4a7c15U;  // 2^64 divided by the golden ratio
    mixed ^= mixed >> 32;
  }
  return mixed;
}

result<void> check_desired(std::span<const desired_component* const> desired) {
  std::unordered_set<std::string_view> names;
  for (const auto* component : desired) {
    if (!valid_name(component->name()) || store::reserved(component->name())) {
      return error{errc::invalid_argument, "plan", fmt::format("component '{}'", component->name())}
          .expected(
              "1 to 64 letters, digits, '-' and '_', not beginning with a word that the store "
              "uses itself: manifest, journal, released")
          .advice("choose another name: it becomes that of a directory of pins");
    }
    if (!names.insert(component->name()).second) {
      return error{errc::already_exists, "plan", fmt::format("component {}", component->name())}
          .found("two components of this name in one desired state")
          .advice("give each component of a store a name of its own");
    }
  }
  return {};
}

namespace {

// One component insists on one way at all hooks of a family that says so; what its type could not say is
// data.
result<void> check_ways(const desired_component& desired) {
  std::map<std::string_view, const any_hook*> first_of;  // of the hooks of each family that insist
  for (const auto& attachment : desired.attachments()) {
    const auto& hook = attachment.hook;
    if (!hook.family().one_way || hook.mechanisms().size() != 1) continue;
    const auto* first = first_of.try_emplace(hook.family().name, &hook).first->second;
    const auto how = hook.mechanisms().front(), other = first->mechanisms().front();
    if (how == other) continue;
    return error{errc::invalid_argument, "plan",
                 fmt::format("component {}, {}", desired.name(), hook.text())}
        .expected(fmt::format("{}, as at {}", mechanism_name(other), first->text()))
        .found(std::string{mechanism_name(how)})
        .advice(fmt::format("make a component of each way: one component takes {} in one way",
                            hook.family().name));
  }
  return {};
}

// The path in a hook's target that does not begin at the root; empty where there is none.
std::string_view relative_path_of(const any_hook& hook) {
  const auto& on = hook.on();
  const std::string_view path = hook.family().target->is_path ? on.name : on.netns;
  return path.starts_with('/') ? std::string_view{} : path;
}

}  // namespace

result<void> check_programs(const desired_component& desired, const object_image& image) {
  std::unordered_map<std::string_view, const program_spec*> programs;
  for (const auto& program : image.spec().programs) programs.emplace(program.name, &program);
  for (const auto& attachment : desired.attachments()) {
    LINCHPIN_CHECK(check_target_map(desired, attachment, image));
    const bool takes_map = attachment.hook.family().attaches == attached_kind::map;
    if (takes_map) LINCHPIN_CHECK(check_attached_map(desired, attachment, image));
    const auto found = programs.find(attachment.program);
    if (!takes_map && found == programs.end()) {
      std::vector<std::string_view> names;
      for (const auto& program : image.spec().programs) names.push_back(program.name);
      return detail::no_such_name(
          error{errc::not_found, "find program",
                fmt::format("component {}, {}", desired.name(), attachment.hook.text())}
              .expected(fmt::format("a program '{}' in {}", attachment.program, image.spec().name)),
          attachment.program, names);
    }
    const auto relative = relative_path_of(attachment.hook);
    if (!relative.empty()) {
      return error{errc::invalid_argument, "plan",
                   fmt::format("component {}, {}", desired.name(), attachment.hook.text())}
          .expected("an absolute path")
          .found(relative)
          .advice("give the whole path: from another directory this one means another target");
    }
    const auto& family = attachment.hook.family();
    // A family that only its maker knows could not be found again by the next process.
    const auto* known = find_hook_family(family.name);
    if (known == nullptr || known->attach != family.attach || known->program != family.program) {
      return error{errc::invalid_argument, "plan",
                   fmt::format("component {}, {}", desired.name(), attachment.hook.text())}
          .expected("one of the hook families of this linchpin")
          .found(fmt::format("a family \"{}\" that is not among them", family.name))
          .advice("use the hooks in linchpin/hook/");
    }
    if (takes_map) continue;
    if (const auto refusal = why_not(family, *found->second)) {
      return error{errc::wrong_type, "plan",
                   fmt::format("component {}, {}, program {}", desired.name(),
                               attachment.hook.text(), attachment.program)}
          .found(*refusal)
          .advice(fmt::format("check SEC(\"{}\")", found->second->section));
    }
  }
  return check_ways(desired);
}

decider::decider(std::span<const desired_component* const> desired,
                 std::vector<object_image> images, snapshot& seen, const decisions& policies,
                 std::span<const left_out> without)
    : desired_(desired),
      images_(std::move(images)),
      seen_(seen),
      policies_(policies),
      without_(without) {
  for (std::uint32_t i = 0; i < seen_.components.size(); ++i) {
    seen_at_.emplace(seen_.components[i].name, i);
  }
}

const observed_component* decider::running(std::string_view name) const noexcept {
  const auto found = seen_at_.find(name);
  return found == seen_at_.end() ? nullptr : &seen_.components[found->second];
}

result<void> decider::pair() {
  note_policies();
  made_.components_.reserve(desired_.size() + seen_.components.size());
  LINCHPIN_CHECK(size_maps());
  std::size_t first = 0;
  for (std::size_t i = 0; i < desired_.size(); ++i) {
    const std::size_t count = desired_[i]->attachments().size();
    LINCHPIN_CHECK(plan_component(i, {seen_.targets.data() + first, count}));
    first += count;
    const auto& planned = made_.components_.back();
    planned_at_.emplace(planned.name, static_cast<std::uint32_t>(i));
    for (const auto& hook : planned.attachments) {
      if (hook.what != change::wait) continue;
      made_.notes_.push_back(
          fmt::format("{}: {} is gone; waiting for it", planned.name, hook.hook.text()));
    }
    for (const auto& why : planned.held_back) {
      made_.notes_.push_back(fmt::format("{}: left as it is: {}", planned.name, why));
    }
  }
  for (const auto& component : seen_.components) {
    if (planned_at_.contains(component.name)) continue;
    if (!component.kept_as_it_is().empty()) {
      made_.notes_.push_back(fmt::format("{}: not asked for, but left as it is: {}", component.name,
                                         component.kept_as_it_is()));
    } else if (component.record) {
      plan_removal(component);
    } else {
      made_.notes_.push_back(
          fmt::format("{}: its record is lost; it runs on, and only release() or adopt_again() "
                      "change that",
                      component.name));
    }
  }
  return {};
}

// Attachments that are out of sight or reach go on running; their component stays on record, so
// that they are not forgotten.
void decider::plan_removal(const observed_component& running) {
  planned_component whole;
  whole.name = running.name;
  whole.lifetime = running.lifetime;
  whole.from = whole.to = running.record->current;
  for (std::size_t i = 0; i < running.attachments.size(); ++i) {
    plan_left_over(whole, running, i, {});
  }
  if (whole.left_alone.empty()) {
    made_.removed_.push_back(running.name);
    return;
  }
  made_.notes_.push_back(fmt::format(
      "{}: stays on record with what is left alone; release() gives it up", whole.name));
  const auto index = static_cast<std::uint32_t>(made_.components_.size());
  made_.components_.push_back(std::move(whole));
  planned_at_.emplace(made_.components_.back().name, index);
}

// A component is left as it is while its last change is not finished, while it cannot be looked at,
// and when its record is lost: it would be started twice.
void decider::hold_back(std::size_t index, const observed_component* running, std::string why) {
  planned_component whole;
  whole.name = desired_[index]->name();
  whole.image = std::move(images_[index]);
  whole.held_back = {std::move(why)};
  if (running != nullptr) {
    whole.lifetime = running->lifetime;
    if (running->record) whole.from = whole.to = running->record->current;
  }
  made_.components_.push_back(std::move(whole));
}

// Plans whether a component is built, of what, and what happens at its hooks.
result<void> decider::plan_build(planned_component& planned, std::vector<planned_map> maps,
                                 const desired_component& desired, identities targets,
                                 const observed_component* running) {
  if (planned.builds() && running != nullptr) {
    auto there = *running->record->running();
    std::erase_if(there.maps, [running](const map_record& map) {
      return contains(running->gone, "map " + map.spec.name);
    });
    LINCHPIN_CHECK(plan_carries(maps, desired, *planned.image, planned.globals, there,
                                running->uncompared, policies_));
    planned.left_behind = maps_left_behind(there, planned.image->spec());
  }
  if (planned.builds()) {
    planned.maps = std::move(maps);
    LINCHPIN_CHECK(plan_fills(planned, desired, policies_));
  } else if (running != nullptr) {
    for (const auto& line : fills_that_wait(desired, *running->record->running())) {
      made_.notes_.push_back(fmt::format("{}: {}", planned.name, line));
    }
  }
  const auto with_maps = with_own_maps(planned, desired, targets, running);
  return pair_hooks(planned, desired, with_maps.empty() ? targets : identities{with_maps}, running);
}

std::string decider::why_it_waits(std::string_view component,
                                  const observed_component* running) const {
  if (running != nullptr) {
    if (!running->kept_as_it_is().empty()) return std::string{running->kept_as_it_is()};
    if (!running->record) return record_lost(*running);
  }
  const auto found = std::find_if(without_.begin(), without_.end(), [component](const auto& out) {
    return out.component == component;
  });
  return found == without_.end() ? std::string{} : found->why;
}

result<void> decider::size_maps() {
  std::vector<const object_image*> images;
  for (std::size_t i = 0; i < desired_.size(); ++i) {
    const auto* running = this->running(desired_[i]->name());
    const bool asked = why_it_waits(desired_[i]->name(), running).empty();
    images.push_back(asked ? &images_[i] : nullptr);
  }
  const machine_view machine{seen_.facts.possible_cpus, seen_.facts.memory_bytes};
  LINCHPIN_TRY(shapes_, plan_shapes(desired_, images, policies_, machine));
  for (std::size_t i = 0; i < desired_.size(); ++i) {
    if (images[i] != nullptr) LINCHPIN_CHECK(check_fills(*desired_[i], shapes_[i]));
  }
  return {};
}

result<void> decider::plan_component(std::size_t index, identities targets) {
  const desired_component& desired = *desired_[index];
  const auto* running = this->running(desired.name());
  if (auto why = why_it_waits(desired.name(), running); !why.empty()) {
    hold_back(index, running, std::move(why));
    return {};
  }
  auto& maps = shapes_[index];
  LINCHPIN_CHECK(check_pin_names(desired, images_[index]));
  const auto about = [&desired] { return fmt::format("component {}", desired.name()); };
  LINCHPIN_TRY(const auto lifetime,
               answered(policies_.lifetime(desired.name()), policies_, slot::lifetime, about));
  LINCHPIN_TRY(auto globals, plan_globals(desired, images_[index]));
  planned_component planned;
  planned.name = desired.name();
  planned.lifetime = lifetime;
  planned.to = {1};
  planned.image = std::move(images_[index]);
  bool forced = false;  // a generation is built only because something of the running one is lost
  if (running != nullptr) {
    const auto& record = *running->record;
    planned.from = planned.to = record.current;
    if (running->lifetime != planned.lifetime) {
      return error{errc::invalid_argument, "plan", fmt::format("component {}", desired.name())}
          .found("another lifetime policy than the running component was started with")
          .advice("remove the component, then apply it with the other lifetime");
    }
    planned.reasons = reasons_to_build({desired, *planned.image, maps, globals}, *running);
    if (!planned.reasons.empty()) planned.to = {planned.from.value + 1};
    forced = planned.builds() && planned.reasons.size() == running->gone.size();
    if (forced) forced_.insert(planned.name);
  } else {
    planned.reasons.emplace_back("first start");
  }
  if (planned.builds()) planned.globals = std::move(globals);
  auto built = plan_build(planned, std::move(maps), desired, targets, running);
  // Nobody asked for this generation: that it cannot be built is no reason to refuse the plan.
  if (!built && forced) {
    auto why = fmt::format("{}, and a new generation cannot be had: {}", planned.reasons.front(),
                           in_one_line(built.error()));
    images_[index] = *std::move(planned.image);
    hold_back(index, running, std::move(why));
    return {};
  }
  LINCHPIN_CHECK(built);
  if (running != nullptr) hold_back_damaged(planned, *running);
  made_.components_.push_back(std::move(planned));
  return {};
}

void decider::note_policies() {
  const auto& before = seen_.policies;
  for (std::size_t i = 0; i < slot_count; ++i) {
    made_.policies_.emplace_back(policies_.id(static_cast<slot>(i)));
    if (i < before.size() && before[i] != made_.policies_.back()) {
      made_.notes_.push_back(fmt::format("policy is now {}; what runs was put there under {}",
                                         made_.policies_.back(), before[i]));
    }
  }
}

}  // namespace linchpin
