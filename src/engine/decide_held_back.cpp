// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "engine/hook_order.hpp"

// What keeps a component as it is, while the rest of the desired state goes on.
namespace linchpin {

namespace {

// Whether a program or map is on record and cannot be opened, though it may exist.
bool lacks(const observed_component& running, std::string_view kind, std::string_view name) {
  if (running.missing.empty()) return false;
  const auto wanted = fmt::format("{} {}", kind, name);
  const auto among = [&wanted](const std::vector<std::string>& all) {
    return std::find(all.begin(), all.end(), wanted) != all.end();
  };
  return among(running.missing) && !among(running.gone);
}

// Why an attachment cannot be changed; empty where it can.
std::string out_of_reach(const observed_component& running, std::size_t attachment) {
  const auto& record = running.record->attachments[attachment];
  const auto& found = running.attachments[attachment];
  if (!found.nameable) {
    return fmt::format(
        "{} runs program {}, which is not ours, and naming it to replace it "
        "takes CAP_SYS_ADMIN",
        subject_of(record), found.program.value);
  }
  if (found.state == attachment_state::unreachable) {
    return fmt::format(
        "{} cannot be reached: its pin is gone, and opening it by its id "
        "takes CAP_SYS_ADMIN",
        subject_of(record));
  }
  if (lacks(running, "program", record.program)) {
    return fmt::format("program {}, which {} runs, cannot be opened", record.program,
                       hook_of(record));
  }
  return {};
}

}  // namespace

// What cannot be reached cannot be changed. The rest of the desired state goes on without it.
void decider::hold_back_damaged(planned_component& whole, const observed_component& running) const {
  std::vector<std::string> why;
  for (const auto& hook : whole.attachments) {
    if (!hook.running || hook.what == change::keep || hook.what == change::wait) continue;
    auto reason = out_of_reach(running, *hook.running);
    if (!reason.empty()) why.push_back(std::move(reason));
  }
  for (const auto& map : whole.maps) {
    const bool carried = map.carry == carry_method::reuse || map.carry == carry_method::copy;
    if (carried && lacks(running, "map", map.spec.name)) {
      why.push_back(
          fmt::format("map {}, whose contents are to be kept, cannot be opened", map.spec.name));
    }
  }
  if (!why.empty()) whole.held_back = std::move(why);
}

namespace {

// Programs of a component that run in a chain by an attachment that its record does not tell of.
std::vector<const chain_entry*> unexplained(const chain& seen, const observed_component& component,
                                            const hook_key& key) {
  const auto& record = *component.record;
  std::vector<bool> matched(record.attachments.size(), false);
  const auto explains = [&](std::size_t i, const chain_entry& entry) {
    const auto& one = record.attachments[i];
    // A link that is lost may stand in its chain for a moment longer.
    const bool lost = component.attachments[i].state == attachment_state::lost;
    return !matched[i] && !lost && hook_key{one.family, one.identity, chain_of(one.how)} == key &&
           same_attachment(entry, one.id, component.attachments[i].program);
  };
  std::vector<const chain_entry*> found;
  for (const auto& entry : seen.entries) {
    const bool ours = std::any_of(
        record.generations.begin(), record.generations.end(),
        [&](const generation_record& one) { return one.find_program(entry.program) != nullptr; });
    if (!ours) continue;
    std::size_t by = 0;
    while (by < matched.size() && !explains(by, entry)) ++by;
    if (by < matched.size()) {
      matched[by] = true;
    } else {
      found.push_back(&entry);
    }
  }
  return found;
}

std::string text_of(const chain_entry& entry) {
  if (entry.tc_handle != 0) {
    return fmt::format("a filter of priority {}, handle {:#x}", entry.tc_priority, entry.tc_handle);
  }
  return entry.link ? fmt::format("link {}", entry.link.value) : std::string{"an attachment"};
}

}  // namespace

std::vector<decider::stray> decider::find_strays() const {
  std::vector<stray> strays;
  for (const auto& chain : seen_.chains) {
    const hook_key key{chain.family, chain.identity, chain_of(chain.how)};
    const auto place = place_at_.find(key);
    if (!chain.seen || place == place_at_.end()) continue;
    std::unordered_set<std::uint32_t> looked_at;
    for (const auto& one : places_[place->second].claims) {
      const auto& whole = made_.components_[one.component];
      const auto& hook = whole.attachments[one.attachment];
      const auto* component = running(whole.name);
      if (hook.what != change::attach || component == nullptr) continue;
      if (!looked_at.insert(one.component).second) continue;
      for (const auto* entry : unexplained(*chain.seen, *component, key)) {
        strays.push_back(
            {one.component,
             fmt::format(
                 "{} runs program {} of it already, by {} that no record tells of: attached "
                 "once more it would run twice; end that one, or say release()",
                 hook.hook.text(), entry->program.value, text_of(*entry))});
      }
    }
  }
  return strays;
}

bool decider::strays() const {
  return !find_strays().empty();
}

void decider::hold_back_strays() {
  for (auto& one : find_strays()) {
    auto& whole = made_.components_[one.component];
    made_.notes_.push_back(fmt::format("{}: left as it is: {}", whole.name, one.why));
    whole.held_back.push_back(std::move(one.why));
  }
  for (auto& place : places_) {
    std::erase_if(place.claims, [this](const claim& one) {
      return !made_.components_[one.component].held_back.empty();
    });
  }
}

}  // namespace linchpin
