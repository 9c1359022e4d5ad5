// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "service.hpp"

#include "../../support/round_trip.hpp"

#include <algorithm>
#include <cerrno>
#include <iterator>

#include <fmt/format.h>

namespace simulation {

using linchpin::outcome;
using linchpin::testing::fault;
using linchpin::testing::verb;

namespace {

std::vector<property::hook_choice> hooks_for(const property::world& around, std::size_t number,
                                             std::size_t services, const policy_mix& policies) {
  std::vector<property::hook_choice> chosen;
  std::size_t exclusive = 0;
  for (const auto& hook : around.hooks()) {
    const bool others = hook.exclusive && exclusive++ % services != number;
    const bool twice_at_one = hook.exclusive && policies.attaches_twice;
    const bool outlives = !policies.durable && !around.has_links(hook.hook.family().name);
    if (!others && !twice_at_one && !outlives) chosen.push_back(hook);
  }
  return chosen;
}

// That a target is gone is not among them: a service that is told so believes it.
constexpr int causes[] = {EIO, ENOMEM, EAGAIN, EBUSY, EINTR, EMFILE, ENOSPC, EPERM};

}  // namespace

service::service(stage& on, std::size_t number, std::size_t services, const policy_mix& policies)
    : stage_(on),
      number_(number),
      policies_(policies),
      root_("/sys/fs/bpf/service" + std::to_string(number)),
      desired_(hooks_for(on.around, number, services, policies), property::world::objects()) {}

void service::say(const std::string& line) {
  if (stage_.traced()) stage_.say(fmt::format("service {}: {}", number_, line));
}

void service::fail(const std::string& why) {
  stage_.fail(fmt::format("service {} ({}): {}", number_, policies_.name, why));
}

void service::live(std::size_t operations) {
  for (std::size_t i = 0; i != operations && stage_.failure().empty(); ++i) operate();
}

void service::operate() {
  const auto choice = stage_.chance.below(12);
  begin();
  if (process_ && choice == 0) {
    say("kill -9");
    process_->own.kill();
    bury();
    return;
  }
  if (process_ && choice == 1) {
    say("exits");
    end();
    return;
  }
  if (!process_ && !start()) return;
  arm_fault();
  if (choice == 2) {
    look();
  } else if (choice == 3) {
    remove_one();
  } else if (choice == 4) {
    open_twice();
  } else {
    change();
  }
  if (process_) process_->faulty.disarm();
}

void service::arm_fault() {
  auto& chance = stage_.chance;
  if (!chance.chance(40)) return;
  constexpr fault::kind kinds[] = {fault::kind::fail, fault::kind::lose_reply, fault::kind::die};
  fault wanted;
  wanted.what = kinds[chance.below(std::size(kinds))];
  wanted.nth = 1 + chance.below(90);
  wanted.writes_only = chance.chance(50);
  if (wanted.writes_only) wanted.nth = 1 + wanted.nth / 4;
  wanted.from_there_on = wanted.what == fault::kind::fail && chance.chance(15);
  wanted.cause =
      linchpin::error::from_errno(causes[chance.below(std::size(causes))], "call", "injected");
  process_->faulty.arm(std::move(wanted));
}

void service::begin() {
  stage_.pins.operation_ended(root_);
  if (const auto broken = stage_.pins.broken()) fail(*broken);
  own_acts_ = 0;
  others_acts_ = stage_.acts;
  if (stage_.books.disturbances() != disturbances_) sure_.clear();
  disturbances_ = stage_.books.disturbances();
  const auto now = wanted();
  wanted_places both;
  std::set_intersection(sure_.begin(), sure_.end(), now.begin(), now.end(),
                        std::inserter(both, both.end()));
  sure_ = std::move(both);
  no_gaps_.clear();
  if (policies_.leaves_gaps) return;
  for (const auto& [hook, component] : sure_) {
    const auto at = place_of(hook);
    if (!at) continue;
    no_gap_at runs{*at, component};
    if (stage_.books.runs(number_, runs)) no_gaps_.push_back(std::move(runs));
  }
}

std::optional<property::chain_key> service::place_of(std::size_t hook) const {
  const auto& at = desired_.hooks()[hook].hook;
  const auto on = stage_.around.resolve(at);
  if (!on) return std::nullopt;
  return property::chain_key{std::string{at.family().name}, *on};
}

bool service::start() {
  process_ = std::make_unique<process>(stage_, *this);
  if (!stage_.at_rest) arm_fault();
  say("opens");
  auto opened = policies_.open(root_, process_->kernel);
  const bool struck = process_->faulty.struck();
  process_->faulty.disarm();
  check();
  if (!process_->own.alive() || !opened) {
    say("does not open: " + (opened ? std::string{"killed"} : opened.error().message()));
    if (!struck) fail("does not open: " + opened.error().message());
    process_->own.kill();
    if (opened) process_->edge.emplace(*std::move(opened));
    bury();
    return false;
  }
  process_->edge.emplace(*std::move(opened));
  if (!process_->edge->recovered().empty()) say("recovered: " + process_->edge->recovered());
  if (!struck) unfinished_ = false;
  check();
  return true;
}

// Its handles are gone; what the process still does has no effect.
void service::bury() {
  lose_what_is_not_pinned();
  process_->edge.reset();
  process_.reset();
  unfinished_ = true;
  check();
}

void service::lose_what_is_not_pinned() {
  if (!policies_.durable || stage_.pins_taken) no_gaps_.clear();
}

void service::end() {
  if (!process_) return;
  begin();
  lose_what_is_not_pinned();
  process_->edge.reset();
  process_.reset();
  check();
}

void service::check() {
  check_before_others();
  if (unfinished_ || !process_) return;
  if (auto broken = stage_.books.mixed(number_)) fail(*broken);
}

void service::change_desired() {
  last_good_ = desired_.components;
  if (!desired_.components.empty() && stage_.chance.chance(20)) return;
  desired_.change(stage_.chance);
  // One component of each object, named like it: so the programs tell whose they are.
  std::set<std::size_t> met;
  std::erase_if(desired_.components,
                [&met](const auto& entry) { return !met.insert(entry.object).second; });
  for (auto& component : desired_.components) component.name = desired_.object_of(component).name;
}

linchpin::result<linchpin::plan> service::plan() {
  const auto components = desired_.build();
  return components.empty() ? process_->edge->plan(linchpin::nothing)
                            : process_->edge->plan(components);
}

void service::change() {
  change_desired();
  begin();
  say("asks for:" + desired_.text());
  const bool waits = unfinished_ || something_waits();
  const auto writes = process_->own.calls().writes();
  if (stage_.chance.chance(30)) {
    const auto components = desired_.build();
    finish(components.empty() ? process_->edge->apply(linchpin::nothing)
                              : process_->edge->apply(components),
           true);
    return;
  }
  const auto planned = plan();
  if (!waits && process_->own.calls().writes() != writes) fail("planning changed something");
  if (!planned) return finish(planned.error(), true);
  if (stage_.traced()) say("plan:\n" + planned->text());
  if (const auto broken = round_trip::broken(planned->form()))
    return fail("the plan's text " + *broken);
  finish(process_->edge->apply(*planned), true);
}

void service::remove_one() {
  if (desired_.components.empty()) return;
  const auto gone = stage_.chance.below(desired_.components.size());
  const auto name = desired_.components[gone].name;
  last_good_ = desired_.components;
  desired_.components.erase(desired_.components.begin() + static_cast<std::ptrdiff_t>(gone));
  begin();
  say("removes " + name);
  finish(process_->edge->remove(name), false);
}

// What could not be finished of a component is tried again by every call.
bool service::something_waits() const {
  const auto pins = stage_.around.machine().pins();
  return std::any_of(pins.begin(), pins.end(), [this](const std::string& path) {
    return path.starts_with(root_ + '/') &&
           (path.ends_with("/unfinished") || path.ends_with("/unfinished-second"));
  });
}

void service::look() {
  say("looks");
  const bool waits = unfinished_ || something_waits();
  const auto writes = process_->own.calls().writes();
  const auto status = process_->edge->status();
  if (status && stage_.traced()) say("status:\n" + status->text());
  if (!waits && process_->own.calls().writes() != writes) fail("status changed something");
  if (!process_->own.alive()) return bury();
  if (!status && status.error().is(outcome::stranded)) unfinished_ = true;
  check();
}

// Two processes never work on one store.
void service::open_twice() {
  say("a second process opens the same store");
  linchpin::testing::fake_kernel second{stage_.around.machine()};
  const auto opened = policies_.open(root_, second);
  if (opened || !opened.error().is(linchpin::errc::busy))
    fail("a second process may open the store: " +
         (opened ? std::string{"success"} : opened.error().message()));
}

void service::finish(const linchpin::result<linchpin::apply_report>& ended, bool whole_state) {
  say(ended ? "done" : "not done: " + ended.error().message());
  if (!process_->own.alive()) return bury();
  if (!ended) {
    if (ended.error().is(outcome::stranded)) {
      unfinished_ = true;
    } else {
      // What the world does not allow would be refused for ever.
      desired_.components = last_good_;
      if (!desired_.components.empty() && stage_.chance.chance(30)) desired_.components.pop_back();
    }
    return check();
  }
  unfinished_ = unfinished_ || !ended->held_back.empty();
  if (ended->held_back.empty() && whole_state) {
    unfinished_ = false;
    sure_ = wanted();
    std::erase_if(sure_, [this](const auto& entry) {
      const auto at = place_of(entry.first);
      return !at || !stage_.books.runs(number_, {*at, entry.second});
    });
    stage_.books.note_reached(number_);
  }
  check();
  const bool alone = stage_.acts - own_acts_ == others_acts_;
  if (alone && whole_state && !unfinished_) check_done();
}

void service::check_done() {
  process_->faulty.disarm();
  stage_.quiet = true;
  const auto again = plan();
  stage_.quiet = false;
  if (!again) return fail("the next plan is refused: " + again.error().message());
  if (!again->empty()) return fail("the next plan is not empty:\n" + again->text());
  check_places();
}

service::wanted_places service::wanted() const {
  wanted_places places;
  for (const auto& component : desired_.components) {
    for (const auto& at : component.hooks) places.emplace(at.hook, component.name);
  }
  return places;
}

void service::before_call() {
  if (!process_->own.alive()) return;
  if (!stage_.others_come()) return;
  check_before_others();
  stage_.running->suspend();
}

void service::after_call(verb which) {
  if (!process_->own.alive()) return;
  if (!linchpin::testing::is_write(which)) return;
  ++stage_.acts;
  ++own_acts_;
  check_before_others();
}

void service::check_before_others() {
  if (stage_.books.disturbances() != disturbances_) {
    no_gaps_.clear();
    sure_.clear();
    disturbances_ = stage_.books.disturbances();
  }
  if (auto broken = stage_.books.check(number_, no_gaps_)) fail(*broken);
}

void service::note_load(const linchpin::loaded_object& made) {
  stage_.books.note_load(number_, made);
}

void service::note_attach(linchpin::link_id link) {
  stage_.books.note_attach(number_, link);
}

}  // namespace simulation
