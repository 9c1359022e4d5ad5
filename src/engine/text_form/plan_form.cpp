// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/plan_form.hpp>

#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/text_form/decided_on.hpp"
#include "engine/text_form/identity_eraser.hpp"
#include "engine/text_form/plan_fields.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

constexpr std::string_view plan_kind = "plan";

form::component form_of(const planned_component& whole) {
  form::component made;
  made.name = whole.name;
  made.lifetime = whole.lifetime;
  made.from = whole.from;
  made.to = whole.to;
  made.twin = whole.twin;
  if (whole.image) made.object = {whole.image->spec().name, whole.image->digest()};
  made.reasons = whole.reasons;
  made.globals = whole.globals;
  made.maps = whole.maps;
  made.left_behind = whole.left_behind;
  made.programs = whole.programs;
  for (std::size_t i = 0; i < whole.attachments.size(); ++i) {
    auto& attachment = made.attachments.emplace_back(form::attachment{whole.attachments[i], {}});
    // A form outlives the mechanisms that its maker chose from; `how` and `else_by` say what came
    // of them.
    const auto& hook = attachment.planned.hook;
    attachment.planned.hook = hook.by(hook.family().mechanisms);
    if (i < whole.after.attachments.size()) attachment.slot = whole.after.attachments[i].slot;
  }
  made.ends = whole.ends;
  made.left_alone = whole.left_alone;
  made.why_left_alone = whole.why_left_alone;
  made.held_back = whole.held_back;
  made.prepares = static_cast<bool>(whole.preparation);
  return made;
}

std::optional<std::uint32_t> present(std::uint32_t index) {
  if (index == no_index) return std::nullopt;
  return index;
}

// Complains about an index unless that many things are there.
void check_index(detail::text_reader& reader, std::string_view what,
                 std::optional<std::uint64_t> index, std::size_t count) {
  if (reader.failed() || !index || *index < count) return;
  reader.fail(fmt::format("'{}' below {}, as many as there are", what, count),
              fmt::format("'{}'", *index));
}

}  // namespace

plan_form plan::form() const {
  plan_form made;
  for (std::size_t i = 0; i < slot_count && i < policies_.size(); ++i)
    made.policies[i] = policies_[i];
  made.decided_on = detail::decided_on(seen_);
  for (const auto& component : components_) made.components.push_back(form_of(component));
  made.removed = removed_;
  made.notes = notes_;
  made.places = places_;
  made.chains = chains_;
  for (const auto& step : steps_) {
    auto& told = made.steps.emplace_back();
    told.kind = step.kind;
    if (step.change != no_index) told.component = name_of(changes_[step.change]);
    told.before = present(step.before);
    told.after = present(step.after);
    told.place = present(step.place);
    told.number = step.number;
  }
  return made;
}

void detail::plan_checks::new_component(text_reader& reader, const std::string& name) {
  if (reader.failed() || components_.try_emplace(name, components_.size()).second) return;
  reader.fail("each component once", fmt::format("a second {}", shortened(name)));
}

void detail::plan_checks::new_step(text_reader& reader, const form::step& step) const {
  if (reader.failed()) return;
  check_index(reader, "place", step.place, read_.places.size());
  if (detail::facts_of(step.kind).number == detail::number_meaning::chain)
    check_index(reader, "chain", step.number, read_.chains.size());
  if (step.component.empty()) return;
  const auto known = components_.find(step.component);
  if (known == components_.end()) {
    std::vector<std::string_view> names;
    for (const auto& [name, index] : components_) names.push_back(name);
    return reader.fail("a component of this plan", shortened(step.component),
                       advice_about(step.component, names));
  }
  if (known->second >= read_.components.size())
    return;  // a removed component has nothing after the plan
  const auto& component = read_.components[known->second];
  check_index(reader, "after", step.after,
              component.attachments.size() + component.left_alone.size());
  if (is_about_a_map(step.kind)) check_index(reader, "before", step.before, component.maps.size());
}

std::string write_text(const plan_form& what) {
  detail::text_writer writer{plan_kind, detail::oldest_text_version};
  detail::plan_checks checks{what};
  detail::fields(writer, what, checks);
  return std::move(writer).end();
}

result<plan_form> read_plan(std::string_view text) {
  detail::text_reader reader{text, plan_kind, detail::newest_text_version, "read plan"};
  plan_form read;
  detail::plan_checks checks{read};
  detail::fields(reader, read, checks);
  LINCHPIN_CHECK(std::move(reader).end());
  return read;
}

namespace {

// Sentences for people name programs and links by their ids.
void erase_numbers(std::vector<std::string>& sentences) {
  for (auto& sentence : sentences) {
    std::string same;
    for (const char letter : sentence) {
      const bool digit = letter >= '0' && letter <= '9';
      if (!digit) {
        same += letter;
      } else if (same.empty() || same.back() != 'N') {
        same += 'N';
      }
    }
    sentence = std::move(same);
  }
}

}  // namespace

plan_form without_identities(plan_form what) {
  what.decided_on = 0;
  erase_numbers(what.notes);
  for (auto& component : what.components) {
    erase_numbers(component.why_left_alone);
    erase_numbers(component.held_back);
  }
  detail::identity_eraser eraser;
  detail::plan_checks checks{what};
  detail::fields(eraser, what, checks);
  return what;
}

std::optional<text_difference> difference(const plan_form& left, const plan_form& right) {
  return first_difference(write_text(left), write_text(right));
}

}  // namespace linchpin
