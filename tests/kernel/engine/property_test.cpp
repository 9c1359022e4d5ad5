// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch_template_test_macros.hpp>

#include <fcntl.h>
#include <net/if.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <tuple>

#include <linux/bpf.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <fmt/format.h>

#include "../../support/property/desired.hpp"
#include "../../support/property/order_rules.hpp"
#include "property.bpf.hpp"
#include "property_v2.bpf.hpp"
#include "stage.hpp"

// The property test of tests/unit/property on the running kernel: random desired states while others
// come, go and change our links. The chains are read by bpf(2), not by the library.
//
// Environment: LINCHPIN_TRANSITIONS is how many transitions all tests of this file make together,
// LINCHPIN_SEED replays one sequence.

using namespace live_engine;
using linchpin::errc;
using namespace property;

namespace {

constexpr std::uint64_t transitions_in_all = 1'000;
// Of those at interfaces, each of which costs tens of milliseconds.
constexpr std::uint64_t one_in = 10;

template <class Order, class Update>
struct way {
  struct policies : linchpin::default_policies {
    using order = Order;
    using update = Update;
  };
  static constexpr bool in_place = std::is_same_v<Update, linchpin::update::in_place>;
};
using ways = std::tuple<way<linchpin::order::append, linchpin::update::in_place>,
                        way<linchpin::order::prepend, linchpin::update::make_before_break>,
                        way<linchpin::order::priority, linchpin::update::in_place>,
                        way<linchpin::order::priority, linchpin::update::recreate>,
                        way<descending, linchpin::update::make_before_break>,
                        way<behind_the_gateway, linchpin::update::in_place>>;

class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int number) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_ = -1;
};

/// A cgroup below the stage's own, so that two have the same kinds of hooks.
class child_cgroup {
 public:
  explicit child_cgroup(std::string path) : path_(std::move(path)) {
    REQUIRE(::mkdir(path_.c_str(), 0755) == 0);
  }
  child_cgroup(const child_cgroup&) = delete;
  child_cgroup& operator=(const child_cgroup&) = delete;
  ~child_cgroup() { ::rmdir(path_.c_str()); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

std::uint32_t program_of_fd(int fd) {
  bpf_prog_info info{};
  std::uint32_t size = sizeof info;
  if (bpf_obj_get_info_by_fd(fd, &info, &size) != 0)
    FAIL("cannot describe a program: " << std::strerror(errno));
  return info.id;
}

/// What a hook is for bpf(2).
struct raw_hook {
  std::string path;  ///< of a cgroup; empty: the interface or the own netns
  bpf_attach_type type{};
  bpf_prog_type program{};
  int verdict = 1;
};

raw_hook raw_of(const linchpin::any_hook& hook) {
  const auto type = static_cast<bpf_attach_type>(hook.family().attach);
  const auto program = static_cast<bpf_prog_type>(hook.family().program);
  raw_hook made{hook.on().kind == linchpin::target_kind::cgroup ? hook.on().name : "", type,
                program, 1};
  if (hook.family().name.starts_with("tcx")) made.verdict = -1;
  if (hook.family().name == "xdp") made.verdict = XDP_PASS;
  return made;
}

class live_run_base {
 public:
  live_run_base() : jobs_(here_.cgroup() + "/jobs") {
    for (const auto& path : {here_.cgroup(), jobs_.path()}) {
      hooks_.push_back({linchpin::hook::cgroup_connect4{path}, "connect4"});
      hooks_.push_back({linchpin::hook::cgroup_connect6{path}, "connect6"});
      hooks_.push_back({linchpin::hook::cgroup_skb_ingress{path}, "skb"});
    }
    hooks_.push_back({linchpin::hook::cgroup_sock_create{here_.cgroup()}, "sock"});
    hooks_.push_back({linchpin::hook::sk_lookup{}, "lookup"});
  }

 protected:
  static std::vector<object_choice> objects() {
    return {
        {"property",
         [](bool second) { return second ? bpf_objects::property_v2() : bpf_objects::property(); },
         {{"in", "ts_p_in"},
          {"out", "ts_p_out"},
          {"xdp", "ts_p_xdp"},
          {"connect4", "ts_p_connect4"},
          {"connect6", "ts_p_connect6"},
          {"skb", "ts_p_skb"},
          {"sock", "ts_p_sock"},
          {"lookup", "ts_p_lookup"}},
         "ts_p_seen",
         8,
         2}};
  }

  /// The programs of a hook in run order, asked from the kernel itself.
  std::vector<std::uint32_t> raw(const linchpin::any_hook& hook) const {
    const auto name = hook.family().name;
    if (name == "xdp") {
      std::uint32_t id = 0;
      const int index = static_cast<int>(::if_nametoindex(stage::interface));
      if (bpf_xdp_query_id(index, 0, &id) != 0)
        FAIL("cannot ask for the XDP program: " << std::strerror(errno));
      if (id == 0) return {};
      return {id};
    }
    descriptor target;
    std::uint32_t ids[64] = {};
    bpf_attr attr{};
    attr.query.attach_type = static_cast<std::uint32_t>(hook.family().attach);
    attr.query.prog_ids = reinterpret_cast<std::uintptr_t>(ids);
    attr.query.prog_cnt = std::size(ids);
    if (hook.on().kind == linchpin::target_kind::interface) {
      attr.query.target_fd = ::if_nametoindex(stage::interface);
    } else {
      const bool own = hook.on().name.empty();
      target = descriptor{
          ::open(own ? "/proc/thread-self/ns/net" : hook.on().name.c_str(), O_RDONLY | O_CLOEXEC)};
      attr.query.target_fd = static_cast<std::uint32_t>(target.get());
    }
    if (::syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof attr.query) != 0) {
      if (errno == ENOENT) return {};  // no chain was ever made there
      FAIL("cannot ask for the chain at " << hook.text() << ": " << std::strerror(errno));
    }
    return {ids, ids + attr.query.prog_cnt};
  }

  struct stranger_program {
    descriptor program, link;
    std::size_t hook = 0;
  };

  std::optional<std::uint32_t> add_stranger(std::size_t index, const char* name) {
    const auto& hook = hooks_[index].hook;
    const auto as = raw_of(hook);
    stranger_program made;
    made.program = descriptor{footing::load_verdict(as.program, as.type, as.verdict, name)};
    made.hook = index;
    descriptor target;
    int on = 0;
    if (hook.on().kind == linchpin::target_kind::interface) {
      on = static_cast<int>(::if_nametoindex(stage::interface));
    } else {
      target = descriptor{::open(as.path.empty() ? "/proc/thread-self/ns/net" : as.path.c_str(),
                                 O_RDONLY | O_CLOEXEC)};
      on = target.get();
    }
    made.link = descriptor{bpf_link_create(made.program.get(), on, as.type, nullptr)};
    if (made.link.get() < 0) return std::nullopt;
    const auto id = program_of_fd(made.program.get());
    strangers_[id] = name;
    standing_.emplace(id, std::move(made));
    return id;
  }

  stage here_;
  child_cgroup jobs_;
  std::vector<hook_choice> hooks_;
  std::map<std::uint32_t, std::string> strangers_;
  std::map<std::uint32_t, std::string> intruders_;  ///< in whose link
  std::map<std::uint32_t, stranger_program> standing_;
};

template <class Way>
class live_run : live_run_base {
 public:
  live_run(std::uint64_t seed, bool interfaces)
      : seed_(seed), chance_(seed), desired_(prepare(interfaces)) {
    edge_ = std::make_unique<orchestrator>(here_.open<typename Way::policies>());
  }

  unsigned go(std::uint64_t steps) {
    for (step_ = 1; step_ <= steps; ++step_) step();
    must(edge_->remove_all());
    CHECK(here_.pins(here_.root()).empty());
    return changed_;
  }

 private:
  using orchestrator = linchpin::orchestrator<typename Way::policies>;
  using picture = std::vector<chain_of>;  // by hook

  desired_state prepare(bool interfaces) {
    if (interfaces) {
      const auto& facts = here_.kernel.facts();
      if (facts.tcx.is_yes()) {
        hooks_.push_back({here_.ingress(), "in"});
        hooks_.push_back({here_.egress(), "out"});
      }
      hooks_.push_back({here_.xdp(), "xdp", true});
    }
    return {hooks_, objects()};
  }

  [[noreturn]] void fail(const std::string& why) {
    std::string all;
    for (const auto& line : log_) all += "\n  " + line;
    FAIL(why << "\nreplay: LINCHPIN_SEED=" << seed_ << ", step " << step_
             << "\nwhat happened:" << all);
    std::abort();
  }

  bool has_order(const linchpin::any_hook& hook) {
    const auto family = hook.family().name;
    if (family.starts_with("tcx")) return true;
    return family.starts_with("cgroup") && here_.kernel.facts().cgroup_order.is_yes();
  }

  std::string outside_event() {
    switch (chance_.below(8)) {
      case 0:
      case 1:
      case 2: {
        const auto hook = chance_.below(hooks_.size());
        if (hooks_[hook].exclusive) return {};
        const char* name = chance_.chance(25) ? "gateway" : "stranger";
        const auto made = add_stranger(hook, name);
        return made ? fmt::format("{}#{} comes to {}", name, *made, hooks_[hook].hook.text()) : "";
      }
      case 3:
      case 4: {
        if (standing_.empty()) return {};
        auto which = standing_.begin();
        std::advance(which, static_cast<std::ptrdiff_t>(chance_.below(standing_.size())));
        const auto id = which->first;
        standing_.erase(which);
        return fmt::format("stranger #{} leaves", id);
      }
      case 5: {
        if (links_.empty()) return {};
        const auto& [id, component, hook] = links_[chance_.below(links_.size())];
        const descriptor link{bpf_link_get_fd_by_id(id)};
        if (link.get() < 0) return {};
        const auto as = raw_of(hooks_[hook].hook);
        const descriptor program{
            footing::load_verdict(as.program, as.type, as.verdict, "intruder")};
        if (bpf_link_update(link.get(), program.get(), nullptr) != 0) return {};
        const auto intruder = program_of_fd(program.get());
        strangers_[intruder] = "intruder";
        intruders_[intruder] = component;
        return fmt::format("intruder #{} into a link of {} at {}", intruder, component,
                           hooks_[hook].hook.text());
      }
      case 6: {
        std::vector<std::string> pins;
        for (auto& path : here_.pins(here_.root())) {
          if (path.find("/link-") != std::string::npos) pins.push_back(std::move(path));
        }
        if (pins.empty()) return {};
        return remove_pin(chance_.one_of(pins));
      }
      default:
        edge_.reset();
        edge_ = std::make_unique<orchestrator>(here_.open<typename Way::policies>());
        return "the store is closed and opened";
    }
  }

  /// A link that nobody holds is detached by the kernel a moment after its pin has gone.
  std::string remove_pin(const std::string& path) {
    bpf_link_info info{};
    std::uint32_t size = sizeof info;
    {
      const descriptor link{bpf_obj_get(path.c_str())};
      if (link.get() < 0 || bpf_obj_get_info_by_fd(link.get(), &info, &size) != 0) return {};
    }
    const auto standing = [this] {
      std::size_t count = 0;
      for (const auto& hook : hooks_) count += raw(hook.hook).size();
      return count;
    };
    const auto before = standing();
    if (::unlink(path.c_str()) != 0) return {};
    const bool held = descriptor{bpf_link_get_fd_by_id(info.id)}.get() >= 0;
    if (!held && !wait_until(here_.kernel, [&] { return standing() < before; }))
      fail("a link without a pin does not go");
    return "pin " + path + " is removed";
  }

  void step() {
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
    const auto planned = edge_->plan(components);
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

    const auto status = edge_->status();
    if (!status) fail("status: " + status.error().message());
    if (!status->healthy()) fail("not healthy:\n" + status->text());
    learn(*status);
    intruders_.clear();
    check_chains(before);
    const auto again = edge_->plan(components);
    if (!again) fail("the next plan is refused: " + again.error().message());
    if (!again->empty()) fail("the next plan is not empty:\n" + again->text());
    if (step_ % 25 == 0) check_counts();
  }

  stander who(std::uint32_t id) const {
    const linchpin::program_id program{id};
    if (const auto found = intruders_.find(id); found != intruders_.end())
      return {found->second, program, {}, 0};
    if (const auto found = strangers_.find(id); found != strangers_.end())
      return {{}, program, found->second, 0};
    const auto found = owners_.find(id);
    return {found == owners_.end() ? "unknown" : found->second, program, {}, 0};
  }
  picture look() const {
    picture found;
    for (const auto& hook : hooks_) {
      auto& chain = found.emplace_back();
      for (const auto id : raw(hook.hook)) chain.push_back(who(id));
    }
    return found;
  }
  static std::string text(const picture& all) {
    std::string made;
    for (const auto& chain : all) made += property::text(chain) + "\n";
    return made;
  }

  void learn(const linchpin::status& status) {
    owners_.clear();
    links_.clear();
    for (const auto& component : status.components) {
      for (const auto& attachment : component.attachments) {
        owners_[attachment.running.value] = component.name;
        for (std::size_t hook = 0; hook < hooks_.size(); ++hook) {
          if (hooks_[hook].kind != "xdp" && hooks_[hook].hook.text() == attachment.hook &&
              attachment.id.link)
            links_.emplace_back(attachment.id.link.value, component.name, hook);
        }
      }
    }
  }

  void check_chains(const picture& before) {
    auto after = look();
    for (std::size_t hook = 0; hook < hooks_.size(); ++hook) {
      std::set<std::string> wanted;
      std::map<std::string, int> priorities;
      for (const auto& component : desired_.components) {
        for (const auto& at : component.hooks) {
          if (at.hook != hook) continue;
          wanted.insert(component.name);
          priorities[component.name] = at.priority;
        }
      }
      hook_history history{before[hook], after[hook], {}};
      for (auto& one : history.after) {
        if (!one.component.empty()) one.priority = priorities[one.component];
      }
      const auto& place = hooks_[hook].hook;
      if (!Way::in_place && !place.family().name.starts_with("tcx")) {
        for (const auto& old : history.before) {
          const bool same =
              std::any_of(history.after.begin(), history.after.end(), [&](const stander& one) {
                return one.id == old.id && one.component == old.component;
              });
          if (!same && !old.component.empty()) history.loose.insert(old.component);
        }
      }
      const auto where = fmt::format(" at {}:\n  before {}\n  after  {}", place.text(),
                                     property::text(history.before), property::text(history.after));
      if (const auto broken = broken_frame(history, wanted)) fail(*broken + where);
      if (const auto broken = broken_rule(typename Way::policies::order{}, history))
        fail(*broken + where);
    }
  }

  /// Objects of the fixtures by their ids: the kernel frees them when it pleases, so it is waited for.
  void check_counts() {
    std::size_t programs = 0, maps = 0, links = 0;
    for (const auto& component : desired_.components) {
      programs += desired_.object_of(component).program_count;
      maps += desired_.object_of(component).map_count;
      links += component.hooks.size();
    }
    const bool right = wait_until(here_.kernel, [&] {
      const auto taken = here_.take_census();
      return taken.programs.size() == programs && taken.maps.size() == maps &&
             taken.links.size() == links;
    });
    if (!right)
      fail(fmt::format("expected {} programs, {} maps, {} links, found\n{}", programs, maps, links,
                       live_engine::text(here_.take_census())));
  }

  std::uint64_t seed_;
  std::uint64_t step_ = 0;
  chooser chance_;
  desired_state desired_;
  std::unique_ptr<orchestrator> edge_;
  std::vector<std::string> log_;
  std::map<std::uint32_t, std::string> owners_;
  std::vector<std::tuple<std::uint32_t, std::string, std::size_t>> links_;
  unsigned changed_ = 0;
};

std::uint64_t steps_each(bool interfaces) {
  const auto all = number_from("LINCHPIN_TRANSITIONS").value_or(transitions_in_all);
  const auto share = interfaces ? all / one_in : all - all / one_in;
  return share / std::tuple_size_v<ways> + 1;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE(
    "on the running kernel the chains of cgroups and of sk_lookup are the plan's",
    "[kernel][engine][property]", ways) {
  const auto steps = steps_each(false);
  CHECK(live_run<TestType>{seeds(1).front(), false}.go(steps) > steps / 3);
}

TEMPLATE_LIST_TEST_CASE("on the running kernel the chains of an interface are the plan's",
                        "[kernel][engine][property]", ways) {
  const auto steps = steps_each(true);
  CHECK(live_run<TestType>{seeds(1).front() + 1, true}.go(steps) > steps / 3);
}
