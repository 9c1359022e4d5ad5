// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "schedule.hpp"

// What must be reached once nobody disturbs: every service what it asks for, and in the end a machine
// with strangers' things only.
namespace simulation {

using linchpin::errc;

namespace {

constexpr unsigned most_rounds = 5;

}  // namespace

bool service::settle() {
  begin();
  if (!process_ && !start()) {
    fail("does not open although nothing fails");
    return false;
  }
  const auto planned = plan_undisturbed();
  if (!planned) {
    fail("undisturbed, and refused: " + planned.error().message());
    return false;
  }
  say("asks undisturbed for:" + desired_.text());
  if (stage_.traced()) say("plan:\n" + planned->text());
  const auto applied = process_->edge->apply(*planned);
  say(applied ? "done" : "not done: " + applied.error().message());
  if (!applied) {
    answer_failure(applied.error());
    return false;
  }
  unfinished_ = !applied->held_back.empty();
  for (const auto& why : applied->held_back) say("held back: " + why);
  if (unfinished_) give_up_what_is_not_ours();
  stage_.books.note_reached(number_);
  check();
  return planned->empty() && !unfinished_;
}

// What this machine cannot give is given up.
linchpin::result<linchpin::plan> service::plan_undisturbed() {
  auto planned = plan();
  // An order that this kernel cannot give among strangers.
  if (!planned && planned.error().is(errc::unsupported) && !policies_.appends) {
    give_up_orders();
    begin();
    planned = plan();
  }
  // Two interfaces exchanged their names, and each has the program of a service that now asks for the
  // other one. Nobody replaces it: refusing is right.
  if (!planned && planned.error().is(errc::busy) && give_up_taken_hooks()) {
    begin();
    planned = plan();
  }
  return planned;
}

void service::give_up_orders() {
  for (auto& component : desired_.components) {
    std::erase_if(component.hooks, [this](const property::wanted_hook& at) {
      return !desired_.hooks()[at.hook].hook.family().name.starts_with("tcx") &&
             !desired_.hooks()[at.hook].exclusive;
    });
  }
}

// Hooks that take one program, and have that of another service.
bool service::give_up_taken_hooks() {
  std::set<property::chain_key> taken;
  for (const auto& place : stage_.books.places()) {
    for (const auto& stands : stage_.books.chain_for(number_, place)) {
      if (stands.component.empty()) taken.insert(place.key);
    }
  }
  std::size_t given_up = 0;
  for (auto& component : desired_.components) {
    given_up += std::erase_if(component.hooks, [&](const property::wanted_hook& at) {
      const auto place = place_of(at.hook);
      return desired_.hooks()[at.hook].exclusive && place && taken.contains(*place);
    });
  }
  return given_up != 0;
}

void service::answer_failure(const linchpin::error& why) {
  if (why.is(errc::bad_format)) {
    if (!give_up_what_is_not_ours()) fail("a record is lost that nobody took away");
  } else if (!why.retryable() && !why.is(linchpin::outcome::rolled_back)) {
    fail("undisturbed, and not carried out: " + why.message());
  }
}

// What is left of a change that was cut short while a stranger's pin stood in its directory, or a
// stranger's program ran in its link: a directory without a record, and nothing of the service in it.
// release() is the word for giving that up.
bool service::give_up_what_is_not_ours() {
  const auto pins = stage_.around.machine().pins();
  bool any = false;
  for (const auto& object : property::world::objects()) {
    const auto directory = root_ + "/" + object.name + "/";
    const bool there = std::find(pins.begin(), pins.end(), directory) != pins.end();
    const bool ours = std::any_of(pins.begin(), pins.end(), [&](const std::string& path) {
      return path.starts_with(directory) && !path.ends_with('/') && !runs_intruder(path);
    });
    if (!there || ours) continue;
    const auto given_up = process_->edge->release(object.name);
    if (given_up) {
      say(std::string{"gave up "} + object.name);
      stage_.around.machine().remove_tree(*given_up);
      stage_.books.look_again();
    } else if (!given_up.error().is(errc::not_found)) {
      fail("what is not ours is not given up: " + given_up.error().message());
    }
    any = any || given_up;
  }
  return any;
}

bool service::runs_intruder(const std::string& path) const {
  linchpin::testing::fake_kernel looking{stage_.around.machine()};
  const auto link = looking.open_pin(path, linchpin::pin_kind::link);
  if (!link || !*link) return false;
  const auto info = looking.describe_link(link->ref());
  return info && stage_.around.intruders.contains(info->program);
}

void service::remove_everything() {
  begin();
  no_gaps_.clear();
  give_up_what_is_not_ours();
  say("removes everything");
  if (const auto removed = process_->edge->remove_all(); !removed)
    fail("not everything is removed: " + removed.error().message());
  sure_.clear();
  end();
}

service::wishes service::places_asked_for() const {
  wishes all;
  for (const auto& component : desired_.components) {
    for (const auto& at : component.hooks) {
      const auto& hook = desired_.hooks()[at.hook].hook;
      if (const auto on = stage_.around.resolve(hook))
        all.at[{std::string{hook.family().name}, *on}][component.name] = at.priority;
      else
        all.astray.insert(component.name);
    }
  }
  return all;
}

void service::check_places() {
  const auto wanted = places_asked_for();
  for (const auto& place : stage_.books.places()) check_place(place, wanted);
}

void service::check_place(const ledger::place& place, const wishes& wanted) {
  auto chain = stage_.books.chain_for(number_, place);
  const auto names = wanted.at.find(place.key);
  std::map<std::string, int> found;
  for (auto& stands : chain) {
    if (stands.component.empty()) continue;
    ++found[stands.component];
    const bool asked = names != wanted.at.end() && names->second.contains(stands.component);
    if (asked) stands.priority = names->second.at(stands.component);
    if (!asked && !wanted.astray.contains(stands.component))
      return fail(fmt::format("{} runs at {} of target {}, where nobody wants it", stands.component,
                              place.key.family, place.key.on.id));
  }
  if (names == wanted.at.end()) return;
  for (const auto& [component, priority] : names->second) {
    const auto times = found.find(component) == found.end() ? 0 : found.at(component);
    const bool right = times == 1 || (times == 0 && !policies_.takes_back);
    if (!right)
      return fail(fmt::format("{} runs {} times at {} of target {}: {}", component, times,
                              place.key.family, place.key.on.id, stage_.books.text(place.ran)));
  }
  if (!wanted.astray.empty()) return;
  if (const auto broken = policies_.broken_rule({chain, chain, {}}))
    fail(*broken + ": " + property::text(chain));
}

void schedule::come_to_rest() {
  stage_.at_rest = true;
  for (const auto& each : strangers_) each->rest();
  for (unsigned round = 1; stage_.failure().empty(); ++round) {
    bool settled = true;
    for (const auto& each : services_) settled = each->settle() && settled;
    if (settled) break;
    if (round == most_rounds)
      return stage_.fail(fmt::format("after {} rounds something is left to do", round));
  }
  for (const auto& each : services_) {
    if (stage_.failure().empty()) each->check_places();
  }
}

void schedule::leave() {
  for (const auto& each : services_) {
    if (stage_.failure().empty()) each->remove_everything();
  }
  if (stage_.failure().empty()) check_all_gone();
}

void schedule::check_all_gone() {
  auto& machine = stage_.around.machine();
  std::set<linchpin::program_id> strangers;
  std::size_t links = 0;
  for (const auto& place : stage_.books.places()) {
    for (const auto id : place.ran) {
      if (!stage_.around.strangers().contains(id))
        return stage_.fail(fmt::format("program #{} still runs", id.value));
      strangers.insert(id);
      if (stage_.around.has_links(place.key.family)) ++links;
    }
  }
  const auto programs = machine.programs();
  if (!std::equal(programs.begin(), programs.end(), strangers.begin(), strangers.end()))
    return stage_.fail("programs are left over");
  if (!machine.maps().empty()) return stage_.fail("maps are left over");
  if (machine.links().size() != links) return stage_.fail("links are left over");
  // A link into which a stranger put its program before anybody had it on record proves to be nobody's else:
  // its pin stays, and recovery has told.
  linchpin::testing::fake_kernel looking{machine};
  const auto runs_a_stranger = [&](const std::string& path) {
    const auto opened = looking.open_pin(path, linchpin::pin_kind::link);
    if (!opened || !*opened) return false;
    const auto link = looking.describe_link(opened->ref());
    return link && strangers.contains(link->program);
  };
  for (const auto& path : machine.pins()) {
    if (!path.ends_with('/') && !runs_a_stranger(path))
      return stage_.fail("a pin is left over: " + path);
  }
}

}  // namespace simulation
