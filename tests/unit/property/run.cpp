// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "run.hpp"

#include "../../support/round_trip.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <string_view>

#include <fmt/format.h>

#include "no_gap.hpp"

namespace property {

namespace {

using linchpin::testing::fake_kernel;

constexpr const char* root = "/sys/fs/bpf/edge";

/// Another sequence for each way and machine.
std::uint64_t mixed(std::uint64_t seed, const policy_choice& policies, const machine_kind& kind) {
  for (const std::string_view part :
       {policies.order_id, policies.update_id, std::string_view{kind.name}}) {
    for (const char letter : part)
      seed = (seed ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
  }
  return seed;
}

}  // namespace

run::run(std::uint64_t seed, const policy_choice& policies, const machine_kind& kind)
    : policies_(policies),
      seed_(seed),
      chance_(mixed(seed, policies, kind)),
      around_(kind, chance_),
      desired_(around_.hooks(), world::objects()) {
  reopen();
}

tally run::go(std::uint64_t steps) {
  tally counted;
  for (step_ = 1; step_ <= steps; ++step_) step(counted);
  return counted;
}

void run::fail(const std::string& why) {
  std::string all;
  for (const auto& line : log_) all += "\n  " + line;
  FAIL(why << "\nreplay: LINCHPIN_SEED=" << seed_ << ", step " << step_ << ", on "
           << around_.kind().name << "\nwhat happened:" << all << "\n"
           << around_.machine().text());
  std::abort();
}

void run::reopen() {
  if (kernel_) kernel_->kill();
  edge_.reset();
  kernel_ = std::make_unique<fake_kernel>(around_.machine());
  auto opened = policies_.open(root, *kernel_);
  if (!opened) fail("open: " + opened.error().message());
  edge_.emplace(*std::move(opened));
}

void run::let_things_happen() {
  for (auto events = chance_.below(3); events != 0; --events) {
    const auto event = around_.outside_event();
    if (event != "nothing") log_.push_back(fmt::format("{}: {}", step_, event));
  }
  if (chance_.chance(15)) {
    log_.push_back(fmt::format("{}: kill -9 and a new process", step_));
    reopen();
  }
  if (chance_.chance(80)) desired_.change(chance_);
  log_.push_back(fmt::format("{}: asked for:{}", step_, desired_.text()));
}

void run::step(tally& counted) {
  if (log_.size() > 60) log_.erase(log_.begin(), log_.begin() + 20);
  const auto last_good = desired_.components;
  let_things_happen();
  const auto before = look();
  const auto text = around_.machine().text();
  const auto components = desired_.build();
  const auto planned =
      components.empty() ? edge_->plan(linchpin::nothing) : edge_->plan(components);
  if (!planned) {
    log_.push_back(fmt::format("{}: refused: {}", step_, planned.error().message()));
    if (around_.machine().text() != text) fail("a refused plan changed something:\n" + text);
    check_refusal(planned.error(), before);
    ++counted.refused;
    desired_.components = last_good;
    // What the world no longer allows would be refused for ever.
    if (++refused_in_a_row_ > 3 && !desired_.components.empty())
      desired_.components.erase(
          desired_.components.begin() +
          static_cast<std::ptrdiff_t>(chance_.below(desired_.components.size())));
    return;
  }
  if (around_.machine().text() != text) fail("planning changed something");
  log_.push_back(fmt::format("{}: plan:\n{}", step_, planned->text()));
  check_texts(components, planned->form());
  const auto wanted = expect();
  carry_out(*planned, before, wanted);
  if (planned->empty() && around_.machine().text() != text)
    fail("a plan without changes changed something");
  refused_in_a_row_ = 0;
  ++counted.applied;
  if (!planned->empty()) ++counted.changed;
  settle(before, wanted, *planned);
}

void run::carry_out(const linchpin::plan& planned, const std::map<chain_key, chain_of>& before,
                    const expectation& wanted) {
  no_gap watch{around_};
  if (policies_.in_place) watch_staying(before, wanted, watch);
  kernel_->observe(&watch);
  const auto applied = edge_->apply(planned);
  kernel_->observe(nullptr);
  if (!applied)
    fail("a plan that was made a moment ago is not carried out: " + applied.error().message());
  if (!watch.broken.empty()) fail(watch.broken);
}

void run::check_texts(const std::vector<linchpin::desired_component>& asked,
                      const linchpin::plan_form& planned) {
  std::vector<linchpin::object_source> sources;
  sources.reserve(asked.size());
  for (const auto& component : asked) sources.push_back(component.source());
  const linchpin::desired_state state{{}, asked};
  if (const auto broken = round_trip::broken(state, sources))
    fail("the desired state's text " + *broken);
  if (const auto broken = round_trip::broken(planned)) fail("the plan's text " + *broken);
}

std::map<chain_key, chain_of> run::look() const {
  std::map<chain_key, chain_of> found;
  for (const auto& place : around_.places()) {
    auto& chain = found[place];
    for (const auto id : around_.raw(place)) chain.push_back(who(id));
  }
  return found;
}

stander run::who(linchpin::program_id id) const {
  if (const auto intruder = around_.intruders.find(id); intruder != around_.intruders.end())
    return {intruder->second, id, {}, 0};
  if (const auto stranger = around_.strangers().find(id); stranger != around_.strangers().end())
    return {{}, id, stranger->second, 0};
  const auto owner = owners_.find(id);
  return {owner == owners_.end() ? "unknown" : owner->second, id, {}, 0};
}

expectation run::expect() {
  expectation wanted;
  std::map<std::pair<std::string, std::size_t>, linchpin::target_identity> now;
  gone_ = 0;
  astray_ = 0;
  for (const auto& component : desired_.components) {
    for (const auto& at : component.hooks) {
      const auto& hook = desired_.hooks()[at.hook].hook;
      auto on = around_.resolve(hook);
      if (!on) {
        ++astray_;
        const auto stood = attached_.find({component.name, at.hook});
        if (stood != attached_.end() && around_.exists(stood->second)) on = stood->second;
      }
      if (!on) {
        ++gone_;
        continue;
      }
      now[{component.name, at.hook}] = *on;
      wanted[{std::string{hook.family().name}, *on}].insert(component.name);
    }
  }
  next_attached_ = std::move(now);
  return wanted;
}

void run::watch_staying(const std::map<chain_key, chain_of>& before, const expectation& wanted,
                        no_gap& watch) const {
  for (const auto& [place, names] : wanted) {
    const auto stood = before.find(place);
    if (stood == before.end()) continue;
    const bool stays = std::any_of(
        stood->second.begin(), stood->second.end(), [this, &names = names](const stander& stands) {
          return names.contains(stands.component) && !around_.strangers().contains(stands.id);
        });
    if (stays) watch.watch(place);
  }
}

void run::learn(const linchpin::status& status) {
  owners_.clear();
  around_.our_links.clear();
  for (const auto& component : status.components) {
    for (const auto& attachment : component.attachments) {
      if (!attachment.running || around_.strangers().contains(attachment.running)) continue;
      owners_[attachment.running] = component.name;
      if (attachment.id.link) around_.our_links.push_back({attachment.id.link, component.name});
    }
  }
}

int run::priority_of(const std::string& component, const chain_key& place) const {
  for (const auto& wanted : desired_.components) {
    if (wanted.name != component) continue;
    for (const auto& at : wanted.hooks) {
      const auto& hook = desired_.hooks()[at.hook].hook;
      const auto on = next_attached_.find({component, at.hook});
      if (hook.family().name == place.family && on != next_attached_.end() &&
          on->second == place.on)
        return at.priority;
    }
  }
  return 0;
}

}  // namespace property
