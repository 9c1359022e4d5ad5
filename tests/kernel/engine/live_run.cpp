// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "live_run.hpp"

#include <unistd.h>

#include <cstdlib>
#include <set>

#include <linux/bpf.h>
#include <bpf/bpf.h>
#include <fmt/format.h>

namespace live_engine {

using linchpin::errc;
using namespace property;

live_run::live_run(std::uint64_t seed, const policy_choice& policies, bool interfaces)
    : policies_(policies),
      seed_(seed),
      chance_(seed),
      around_(interfaces),
      desired_(around_.hooks(), live_world::objects()) {
  reopen();
}

unsigned live_run::go(std::uint64_t steps) {
  for (step_ = 1; step_ <= steps; ++step_) step();
  must(edge_->remove_all());
  CHECK(around_.here.pins(around_.here.root()).empty());
  return changed_;
}

void live_run::fail(const std::string& why) {
  std::string all;
  for (const auto& line : log_) all += "\n  " + line;
  FAIL(why << "\nreplay: LINCHPIN_SEED=" << seed_ << ", step " << step_
           << "\nwhat happened:" << all);
  std::abort();
}

void live_run::reopen() {
  edge_.reset();
  edge_.emplace(must(policies_.open(around_.here.root(), around_.here.kernel)));
}

std::string live_run::outside_event() {
  const auto what = chance_.below(8);
  if (what < 3) return let_stranger_come();
  if (what < 5) {
    const auto id = around_.remove_stranger(chance_);
    return id ? fmt::format("stranger #{} leaves", *id) : "";
  }
  if (what == 5) return let_intruder_in();
  if (what == 6) return disturb_pin();
  reopen();
  return "the store is closed and opened";
}

std::string live_run::let_stranger_come() {
  const auto hook = chance_.below(around_.hooks().size());
  if (around_.hooks()[hook].exclusive) return {};
  // Without CAP_SYS_ADMIN nobody has a name, and so nobody is the gateway.
  const bool gateway = chance_.chance(25) && !narrow_run();
  const char* name = gateway ? "gateway" : "stranger";
  const auto made = around_.add_stranger(hook, name);
  if (!made) return {};
  return fmt::format("{}#{} comes to {}", name, *made, around_.hooks()[hook].hook.text());
}

std::string live_run::let_intruder_in() {
  // Without CAP_SYS_ADMIN it is told and left so: include/linchpin/doc/privileges.md.
  if (links_.empty() || narrow_run()) return {};
  const auto& [id, component, hook] = links_[chance_.below(links_.size())];
  const auto intruder = around_.intrude(id, component, hook);
  if (!intruder) return {};
  return fmt::format("intruder #{} into a link of {} at {}", *intruder, component,
                     around_.hooks()[hook].hook.text());
}

std::string live_run::disturb_pin() {
  std::vector<std::string> pins;
  for (auto& path : around_.here.pins(around_.here.root())) {
    if (path.find("/link-") != std::string::npos) pins.push_back(std::move(path));
  }
  if (pins.empty()) return {};
  const auto& path = chance_.one_of(pins);
  return chance_.chance(30) ? detach_by_force(path) : remove_pin(path);
}

std::string live_run::remove_pin(const std::string& path) {
  bpf_link_info info{};
  std::uint32_t size = sizeof info;
  {
    const descriptor link{bpf_obj_get(path.c_str())};
    if (link.get() < 0 || bpf_obj_get_info_by_fd(link.get(), &info, &size) != 0) return {};
  }
  const auto before = around_.standing();
  if (::unlink(path.c_str()) != 0) return {};
  // Nobody else holds it. It can be opened by its id until the kernel has ended it.
  if (!wait_until(around_.here.kernel, [&] { return around_.standing() < before; }))
    fail("a link without a pin does not go");
  return "pin " + path + " is removed";
}

std::string live_run::detach_by_force(const std::string& path) {
  const descriptor link{bpf_obj_get(path.c_str())};
  if (link.get() < 0 || bpf_link_detach(link.get()) != 0) return {};
  return "the link pinned at " + path + " is detached";
}

void live_run::step() {
  if (log_.size() > 40) log_.erase(log_.begin(), log_.begin() + 20);
  const auto last_good = desired_.components;
  if (chance_.chance(60)) {
    const auto event = outside_event();
    if (!event.empty()) log_.push_back(fmt::format("{}: {}", step_, event));
  }
  desired_.change(chance_);
  log_.push_back(fmt::format("{}: asked for:{}", step_, desired_.text()));
  const auto before = look();
  const auto components = desired_.build();
  const auto planned =
      components.empty() ? edge_->plan(linchpin::nothing) : edge_->plan(components);
  if (!planned) {
    log_.push_back(fmt::format("{}: refused: {}", step_, planned.error().message()));
    const bool known = planned.error().is(errc::unsupported) || planned.error().is(errc::busy);
    if (!known) fail("refused without a reason that the test knows");
    if (text(look()) != text(before)) fail("a refused plan changed a chain");
    desired_.components = last_good;
    return;
  }
  log_.push_back(fmt::format("{}: plan:\n{}", step_, planned->text()));
  const auto applied = edge_->apply(*planned);
  if (!applied) fail("not applied: " + applied.error().message());
  if (!planned->empty()) ++changed_;

  settle(before, components);
}

// What must hold once a plan is carried out.
void live_run::settle(const picture& before,
                      const std::vector<linchpin::desired_component>& components) {
  const auto status = edge_->status();
  if (!status) fail("status: " + status.error().message());
  if (!status->healthy()) fail("not healthy:\n" + status->text());
  learn(*status);
  around_.intruders.clear();
  check_chains(before);
  const auto again = components.empty() ? edge_->plan(linchpin::nothing) : edge_->plan(components);
  if (!again) fail("the next plan is refused: " + again.error().message());
  if (!again->empty()) fail("the next plan is not empty:\n" + again->text());
  if (step_ % 25 == 0) check_counts();
}

stander live_run::who(std::uint32_t id) const {
  const linchpin::program_id program{id};
  if (const auto found = around_.intruders.find(id); found != around_.intruders.end())
    return {found->second, program, {}, 0};
  if (const auto found = around_.strangers().find(id); found != around_.strangers().end())
    return {{}, program, found->second, 0};
  const auto found = owners_.find(id);
  return {found == owners_.end() ? "unknown" : found->second, program, {}, 0};
}

live_run::picture live_run::look() const {
  picture found;
  for (const auto& hook : around_.hooks()) {
    auto& chain = found.emplace_back();
    for (const auto id : around_.raw(hook.hook)) chain.push_back(who(id));
  }
  return found;
}

std::string live_run::text(const picture& all) {
  std::string made;
  for (const auto& chain : all) made += property::text(chain) + "\n";
  return made;
}

void live_run::learn(const linchpin::status& status) {
  owners_.clear();
  links_.clear();
  for (const auto& component : status.components) {
    for (const auto& attachment : component.attachments) {
      owners_[attachment.running.value] = component.name;
      for (std::size_t hook = 0; hook < around_.hooks().size(); ++hook) {
        if (around_.hooks()[hook].kind != "xdp" &&
            around_.hooks()[hook].hook.text() == attachment.hook && attachment.id.link)
          links_.emplace_back(attachment.id.link.value, component.name, hook);
      }
    }
  }
}

void live_run::check_chains(const picture& before) {
  auto after = look();
  for (std::size_t hook = 0; hook < around_.hooks().size(); ++hook) {
    std::set<std::string> wanted;
    std::map<std::string, int> priorities;
    for (const auto& component : desired_.components) {
      for (const auto& at : component.hooks) {
        if (at.hook != hook) continue;
        wanted.insert(component.name);
        priorities[component.name] = at.priority;
      }
    }
    hook_history history;
    history.before = before[hook];
    history.after = after[hook];
    for (auto& member : history.after) {
      if (!member.component.empty()) member.priority = priorities[member.component];
    }
    const auto& place = around_.hooks()[hook].hook;
    history.appends = !around_.has_order(place.family().name);
    if (!policies_.in_place && !place.family().name.starts_with("tcx")) {
      history.loose = not_as_before(history.before, history.after);
    }
    const auto where = fmt::format(" at {}:\n  before {}\n  after  {}", place.text(),
                                   property::text(history.before), property::text(history.after));
    if (const auto broken = broken_frame(history, wanted)) fail(*broken + where);
    if (const auto broken = policies_.broken_rule(history)) fail(*broken + where);
  }
}

void live_run::check_counts() {
  std::size_t programs = 0, maps = 0, links = 0;
  for (const auto& component : desired_.components) {
    programs += desired_.object_of(component).program_count;
    maps += desired_.object_of(component).map_count;
    links += component.hooks.size();
  }
  const bool right = wait_until(around_.here.kernel, [&] {
    const auto taken = around_.here.take_census();
    return taken.programs.size() == programs && taken.maps.size() == maps &&
           taken.links.size() == links;
  });
  if (!right)
    fail(fmt::format("expected {} programs, {} maps, {} links, found\n{}", programs, maps, links,
                     live_engine::text(around_.here.take_census())));
}

}  // namespace live_engine
