// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/component_change.hpp"

#include <algorithm>

namespace linchpin::inline LINCHPIN_ABI {

const live_generation* component_change::find(generation number) const noexcept {
  for (const auto& version : staged) {
    if (version.number() == number) return &version;
  }
  return running == nullptr ? nullptr : running->find(number);
}

const generation_record* component_change::record_of(generation number) const noexcept {
  if (twin && twin->number == number) return &*twin;
  if (const auto* found = after.find_generation(number)) return found;
  return before == nullptr ? nullptr : before->find_generation(number);
}

live_generation::program component_change::program_of(
    const attachment_record& record) const noexcept {
  return program_of(record.generation, record.program);
}

live_generation::program component_change::program_of(generation made_in,
                                                      std::string_view wanted) const noexcept {
  live_generation::program found;
  if (const auto* live = find(made_in)) found = live->find_program(wanted).value_or(found);
  if (found.id) return found;
  // The program cannot be opened, but its id is on record.
  if (const auto* record = record_of(made_in)) found.id = attached_id(*record, wanted);
  return found;
}

handle_ref component_change::kept_link(std::uint32_t attachment) const noexcept {
  if (durable() || running == nullptr || running->links.empty()) return {};
  return running->links[attachment].ref();
}

bool component_change::owns(program_id program) const noexcept {
  if (!program) return false;
  if (twin && twin->find_program(program) != nullptr) return true;
  const auto knows = [program](const component_record& record) {
    return std::any_of(record.generations.begin(), record.generations.end(),
                       [program](const generation_record& version) {
                         return version.find_program(program) != nullptr;
                       });
  };
  return knows(after) || (before != nullptr && knows(*before));
}

void drop_retired(component_record& record) {
  std::erase_if(record.generations, [&record](const generation_record& version) {
    return version.number != record.current &&
           std::none_of(record.attachments.begin(), record.attachments.end(),
                        [&version](const attachment_record& hook) {
                          return hook.generation == version.number;
                        });
  });
}

}  // namespace linchpin
