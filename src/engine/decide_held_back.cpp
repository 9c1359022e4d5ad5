// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "engine/hook_order.hpp"
#include "engine/plan_variables.hpp"
#include "engine/variable_copy.hpp"

// What keeps a component as it is, while the rest of the desired state goes on.
namespace linchpin::inline LINCHPIN_ABI {

namespace {

// Programs and maps of a component that are on record and cannot be opened, though they may exist.
class closed_objects {
 public:
  explicit closed_objects(const observed_component& of)
      : closed_(of.missing.begin(), of.missing.end()) {
    for (const auto& name : of.gone) closed_.erase(name);
  }
  [[nodiscard]] bool has(std::string_view kind, std::string_view name) const {
    return !closed_.empty() && closed_.contains(fmt::format("{} {}", kind, name));
  }
  // What is attached at a hook of a family: a program, or a map.
  [[nodiscard]] bool has_attached(std::string_view family, std::string_view name) const {
    const auto* known = find_hook_family(family);
    const bool map = known != nullptr && known->attaches == attached_kind::map;
    return has(map ? "map" : "program", name);
  }

 private:
  std::unordered_set<std::string> closed_;
};

std::string cannot_open(std::string_view program, std::string_view hook) {
  return fmt::format("program {}, which {} runs or is to run, cannot be opened", program, hook);
}

// Why an attachment cannot be changed; empty where it can.
std::string out_of_reach(const observed_component& running, std::size_t attachment,
                         const closed_objects& closed) {
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
  if (closed.has_attached(record.family, record.program))
    return cannot_open(record.program, hook_of(record));
  return {};
}

std::string uncomparable(const planned_map& map, const generation_record& running) {
  return fmt::format(
      "map {}, {}, {}: to read its layout, and compare it with what the object expects, takes "
      "CAP_SYS_ADMIN; one apply with that is enough, since the next generation is recorded in full",
      map.spec.name,
      map.carry == carry_method::copy ? "whose entries are to be copied" : "which is to be shared",
      running.digest == 0 ? "was taken over without a record"
                          : "was recorded by an earlier linchpin, which described it less closely");
}

// Of what section of a component that was taken over without a record nothing tells the variables.
std::string_view untold_variables(const planned_component& whole,
                                  const generation_record& running) {
  if (running.digest != 0) return {};
  for (const auto& map : whole.maps) {
    if (!holds_variables(map.spec) || map.carry) continue;
    const auto* before = running.find_map(map.spec.name);
    if (before != nullptr && before->spec.layout.empty()) return map.spec.name;
  }
  return {};
}

// Why the attachments of a component cannot be changed as planned; one line each.
void find_closed_attachments(const planned_component& whole, const observed_component& running,
                             const closed_objects& closed, std::vector<std::string>& why) {
  for (const auto& hook : whole.attachments) {
    if (hook.what == change::keep || hook.what == change::wait) continue;
    if (hook.running) {
      auto reason = out_of_reach(running, *hook.running, closed);
      if (!reason.empty()) why.push_back(std::move(reason));
    } else if (!whole.builds() && closed.has_attached(hook.hook.family().name, hook.program)) {
      why.push_back(cannot_open(hook.program, hook.hook.text()));
    }
  }
}

// Why maps of a component cannot go on in its next generation; one line each.
void find_closed_maps(const planned_component& whole, const observed_component& running,
                      const closed_objects& closed, std::vector<std::string>& why) {
  for (const auto& map : whole.maps) {
    const bool carried = map.carry == carry_method::reuse || map.carry == carry_method::copy;
    if (carried && !map.spec.internal && closed.has("map", map.spec.name)) {
      why.push_back(
          fmt::format("map {}, whose contents are to be kept, cannot be opened", map.spec.name));
    }
    std::string_view told;
    for (const auto& variable : map.variables) {
      const auto from = source_section(map, variable);
      if (from == told || !closed.has("map", from)) continue;
      told = from;
      why.push_back(fmt::format("map {}, of which variables go on in {}, cannot be opened", from,
                                map.spec.name));
    }
  }
  const auto uncompared =
      std::find_if(whole.maps.begin(), whole.maps.end(), [&running](const planned_map& map) {
        const auto& names = running.uncompared;
        const bool kept = map.carry == carry_method::reuse || map.carry == carry_method::copy;
        return kept && !map.spec.internal && !map.spec.layout.empty() &&
               std::find(names.begin(), names.end(), map.spec.name) != names.end();
      });
  const auto& current = *running.record->running();
  if (uncompared != whole.maps.end()) why.push_back(uncomparable(*uncompared, current));
  if (const auto section = untold_variables(whole, current); !section.empty()) {
    why.push_back(
        fmt::format("map {}, whose variables are to be kept, was taken over without a record, and "
                    "what is in it "
                    "cannot be told: to read that takes CAP_SYS_ADMIN, and an object with BTF; "
                    "map(\"{}\").carry(carry::discard{{}}) gives the variables up",
                    section, section));
  }
}

}  // namespace

// What cannot be reached cannot be changed. The rest of the desired state goes on without it.
void decider::hold_back_damaged(planned_component& whole, const observed_component& running) const {
  const closed_objects closed{running};
  std::vector<std::string> why;
  find_closed_attachments(whole, running, closed, why);
  find_closed_maps(whole, running, closed, why);
  if (!why.empty()) whole.held_back = std::move(why);
}

namespace {

// The attachments and programs on record of a component, by hook and by id.
class record_index {
 public:
  explicit record_index(const observed_component& of) : of_(of) {
    const auto& attachments = of.record->attachments;
    for (std::size_t i = 0; i < attachments.size(); ++i) {
      // A link that is lost may stand in its chain for a moment longer.
      if (of.attachments[i].state == attachment_state::lost) continue;
      const auto& attachment = attachments[i];
      at_[{attachment.family, attachment.identity, chain_of(attachment.how)}].push_back(i);
    }
    for (const auto& generation : of.record->generations) {
      for (const auto& program : generation.programs) programs_.insert(program.id.value);
    }
  }

  // Programs of the component that run in a chain by an attachment that its record does not tell
  // of.
  [[nodiscard]] std::vector<const chain_entry*> unexplained(const chain& seen,
                                                            const hook_key& key) const {
    const auto known = at_.find(key);
    auto left = known == at_.end() ? std::vector<std::size_t>{} : known->second;
    std::vector<const chain_entry*> found;
    for (const auto& entry : seen.entries) {
      if (!programs_.contains(entry.program.value)) continue;
      const auto by = std::find_if(left.begin(), left.end(), [&](std::size_t i) {
        return same_attachment(entry, of_.record->attachments[i].id, of_.attachments[i].program);
      });
      if (by == left.end()) {
        found.push_back(&entry);
      } else {
        left.erase(by);
      }
    }
    return found;
  }

 private:
  const observed_component& of_;
  std::unordered_map<hook_key, std::vector<std::size_t>, hook_key_hash> at_;
  std::unordered_set<std::uint32_t> programs_;
};

// Beside the program that it runs.
std::string text_of(const observed_chain& chain, const chain_entry& entry) {
  return detail::driver_for(chain.how)->attachment_text(entry);
}

}  // namespace

std::vector<std::string_view> decider::first_starts() const {
  std::vector<std::string_view> found;
  for (const auto& whole : made_.components_) {
    if (!whole.held_back.empty() || whole.lifetime != lifetime_kind::durable) continue;
    if (std::any_of(whole.attachments.begin(), whole.attachments.end(),
                    [](const planned_attachment& hook) { return hook.what == change::attach; })) {
      found.push_back(whole.name);
    }
  }
  return found;
}

std::vector<decider::hindrance> decider::find_strays() const {
  auto strays = find_pinned_strays();
  std::unordered_map<std::uint32_t, record_index> records;  // by planned component
  for (const auto& chain : seen_.chains) {
    const hook_key key{chain.family, chain.identity, chain_of(chain.how)};
    const auto place = place_at_.find(key);
    if (!chain.seen || place == place_at_.end()) continue;
    std::unordered_set<std::uint32_t> looked_at;
    for (const auto& claimed : places_[place->second].claims) {
      const auto& whole = made_.components_[claimed.component];
      const auto& hook = whole.attachments[claimed.attachment];
      const auto* component = running(whole.name);
      if (hook.what != change::attach || component == nullptr) continue;
      if (!looked_at.insert(claimed.component).second) continue;
      const auto& record = records.try_emplace(claimed.component, *component).first->second;
      for (const auto* entry : record.unexplained(*chain.seen, key)) {
        strays.push_back(
            {claimed.component,
             fmt::format(
                 "{} runs program {} of it already, by {} that no record tells of: attached "
                 "once more it would run twice; end that one, or say release()",
                 hook.hook.text(), entry->program.value, text_of(chain, *entry))});
      }
    }
  }
  return strays;
}

// Programs that run in a chain and are pinned below a component without a record: a process left
// them that died, and whose journal is gone as well.
std::vector<decider::hindrance> decider::find_pinned_strays() const {
  std::vector<hindrance> strays;
  if (seen_.strays.empty()) return strays;
  std::unordered_map<std::string, const stray_program*> pinned;
  for (const auto& program : seen_.strays) {
    pinned.emplace(fmt::format("{} {}", program.component, program.id.value), &program);
  }
  for (const auto& chain : seen_.chains) {
    const auto place = place_at_.find({chain.family, chain.identity, chain_of(chain.how)});
    if (!chain.seen || place == place_at_.end()) continue;
    for (const auto& claimed : places_[place->second].claims) {
      const auto& whole = made_.components_[claimed.component];
      const auto& hook = whole.attachments[claimed.attachment];
      if (hook.what != change::attach) continue;
      for (const auto& entry : chain.seen->entries) {
        const auto found = pinned.find(fmt::format("{} {}", whole.name, entry.program.value));
        if (found == pinned.end()) continue;
        strays.push_back(
            {claimed.component,
             fmt::format("{} runs program {} already, which is pinned at {} and which no record "
                         "tells of: attached once more it would run twice; end {} and remove that "
                         "pin, or move it away",
                         hook.hook.text(), entry.program.value, found->second->path,
                         text_of(chain, entry))});
      }
    }
  }
  return strays;
}

bool decider::strays() const {
  return !find_strays().empty();
}

void decider::hold_back_strays() {
  hold_back(find_strays());
}

void decider::hold_back(std::vector<hindrance> found) {
  for (auto& in_the_way : found) {
    auto& whole = made_.components_[in_the_way.component];
    made_.notes_.push_back(fmt::format("{}: left as it is: {}", whole.name, in_the_way.why));
    whole.held_back.push_back(std::move(in_the_way.why));
  }
  for (auto& place : places_) {
    std::erase_if(place.claims, [this](const claim& of) {
      return !made_.components_[of.component].held_back.empty();
    });
  }
}

void decider::block_twins() {
  for (std::uint32_t i = 0; i < made_.components_.size(); ++i) {
    const auto& whole = made_.components_[i];
    const auto* before = running(whole.name);
    if (before == nullptr || before->missing.empty() || !wants_twin(whole, seen_.facts)) continue;
    blocked_.push_back(
        {i, fmt::format("{} cannot be opened: to run meanwhile, a program that moves takes a "
                        "second copy of its generation, which shares that",
                        before->missing.front())});
  }
}

}  // namespace linchpin
