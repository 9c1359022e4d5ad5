// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "stranger.hpp"

#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace simulation {

void stranger::live(std::size_t events) {
  for (std::size_t i = 0; i != events && stage_.failure().empty(); ++i) {
    act();
    stage_.running->suspend();
  }
}

void stranger::act() {
  auto& around = stage_.around;
  if (const auto broken = stage_.pins.broken()) stage_.fail(*broken);
  stage_.books.tell_links();
  std::string event;
  switch (stage_.chance.below(12)) {
    case 0:
      event = pin_over();
      break;
    case 1:
      event = around.move_away_or_back();
      break;
    default:
      event = around.outside_event();
  }
  for (const auto target : around.out_of_sight()) stage_.books.note_out_of_reach(target);
  if (event != "nothing") ++stage_.acts;
  if (event.find("pin") != std::string::npos) {
    stage_.pins_taken = true;
    stage_.books.note_disturbance();
  }
  constexpr std::string_view taken = "pin ", away = " is removed";
  if (event.starts_with(taken) && event.ends_with(away))
    stage_.pins.note_removed(event.substr(taken.size(), event.size() - taken.size() - away.size()));
  stage_.say("stranger: " + event);
  stage_.books.look_again();
}

// A program of theirs in the place of something that a service has pinned.
std::string stranger::pin_over() {
  std::vector<std::string> paths;
  for (auto& path : stage_.around.machine().pins()) {
    const bool ours = path.find("/service") != std::string::npos && !stage_.pins.has(path);
    if (ours && path.find("/link-") != std::string::npos) paths.push_back(std::move(path));
  }
  std::vector<linchpin::program_id> theirs;
  for (const auto& place : stage_.books.places()) {
    for (const auto id : place.ran) {
      if (stage_.around.strangers().contains(id) && !stage_.around.intruders.contains(id))
        theirs.push_back(id);
    }
  }
  if (paths.empty() || theirs.empty()) return "nothing";
  const auto& path = stage_.chance.one_of(paths);
  const auto which = stage_.chance.one_of(theirs);
  if (!stage_.pins.put(path, which)) return "nothing";
  return fmt::format("pins program #{} over {}", which.value, path);
}

void stranger::rest() {
  if (const auto broken = stage_.pins.broken()) stage_.fail(*broken);
  stage_.pins.remove_all();
  stage_.around.put_back();
  stage_.say("strangers rest");
  stage_.books.look_again();
}

}  // namespace simulation
