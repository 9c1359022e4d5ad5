// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/planner.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "core/nearest.hpp"
#include "core/try.hpp"
#include "engine/plan_maps.hpp"

namespace linchpin {

namespace {

constexpr std::size_t longest_component_name = 64;

bool valid_name(std::string_view name) noexcept {
  const auto allowed = [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '-' || letter == '_';
  };
  return !name.empty() && name.size() <= longest_component_name &&
         std::all_of(name.begin(), name.end(), allowed);
}

// Any attachment that is asked for twice. Hashes first: a desired state may have thousands.
const desired_attachment* repeated(const std::vector<desired_attachment>& all) {
  std::vector<std::pair<std::size_t, const desired_attachment*>> seen;
  seen.reserve(all.size());
  const std::hash<std::string_view> hash;
  for (const auto& one : all) {
    seen.emplace_back(hash(one.hook.on().name) * 31 + hash(one.program), &one);
  }
  std::sort(seen.begin(), seen.end());
  for (std::size_t i = 1; i < seen.size(); ++i) {
    for (std::size_t j = i; j-- > 0 && seen[j].first == seen[i].first;) {
      const auto &left = *seen[j].second, &right = *seen[i].second;
      if (left.program == right.program && left.hook == right.hook) return &right;
    }
  }
  return nullptr;
}

std::string of_component(const component& desired) {
  return fmt::format("component {}", desired.name());
}

// A target that cannot be looked at, with who asked for it first.
error of_asker(error failed, std::span<const component* const> desired) {
  for (const auto* one : desired) {
    for (const auto& attachment : one->attachments()) {
      if (!failed.subject().ends_with(attachment.hook.on().name)) continue;
      return std::move(failed).about(
          fmt::format("{}, {}", of_component(*one), attachment.hook.text()));
    }
  }
  return failed;
}

}  // namespace

result<void> planner::check_components(std::span<const component* const> desired) const {
  for (std::size_t i = 0; i < desired.size(); ++i) {
    const auto& one = *desired[i];
    if (!valid_name(one.name()) || store::reserved(one.name())) {
      return error{errc::invalid_argument, "plan", fmt::format("component '{}'", one.name())}
          .expected("1 to 64 letters, digits, '-' and '_', not beginning with manifest or journal")
          .advice("the name becomes a directory of pins");
    }
    for (std::size_t j = 0; j < i; ++j) {
      if (desired[j]->name() != one.name()) continue;
      return error{errc::already_exists, "plan", of_component(one)}
          .found("two components of this name in one desired state")
          .advice("give each component of a store a name of its own");
    }
    if (const auto twice = repeated(one.attachments())) {
      return error{errc::already_exists, "plan", of_component(one)}.found(
          fmt::format("program {} twice at {}", twice->program, twice->hook.text()));
    }
  }
  return {};
}

result<void> planner::check_programs(const component& desired, const object_image& image) const {
  for (const auto& attachment : desired.attachments()) {
    const auto* program = image.spec().find_program(attachment.program);
    if (program == nullptr) {
      std::vector<std::string_view> names;
      for (const auto& one : image.spec().programs) names.push_back(one.name);
      return error{errc::not_found, "find program",
                   fmt::format("{}, {}", of_component(desired), attachment.hook.text())}
          .expected(fmt::format("a program '{}' in {}", attachment.program, image.spec().name))
          .advice(detail::suggestion(attachment.program, names));
    }
    if (const auto why_not = attachment.hook.family().accepts(*program)) {
      return error{errc::wrong_type, "plan",
                   fmt::format("{}, {}, program {}", of_component(desired), attachment.hook.text(),
                               attachment.program)}
          .found(*why_not)
          .advice(fmt::format("check SEC(\"{}\")", program->section));
    }
  }
  return {};
}

result<plan> planner::make(std::span<const component* const> desired) {
  LINCHPIN_CHECK(check_components(desired));
  std::vector<target> targets;
  for (const auto* one : desired) {
    for (const auto& attachment : one->attachments()) targets.push_back(attachment.hook.on());
  }
  std::vector<object_image> images;
  for (const auto* one : desired) {
    auto image = one->source().read();
    if (!image) return std::move(image).error().about(of_component(*one));
    LINCHPIN_CHECK(check_programs(*one, *image));
    images.push_back(*std::move(image));
  }
  const auto resolved = state_.store.acting().resolve(targets);
  if (!resolved) return of_asker(resolved.error(), desired);

  plan made;
  made.serial_ = state_.serial;
  note_policies(made);
  std::size_t first = 0;
  for (std::size_t i = 0; i < desired.size(); ++i) {
    const std::size_t count = desired[i]->attachments().size();
    const identities mine{resolved->data() + first, count};
    first += count;
    LINCHPIN_TRY(auto planned, plan_component(*desired[i], std::move(images[i]), mine));
    for (const auto& attachment : planned.attachments) {
      if (attachment.what != change::wait) continue;
      made.notes_.push_back(
          fmt::format("{}: {} is gone; waiting for it", planned.name, attachment.hook.text()));
    }
    made.components_.push_back(std::move(planned));
  }
  for (const auto& running : state_.components) {
    const auto wanted = [&running](const component* one) {
      return one->name() == running.record.name;
    };
    if (std::none_of(desired.begin(), desired.end(), wanted)) {
      made.removed_.push_back(running.record.name);
    }
  }
  LINCHPIN_CHECK(plan_order(made.components_, made.removed_, state_, policies_));
  for (std::size_t i = 0; i < desired.size(); ++i) {
    LINCHPIN_CHECK(build_for_moves(made.components_[i], *desired[i]));
  }
  return made;
}

// A hook does not take the same program twice, so a move that attaches before it detaches needs
// programs of a new generation. Its maps are the running ones.
result<void> planner::build_for_moves(planned_component& whole, const component& desired) {
  const auto moves = [](const planned_attachment& one) {
    return one.what == change::replace && one.why == cause::moved;
  };
  if (whole.builds() || std::none_of(whole.attachments.begin(), whole.attachments.end(), moves)) {
    return {};
  }
  const auto& running = state_.find(whole.name)->record;
  const machine_view machine{state_.store.acting().facts().possible_cpus};
  LINCHPIN_TRY(whole.maps, plan_shapes(desired, whole.image, policies_, machine));
  LINCHPIN_CHECK(plan_carries(whole.maps, desired, running, policies_));
  whole.to = {whole.from.value + 1};
  whole.reasons.emplace_back("order changed: a program moves by attaching before detaching");
  for (auto& one : whole.attachments) {
    if (one.what != change::keep) continue;
    one.why = cause::new_generation;
    LINCHPIN_TRY(one.what, choose_change(whole, one));
  }
  return {};
}

result<planned_component> planner::plan_component(const component& desired, object_image image,
                                                  identities targets) {
  const auto* running = state_.find(desired.name());
  const machine_view machine{state_.store.acting().facts().possible_cpus};
  LINCHPIN_TRY(auto maps, plan_shapes(desired, image, policies_, machine));

  planned_component planned{.name = desired.name(),
                            .lifetime = policies_.lifetime(desired.name()),
                            .from = {},
                            .to = {1},
                            .image = std::move(image),
                            .reasons = {},
                            .maps = {},
                            .attachments = {},
                            .ends = {}};
  if (running != nullptr) {
    planned.from = planned.to = running->record.generation;
    if (running->lifetime != planned.lifetime) {
      return error{errc::invalid_argument, "plan", of_component(desired)}
          .found("another lifetime policy than the running component was started with")
          .advice("remove the component, then apply it with the other lifetime");
    }
    if (running->record.digest != planned.image.digest()) {
      planned.reasons.push_back(fmt::format("object changed: {:016x} -> {:016x}",
                                            running->record.digest, planned.image.digest()));
    }
    for (auto& line : changed_shapes(maps, running->record)) {
      planned.reasons.push_back(std::move(line));
    }
    if (!planned.reasons.empty()) planned.to = {planned.from.value + 1};
  } else {
    planned.reasons.emplace_back("first start");
  }
  if (planned.builds()) {
    if (running != nullptr) LINCHPIN_CHECK(plan_carries(maps, desired, running->record, policies_));
    planned.maps = std::move(maps);
  }
  LINCHPIN_CHECK(plan_hooks(planned, desired, targets, running));
  return planned;
}

void planner::note_policies(plan& into) const {
  const auto& before = state_.store.policies();
  for (std::size_t i = 0; i < slot_count; ++i) {
    into.policies_.emplace_back(policies_.id(static_cast<slot>(i)));
    if (i < before.size() && before[i] != into.policies_.back()) {
      into.notes_.push_back(fmt::format("policy is now {}; what runs was put there under {}",
                                        into.policies_.back(), before[i]));
    }
  }
}

}  // namespace linchpin
