// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "engine/decide.hpp"

// What keeps a component as it is, while the rest of the desired state goes on.
namespace linchpin {

// What cannot be reached cannot be changed. The rest of the desired state goes on without it.
void decider::hold_back_damaged(planned_component& whole, const observed_component& running) const {
  const auto& record = *running.record;
  const auto lacks = [&running](std::string_view kind, std::string_view name) {
    const auto wanted = fmt::format("{} {}", kind, name);
    const auto among = [&wanted](const std::vector<std::string>& all) {
      return std::find(all.begin(), all.end(), wanted) != all.end();
    };
    return among(running.missing) && !among(running.gone);
  };
  std::vector<std::string> why;
  for (const auto& hook : whole.attachments) {
    if (!hook.running || hook.what == change::keep || hook.what == change::wait) continue;
    const auto& old = record.attachments[*hook.running];
    if (!running.attachments[*hook.running].nameable) {
      why.push_back(
          fmt::format("{} runs program {}, which is not ours, and naming it to replace it "
                      "takes CAP_SYS_ADMIN",
                      subject_of(old), running.attachments[*hook.running].program.value));
    } else if (running.attachments[*hook.running].state == attachment_state::unreachable) {
      why.push_back(
          fmt::format("{} cannot be reached: its pin is gone, and opening it by its id "
                      "takes CAP_SYS_ADMIN",
                      subject_of(old)));
    } else if (!running.missing.empty() && lacks("program", old.program)) {
      why.push_back(
          fmt::format("program {}, which {} runs, cannot be opened", old.program, hook_of(old)));
    }
  }
  for (const auto& map : whole.maps) {
    const bool carried = map.carry == carry_method::reuse || map.carry == carry_method::copy;
    if (carried && !running.missing.empty() && lacks("map", map.spec.name)) {
      why.push_back(
          fmt::format("map {}, whose contents are to be kept, cannot be opened", map.spec.name));
    }
  }
  if (!why.empty()) whole.held_back = std::move(why);
}

}  // namespace linchpin
