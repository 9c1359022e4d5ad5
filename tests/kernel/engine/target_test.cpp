// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include <fcntl.h>
#include <net/if.h>
#include <sys/mount.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <bpf/bpf.h>
#include <catch2/generators/catch_generators.hpp>

#include "every_hook.bpf.hpp"
#include "stage.hpp"

using namespace live_engine;
using linchpin::attachment_state;

namespace {

// A network namespace that has a name, as those of `ip netns` have.
class named_netns {
 public:
  explicit named_netns(const stage& here) : path_(here.bpffs() + "/../blue") { begin(); }
  named_netns(const named_netns&) = delete;
  named_netns& operator=(const named_netns&) = delete;
  ~named_netns() { end(); }

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  void begin() {
    const int place = ::open(path_.c_str(), O_CREAT | O_RDONLY | O_CLOEXEC, 0600);
    REQUIRE(place >= 0);
    ::close(place);
    space_ = must(linchpin::testing::netns::make());
    REQUIRE(::mount(space_->path().c_str(), path_.c_str(), nullptr, MS_BIND, nullptr) == 0);
  }
  void end() {
    end_but_for_its_file();
    ::unlink(path_.c_str());
  }
  /// As of a runtime that died between the two calls it makes to remove one.
  void end_but_for_its_file() {
    ::umount2(path_.c_str(), MNT_DETACH);
    space_.reset();
  }

 private:
  std::string path_;
  std::optional<linchpin::testing::netns> space_;
};

// Everything stands again and a plan has nothing to do.
void check_back(stage& here, linchpin::orchestrator_core& edge) {
  must(edge.apply({here.three_hooks()}));
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({here.three_hooks()})).empty());
  for (const auto& hook : {here.ingress(), here.xdp(), here.skb()}) {
    INFO(hook.text());
    CHECK(here.chain(hook).size() == 1);
  }
}

}  // namespace

TEST_CASE("a deleted interface is seen, waited for, and attached to again when it is back",
          "[kernel][engine][target]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({here.three_hooks()}));
  here.remove_interface();
  CHECK(state_at(edge, "ts_in") == attachment_state::target_gone);
  CHECK(state_at(edge, "ts_xdp") == attachment_state::target_gone);
  CHECK(state_at(edge, "ts_skb") == attachment_state::live);
  CHECK_FALSE(must(edge.status()).healthy());

  SECTION("an upgrade while it is gone") {
    must(edge.apply({here.three_hooks(bpf_objects::turnstile_v2())}));
    CHECK(here.chain(here.skb()).size() == 1);
    CHECK(must(edge.plan({here.three_hooks(bpf_objects::turnstile_v2())})).empty());
    here.make_interface();
    must(edge.apply({here.three_hooks(bpf_objects::turnstile_v2())}));
    CHECK(here.chain(here.ingress()).size() == 1);
    CHECK(must(edge.plan({here.three_hooks(bpf_objects::turnstile_v2())})).empty());
  }
  SECTION("nothing meanwhile") {
    const auto plan = must(edge.plan({here.three_hooks()}));
    INFO(plan.text());
    CHECK(std::any_of(plan.notes().begin(), plan.notes().end(), [](const std::string& note) {
      return note.find("lpe0") != std::string::npos;
    }));
    here.make_interface();
    check_back(here, edge);
  }
  SECTION("a new process meanwhile") {
    { auto ended = std::move(edge); }
    auto next = here.open();
    CHECK_FALSE(must(next.status()).healthy());
    here.make_interface();
    check_back(here, next);
    must(next.remove_all());
    CHECK(here.pins(here.root()).empty());
    return;
  }
  must(edge.remove_all());
  CHECK(here.pins(here.root()).empty());
}

TEST_CASE("an interface that was made anew under the old name is not taken for the old one",
          "[kernel][engine][target]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({here.three_hooks()}));
  here.remove_interface();
  here.make_interface();
  CHECK_FALSE(must(edge.status()).healthy());
  CHECK(here.chain(here.ingress()).empty());
  check_back(here, edge);
}

TEST_CASE("a removed cgroup is seen, and attached to again when it is back",
          "[kernel][engine][target]") {
  stage here;
  auto edge = here.open();
  must(edge.apply({here.three_hooks()}));
  here.remove_cgroup();
  // The kernel takes a removed cgroup off line from a work queue.
  CHECK(wait_until(here.kernel,
                   [&] { return state_at(edge, "ts_skb") == attachment_state::target_gone; }));
  CHECK(state_at(edge, "ts_in") == attachment_state::live);
  CHECK_FALSE(must(edge.status()).healthy());
  here.make_cgroup();
  check_back(here, edge);
}

TEST_CASE("components whose targets are gone can be removed", "[kernel][engine][target]") {
  stage here;
  const auto before = here.take_census();
  auto edge = here.open();
  must(edge.apply({here.three_hooks()}));
  here.remove_interface();
  here.remove_cgroup();
  must(edge.remove_all());
  CHECK(here.pins(here.root()).empty());
  const bool gone = wait_until(here.kernel, [&] { return here.take_census() == before; });
  INFO(text(before) << "\nnow\n" << text(here.take_census()));
  CHECK(gone);
}

TEST_CASE("a network namespace that ended is seen, and attached to again when it is back",
          "[kernel][engine][target]") {
  stage here;
  named_netns blue{here};
  const linchpin::any_hook lookup = linchpin::hook::sk_lookup{blue.path()};
  const linchpin::any_hook dissector = linchpin::hook::flow_dissector{blue.path()};
  const auto desired = [&] {
    linchpin::desired_component made{
        "sockets", linchpin::object_source::memory("every_hook", bpf_objects::every_hook())};
    made.attach("at_sk_lookup", lookup);
    made.attach("at_flow_dissector", dissector);
    return made;
  };
  auto edge = here.open();
  must(edge.apply({desired()}));
  CHECK(must(edge.status()).healthy());
  REQUIRE(here.chain(lookup).size() == 1);
  REQUIRE(here.chain(dissector).size() == 1);

  const bool file_stays = GENERATE(false, true);
  CAPTURE(file_stays);
  file_stays ? blue.end_but_for_its_file() : blue.end();
  // The kernel ends a network namespace from a work queue.
  for (const auto* program : {"at_sk_lookup", "at_flow_dissector"}) {
    INFO(program);
    CHECK(wait_until(here.kernel,
                     [&] { return state_at(edge, program) == attachment_state::target_gone; }));
  }
  CHECK_FALSE(must(edge.status()).healthy());

  SECTION("nothing meanwhile") {}
  SECTION("a new process meanwhile") {
    { auto ended = std::move(edge); }
    edge = here.open();
    must(edge.apply({desired()}));
    CHECK(must(edge.plan({desired()})).empty());
  }
  blue.begin();
  CHECK(here.chain(lookup).empty());
  must(edge.apply({desired()}));
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan({desired()})).empty());
  CHECK(here.chain(lookup).size() == 1);
  CHECK(here.chain(dissector).size() == 1);
  must(edge.remove_all());
  CHECK(here.pins(here.root()).empty());
  CHECK(wait_until(here.kernel, [&] { return here.chain(lookup).empty(); }));
}

TEST_CASE("a file that is no network namespace is no hook's target", "[kernel][engine][target]") {
  stage here;
  auto edge = here.open();
  linchpin::desired_component made{
      "sockets", linchpin::object_source::memory("every_hook", bpf_objects::every_hook())};
  made.attach("at_sk_lookup", linchpin::hook::sk_lookup{"/etc/passwd"});
  const auto told = refused(edge.plan({made}));
  CHECK(told.is(linchpin::errc::not_found));
  CHECK(told.expected() == "network namespace /etc/passwd");
  CHECK(told.found() == "no such network namespace");
}

TEST_CASE("a link that somebody detaches by force is attached again at every hook",
          "[kernel][engine][drift]") {
  const bool between = GENERATE(false, true);
  CAPTURE(between);
  stage here;
  auto edge = here.open();
  must(edge.apply({here.three_hooks()}));
  const std::vector next{here.three_hooks(bpf_objects::turnstile_v2())};
  const auto plan = must(edge.plan(next));
  for (const auto& path : here.pins(here.root())) {
    if (path.find("/link-") == std::string::npos) continue;
    const int link = ::bpf_obj_get(path.c_str());
    REQUIRE(::bpf_link_detach(link) == 0);
    ::close(link);
  }
  REQUIRE(here.chain(here.skb()).empty());
  if (between) {
    const auto told = refused(edge.apply(plan));
    INFO(told.message());
    CHECK(told.is(linchpin::outcome::rolled_back));
    CHECK(told.retryable());
  }
  must(edge.apply(next));
  for (const auto& hook : {here.ingress(), here.xdp(), here.skb()}) {
    INFO(hook.text());
    CHECK(here.chain(hook).size() == 1);
  }
  CHECK(must(edge.status()).healthy());
  CHECK(must(edge.plan(next)).empty());
}

namespace {

struct yielding : linchpin::default_policies {
  using drift = linchpin::drift::yield;
};

}  // namespace

TEST_CASE("what others detached stays so under drift::yield, and comes back under another policy",
          "[kernel][engine][drift]") {
  stage here;
  const std::vector wanted{here.three_hooks()};
  const std::vector next{here.three_hooks(bpf_objects::turnstile_v2())};
  {
    auto edge = must(loose_orchestrator<yielding>::open(here.root()));
    must(edge.apply(wanted));
    for (const auto& path : here.pins(here.root())) {
      if (path.find("/link-") == std::string::npos) continue;
      const int link = ::bpf_obj_get(path.c_str());
      REQUIRE(::bpf_link_detach(link) == 0);
      ::close(link);
      break;  // one of them
    }
    const auto standing = [&] {
      return here.chain(here.ingress()).size() + here.chain(here.xdp()).size() +
             here.chain(here.skb()).size();
    };
    REQUIRE(standing() == 2);
    CHECK(must(edge.plan(wanted)).empty());
    CHECK(must(edge.status()).healthy());
    must(edge.apply(next));
    CHECK(standing() == 2);
    CHECK(must(edge.plan(next)).empty());
    CHECK(must(edge.status()).healthy());
  }
  auto edge = here.open();
  CHECK_FALSE(must(edge.status()).healthy());
  must(edge.apply(next));
  for (const auto& hook : {here.ingress(), here.xdp(), here.skb()}) {
    INFO(hook.text());
    CHECK(here.chain(hook).size() == 1);
  }
  CHECK(must(edge.status()).healthy());
}

TEST_CASE("a program stands at an interface by another name that it has",
          "[kernel][engine][target]") {
  stage here;
  const std::string other = GENERATE("uplink", "a-name-longer-than-an-ifname-has-room-for");
  CAPTURE(other);
  here.add_interface_name(other);
  const auto at = [&](const std::string& name) {
    linchpin::desired_component made{
        "every", linchpin::object_source::memory("every_hook", bpf_objects::every_hook())};
    made.attach("at_tcx_ingress", linchpin::hook::tcx_ingress{name});
    return std::vector{made};
  };
  auto edge = here.open();
  must(edge.apply(at(other)));
  CHECK(here.chain(here.ingress()).size() == 1);
  const auto status = must(edge.status());
  INFO(status.text());
  CHECK(status.healthy());
  CHECK(status.components.at(0).attachments.at(0).state == attachment_state::live);
  CHECK(must(edge.plan(at(other))).empty());
  CHECK(must(edge.plan(at(stage::interface))).empty());
}

TEST_CASE("pins of others in the places of a store stop no change on a bpffs",
          "[kernel][engine][damage]") {
  stage here;
  std::optional edge{here.open()};
  must(edge->apply({here.three_hooks()}));
  const auto theirs = ::bpf_map_create(BPF_MAP_TYPE_ARRAY, "lp_theirs", 4, 8, 1, nullptr);
  REQUIRE(theirs >= 0);
  const auto generation = here.root() + "/turnstile/gen-1";
  for (const auto& pin : here.pins(generation + "/")) REQUIRE(::unlink(pin.c_str()) == 0);
  REQUIRE(::rmdir(generation.c_str()) == 0);
  const std::vector places{here.root() + "/journal", generation, here.root() + "/manifest-next",
                           here.root() + "/turnstile/record-next"};
  for (const auto& place : places) REQUIRE(::bpf_obj_pin(theirs, place.c_str()) == 0);
  for (const auto object : {bpf_objects::turnstile_v2(), bpf_objects::turnstile()}) {
    must(edge->apply({here.three_hooks(object)}));
    CHECK(must(edge->plan({here.three_hooks(object)})).empty());
    for (const auto& hook : {here.ingress(), here.xdp(), here.skb()})
      CHECK(here.chain(hook).size() == 1);
    edge.reset();
    edge.emplace(here.open());
  }
  must(edge->remove_all());
  CHECK(here.chain(here.skb()).empty());
  for (const auto& place : places) {
    INFO(place);
    const int stays = ::bpf_obj_get(place.c_str());
    CHECK(stays >= 0);
    ::close(stays);
  }
  ::close(theirs);
}
