// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_template_test_macros.hpp>
#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/testing/fake_kernel.hpp>

#include <memory>
#include <utility>

#include <fmt/format.h>

#include "world.hpp"

// Random transitions between random desired states, while others do what they please. After each
// success the raw chains are what the order policy promises and what the plan said, nothing is left to
// plan, and exactly what belongs to the components is there; after each refusal nothing has changed.
//
// A failure prints one line to replay it: LINCHPIN_SEED=<seed> and the test's name. Environment:
// LINCHPIN_TRANSITIONS is how many transitions all tests of this file make together.

using linchpin::errc;
using linchpin::testing::call_observer;
using linchpin::testing::fake_kernel;
using linchpin::testing::verb;
using namespace property;

namespace {

constexpr const char* root = "/sys/fs/bpf/edge";
constexpr std::uint64_t transitions_in_all = 20'000;
constexpr std::size_t seeds_each = 5;

template <class Order, class Update>
struct way {
  struct policies : linchpin::default_policies {
    using order = Order;
    using update = Update;
  };
  static constexpr bool in_place = std::is_same_v<Update, linchpin::update::in_place>;
  static constexpr bool makes_before_break =
      std::is_same_v<Update, linchpin::update::make_before_break>;
  static constexpr bool appends = std::is_same_v<Order, linchpin::order::append>;
};

template <class Order>
using all_updates = std::tuple<way<Order, linchpin::update::in_place>,
                               way<Order, linchpin::update::make_before_break>,
                               way<Order, linchpin::update::recreate>>;
using ways = decltype(std::tuple_cat(all_updates<linchpin::order::append>{},
                                     all_updates<linchpin::order::prepend>{},
                                     all_updates<linchpin::order::priority>{},
                                     all_updates<descending>{}, all_updates<behind_the_gateway>{}));

constexpr machine_kind machine_kinds[] = {
    {"tcx, cgroups with order", true, true},
    {"clsact, cgroups with order", false, true},
    {"tcx, cgroups without order", true, false},
    {"clsact, cgroups without order", false, false},
};

/// Sees to it that at no instant a hook at which a component of ours stays runs none of ours.
class no_gap final : public call_observer {
 public:
  explicit no_gap(world& around) : around_(around) {}
  void watch(chain_key place) { places_.push_back(std::move(place)); }
  void after(verb called) override {
    if (!broken.empty()) return;
    for (const auto& place : places_) {
      const auto ran = around_.raw(place);
      const bool ours = std::any_of(ran.begin(), ran.end(), [this](linchpin::program_id id) {
        return !around_.strangers().contains(id);
      });
      if (ours) continue;
      broken = fmt::format("after a call of {} none of ours runs at {} of target {}",
                           linchpin::testing::verb_name(called), place.family, place.on.id);
    }
  }
  std::string broken;

 private:
  world& around_;
  std::vector<chain_key> places_;
};

/// What the test expects to stand where, by component.
using expectation = std::map<chain_key, std::set<std::string>>;

struct tally {
  unsigned applied = 0;
  unsigned changed = 0;
  unsigned refused = 0;
};

template <class Way>
class run {
 public:
  run(std::uint64_t seed, const machine_kind& kind)
      : seed_(seed),
        chance_(mixed(seed, kind)),
        around_(kind, chance_),
        desired_(around_.hooks(), world::objects()) {
    reopen();
  }

  tally go(std::uint64_t steps) {
    tally counted;
    for (step_ = 1; step_ <= steps; ++step_) step(counted);
    return counted;
  }

 private:
  /// Another sequence for each way and machine.
  static std::uint64_t mixed(std::uint64_t seed, const machine_kind& kind) {
    for (const std::string_view part :
         {Way::policies::order::policy_id, Way::policies::update::policy_id,
          std::string_view{kind.name}}) {
      for (const char letter : part)
        seed = (seed ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
    }
    return seed;
  }

  [[noreturn]] void fail(const std::string& why) {
    std::string all;
    for (const auto& line : log_) all += "\n  " + line;
    FAIL(why << "\nreplay: LINCHPIN_SEED=" << seed_ << ", step " << step_ << ", on "
             << around_.kind().name << "\nwhat happened:" << all << "\n"
             << around_.machine().text());
    std::abort();
  }
  template <class T>
  T must(linchpin::result<T> outcome, const char* what) {
    if (!outcome) fail(std::string{what} + ": " + outcome.error().message());
    if constexpr (!std::is_void_v<T>) return *std::move(outcome);
  }

  void reopen() {
    if (kernel_) kernel_->kill();
    edge_.reset();
    kernel_ = std::make_unique<fake_kernel>(around_.machine());
    auto opened =
        linchpin::orchestrator<typename Way::policies>::open(root, {.acting = kernel_.get()});
    if (!opened) fail("open: " + opened.error().message());
    edge_ = std::make_unique<linchpin::orchestrator<typename Way::policies>>(*std::move(opened));
  }

  void step(tally& counted) {
    if (log_.size() > 60) log_.erase(log_.begin(), log_.begin() + 20);
    const auto last_good = desired_.components;
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

    const auto before = look();
    const auto text = around_.machine().text();
    const auto components = desired_.build();
    const auto planned = edge_->plan(components);
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
    const auto wanted = expect();
    no_gap watch{around_};
    if (Way::in_place) watch_staying(before, wanted, watch);
    kernel_->observe(&watch);
    const auto applied = edge_->apply(*planned);
    kernel_->observe(nullptr);
    if (!applied)
      fail("a plan that was made a moment ago is not carried out: " + applied.error().message());
    if (!watch.broken.empty()) fail(watch.broken);
    if (planned->empty() && around_.machine().text() != text)
      fail("a plan without changes changed something");
    refused_in_a_row_ = 0;
    ++counted.applied;
    if (!planned->empty()) ++counted.changed;
    settle(before, wanted, *planned);
  }

  /// Every chain as it is, with what the test knows of who stands there.
  std::map<chain_key, chain_of> look() const {
    std::map<chain_key, chain_of> found;
    for (const auto& place : around_.places()) {
      auto& chain = found[place];
      for (const auto id : around_.raw(place)) chain.push_back(who(id));
    }
    return found;
  }
  stander who(linchpin::program_id id) const {
    if (const auto intruder = around_.intruders.find(id); intruder != around_.intruders.end())
      return {intruder->second, id, {}, 0};
    if (const auto stranger = around_.strangers().find(id); stranger != around_.strangers().end())
      return {{}, id, stranger->second, 0};
    const auto owner = owners_.find(id);
    return {owner == owners_.end() ? "unknown" : owner->second, id, {}, 0};
  }

  /// Which components must stand where when the desired state has been applied: a name means what it
  /// means now; one that means nothing keeps what stands, as long as its target is there.
  expectation expect() {
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

  void watch_staying(const std::map<chain_key, chain_of>& before, const expectation& wanted,
                     no_gap& watch) const {
    for (const auto& [place, names] : wanted) {
      const auto stood = before.find(place);
      if (stood == before.end()) continue;
      const bool stays =
          std::any_of(stood->second.begin(), stood->second.end(), [&](const stander& one) {
            return names.contains(one.component) && !around_.strangers().contains(one.id);
          });
      if (stays) watch.watch(place);
    }
  }

  void check_refusal(const linchpin::error& told, const std::map<chain_key, chain_of>& before) {
    bool missing = false, taken = false, unordered = false, exclusive = false;
    for (const auto& component : desired_.components) {
      for (const auto& at : component.hooks) {
        const auto& choice = desired_.hooks()[at.hook];
        exclusive = exclusive || choice.exclusive;
        const auto on = around_.resolve(choice.hook);
        missing = missing || !on;
        if (!on) continue;
        const std::string family{choice.hook.family().name};
        const auto stood = before.find({family, *on});
        if (stood == before.end()) continue;
        const bool strangers =
            std::any_of(stood->second.begin(), stood->second.end(),
                        [](const stander& one) { return one.component.empty(); });
        const bool others =
            std::any_of(stood->second.begin(), stood->second.end(),
                        [&](const stander& one) { return one.component != component.name; });
        taken = taken || (choice.exclusive && others);
        // At a cgroup no stranger can be named as a neighbour.
        unordered =
            unordered || !around_.has_order(family) || (family.starts_with("cgroup") && strangers);
      }
    }
    const bool known = (told.is(errc::not_found) && missing) || (told.is(errc::busy) && taken) ||
                       (told.is(errc::unsupported) && unordered && !Way::appends) ||
                       (told.is(errc::unsupported) && Way::makes_before_break && exclusive);
    if (!known) fail("refused without a reason that the test knows: " + told.message());
  }

  void settle(const std::map<chain_key, chain_of>& before, const expectation& wanted,
              const linchpin::plan& planned) {
    const auto status = must(edge_->status(), "status");
    if (gone_ == 0 && astray_ == 0 && !status.healthy()) fail("not healthy:\n" + status.text());
    learn(status);
    check_chains(before, wanted);
    check_plan_chains(planned);
    check_counts(wanted);

    const auto again = edge_->plan(desired_.build());
    if (!again) fail("the next plan is refused: " + again.error().message());
    if (!again->empty()) fail("the next plan is not empty:\n" + again->text());
    attached_ = std::move(next_attached_);
    around_.intruders.clear();
  }

  /// Who owns which program and which link, as status tells it.
  void learn(const linchpin::status& status) {
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

  int priority_of(const std::string& component, const chain_key& place) const {
    for (const auto& one : desired_.components) {
      if (one.name != component) continue;
      for (const auto& at : one.hooks) {
        const auto& hook = desired_.hooks()[at.hook].hook;
        const auto on = next_attached_.find({component, at.hook});
        if (hook.family().name == place.family && on != next_attached_.end() &&
            on->second == place.on)
          return at.priority;
      }
    }
    return 0;
  }

  void check_chains(const std::map<chain_key, chain_of>& before, const expectation& wanted) {
    auto after = look();
    for (auto& [place, chain] : after) {
      for (auto& one : chain) {
        if (!one.component.empty()) one.priority = priority_of(one.component, place);
      }
      const auto names = wanted.find(place);
      hook_history hook;
      if (const auto stood = before.find(place); stood != before.end()) hook.before = stood->second;
      hook.after = chain;
      const auto family = std::string_view{place.family};
      const bool may_lose_place =
          !Way::in_place && (!around_.has_order(family) || family.starts_with("cgroup"));
      if (may_lose_place) {
        for (const auto& old : hook.before) {
          const bool same = std::any_of(chain.begin(), chain.end(), [&](const stander& one) {
            return one.id == old.id && one.component == old.component;
          });
          if (!same && !old.component.empty()) hook.loose.insert(old.component);
        }
      }
      const auto where = fmt::format("at {} of target {}:\n  before {}\n  after  {}", place.family,
                                     place.on.id, text(hook.before), text(hook.after));
      if (const auto broken =
              broken_frame(hook, names == wanted.end() ? std::set<std::string>{} : names->second))
        fail(*broken + " " + where);
      if (const auto broken = broken_rule(typename Way::policies::order{}, hook))
        fail(*broken + " " + where);
    }
  }

  void check_plan_chains(const linchpin::plan& planned) {
    for (const auto& chain : planned.chains()) {
      const chain_key place{chain.family, chain.identity};
      const auto ran = around_.raw(place);
      std::string said, found;
      for (const auto& entry : chain.entries)
        said += " " +
                (entry.component.empty() ? "#" + std::to_string(entry.id.value) : entry.component);
      for (const auto id : ran) {
        const auto one = who(id);
        found += " " + (one.component.empty() ? "#" + std::to_string(id.value) : one.component);
      }
      if (said != found)
        fail(fmt::format("the plan said{}\n  and what runs is{}\n  at {} of target {}", said, found,
                         place.family, place.on.id));
    }
  }

  void check_counts(const expectation& wanted) {
    std::size_t programs = 0, maps = 0, links = 0, our_links = 0;
    for (const auto& component : desired_.components) {
      programs += desired_.object_of(component).program_count;
      maps += desired_.object_of(component).map_count;
    }
    for (const auto& [place, names] : wanted) {
      if (around_.has_links(place.family)) our_links += names.size();
    }
    std::size_t program_pins = 0, map_pins = 0, link_pins = 0, records = 0;
    for (const auto& path : around_.machine().pins()) {
      if (path.ends_with('/')) continue;
      const auto name = std::string_view{path}.substr(path.rfind('/') + 1);
      ++(name.starts_with("prog-")   ? program_pins
         : name.starts_with("map-")  ? map_pins
         : name.starts_with("link-") ? link_pins
                                     : records);
    }
    std::size_t strangers = 0;
    for (const auto& place : around_.places()) {
      for (const auto id : around_.raw(place)) {
        if (!around_.strangers().contains(id)) continue;
        ++strangers;
        if (around_.has_links(place.family)) ++links;
      }
    }
    links += our_links;
    const auto compare = [this](const char* what, std::size_t found, std::size_t least,
                                std::size_t most) {
      if (found < least || found > most)
        fail(fmt::format("{} {}, expected {} to {}", found, what, least, most));
    };
    compare("programs", around_.machine().programs().size(), programs + strangers,
            programs + strangers);
    compare("maps", around_.machine().maps().size(), maps + records, maps + records);
    compare("pinned programs", program_pins, programs, programs);
    compare("pinned maps", map_pins, maps, maps);
    // The link of a hook whose target is gone may wait for the next change.
    compare("links", around_.machine().links().size(), links, links + gone_);
    compare("pinned links", link_pins, our_links, our_links + gone_);
  }

  std::uint64_t seed_;
  std::uint64_t step_ = 0;
  unsigned refused_in_a_row_ = 0;
  chooser chance_;
  world around_;
  desired_state desired_;
  std::unique_ptr<fake_kernel> kernel_;
  std::unique_ptr<linchpin::orchestrator<typename Way::policies>> edge_;
  std::vector<std::string> log_;

  std::map<linchpin::program_id, std::string> owners_;
  std::map<std::pair<std::string, std::size_t>, linchpin::target_identity> attached_;
  std::map<std::pair<std::string, std::size_t>, linchpin::target_identity> next_attached_;
  std::size_t gone_ = 0;    ///< desired hooks whose target is not there any more
  std::size_t astray_ = 0;  ///< those and the ones whose target goes by another name
};

}  // namespace

TEMPLATE_LIST_TEST_CASE(
    "whatever is asked for and whatever others do, the chains are the plan's and "
    "nothing is left to plan",
    "[property]", ways) {
  const auto all = number_from("LINCHPIN_TRANSITIONS").value_or(transitions_in_all);
  const auto chosen = seeds(seeds_each);
  const auto runs = std::tuple_size_v<ways> * std::size(machine_kinds) * chosen.size();
  const auto steps = all / runs + 1;
  tally sum;
  for (const auto& kind : machine_kinds) {
    for (const auto seed : chosen) {
      const auto counted = run<TestType>{seed, kind}.go(steps);
      sum.applied += counted.applied;
      sum.changed += counted.changed;
      sum.refused += counted.refused;
    }
  }
  INFO(sum.applied << " applied, of which " << sum.changed << " changed something; " << sum.refused
                   << " refused");
  // A test in which nothing happens proves nothing.
  CHECK(sum.changed > sum.refused);
}
