// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/generators/catch_generators.hpp>

#include "scene.hpp"

// A label is no identity: what lies at a path of ours, has the name of ours or stands at a target of
// the same name is ours only if the kernel's own number says so.

using namespace engine_test;
using linchpin::attachment_state;
using linchpin::errc;

namespace {

const std::string component_root = std::string{root} + "/gate";

// Other people's links at every path that the next attachments of component "gate" could be pinned at.
std::vector<linchpin::program_id> take_link_paths(other_service& other,
                                                  const linchpin::attach_point& at,
                                                  const char* program, int first) {
  std::vector<linchpin::program_id> theirs;
  for (int slot = first; slot < first + 3; ++slot) {
    theirs.push_back(other.pin_link(at, program, component_root + "/link-" + std::to_string(slot)));
  }
  return theirs;
}

void check_theirs(const scene& host, const linchpin::attach_point& at,
                  const std::vector<linchpin::program_id>& theirs, int first) {
  const auto ran = host.run(at);
  for (const auto id : theirs) CHECK(std::count(ran.begin(), ran.end(), id) == 1);
  for (int slot = first; slot < first + static_cast<int>(theirs.size()); ++slot)
    CHECK(has_pin(host, component_root + "/link-" + std::to_string(slot)));
}

linchpin::component at_eth0(const scene& host) {
  return host.one("gate");
}

linchpin::component at_both(std::span<const std::byte> object = bpf_objects::guard()) {
  linchpin::component made{"gate", elf(object)};
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0"});
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth1"});
  return made;
}

linchpin::component three_on(const std::string& interface,
                             std::span<const std::byte> object = bpf_objects::guard()) {
  linchpin::component made{"gate", elf(object)};
  made.attach("guard_in", linchpin::hook::tcx_ingress{interface});
  made.attach("guard_out", linchpin::hook::tcx_egress{interface});
  made.attach("guard_xdp", linchpin::hook::xdp{interface});
  return made;
}

}  // namespace

TEST_CASE(
    "somebody else's link at the path that our next link would get survives our failed attach",
    "[engine][identity]") {
  const bool first_start = GENERATE(false, true);
  CAPTURE(first_start);
  const int taken = first_start ? 0 : 1;
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("call " << nth << " fails");
    scene host;
    fake_kernel kernel{host};
    faulty_kernel faulty{kernel};
    other_service other{host};
    auto edge = open(faulty);
    if (!first_start) must(edge.apply({at_eth0(host)}));
    const auto elsewhere = host.egress("eth1");
    const auto theirs = take_link_paths(other, elsewhere, "guard_out", taken);
    faulty.arm({.nth = nth});
    const auto outcome = edge.apply(std::vector{at_both()}, 1);
    const bool struck = faulty.struck();
    faulty.disarm();
    check_theirs(host, elsewhere, theirs, taken);
    if (!struck) {
      // Whether another path was taken or the thing refused, it is said.
      if (outcome) {
        check_settled(edge, {at_both()});
      } else {
        INFO(outcome.error().message());
        CHECK(outcome.error().message().find("link-" + std::to_string(taken)) != std::string::npos);
      }
      must(edge.remove_all());
      check_theirs(host, elsewhere, theirs, taken);
      break;
    }
  }
}

TEST_CASE("somebody else's link at the path that our next link would get survives our death",
          "[engine][identity]") {
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("dies at call " << nth);
    scene host;
    other_service other{host};
    const auto elsewhere = host.egress("eth1");
    std::vector<linchpin::program_id> theirs;
    bool struck = false;
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open(faulty);
      must(edge.apply({at_eth0(host)}));
      theirs = take_link_paths(other, elsewhere, "guard_out", 1);
      faulty.arm({.what = fault::kind::die, .nth = nth});
      static_cast<void>(edge.apply(std::vector{at_both()}, 1).has_value());
      struck = faulty.struck();
    }
    fake_kernel next{host};
    auto edge = open(next);
    check_theirs(host, elsewhere, theirs, 1);
    const auto ran = host.run(host.ingress("eth0"));
    CHECK(ran.size() == 1);
    if (!struck) break;
  }
}

TEST_CASE("somebody else's link that comes to a path after the plan chose it survives",
          "[engine][identity]") {
  const bool dies = GENERATE(false, true);
  CAPTURE(dies);
  for (std::uint64_t nth = 1;; ++nth) {
    INFO("dies at call " << nth);
    scene host;
    other_service other{host};
    const auto elsewhere = host.egress("eth1");
    std::vector<linchpin::program_id> theirs;
    bool struck = false;
    {
      fake_kernel kernel{host};
      faulty_kernel faulty{kernel};
      auto edge = open(faulty);
      must(edge.apply({at_eth0(host)}));
      const auto plan = must(edge.plan({at_both()}));
      theirs = take_link_paths(other, elsewhere, "guard_out", 1);
      if (dies) faulty.arm({.what = fault::kind::die, .nth = nth});
      const auto told = refused(edge.apply(plan));
      INFO(told.message());
      struck = faulty.struck();
      if (!struck) CHECK(told.message().find("link-1") != std::string::npos);
    }
    check_theirs(host, elsewhere, theirs, 1);
    fake_kernel next{host};
    auto edge = open(next);
    check_theirs(host, elsewhere, theirs, 1);
    CHECK(host.run(host.ingress("eth0")).size() == 1);
    CHECK(host.run(host.ingress("eth1")).empty());
    if (!struck) break;
  }
}

TEST_CASE("somebody else's link in the place of our link's pin is neither updated nor detached",
          "[engine][identity]") {
  scene host;
  fake_kernel kernel{host};
  other_service other{host};
  auto edge = open(kernel);
  must(edge.apply({at_both()}));
  const auto path = component_root + "/link-1";
  must(kernel.remove_pin(path));
  const auto theirs = other.pin_link(host.egress("eth1"), "guard_out", path);
  const auto upgraded = edge.apply({at_both(bpf_objects::guard_v2())});
  if (!upgraded) CHECK(upgraded.error().message().find(path) != std::string::npos);
  CHECK(host.run(host.egress("eth1")) == std::vector{theirs});
  static_cast<void>(edge.remove("gate").has_value());
  CHECK(host.run(host.egress("eth1")) == std::vector{theirs});
  CHECK(has_pin(host, path));
}

TEST_CASE("pins of others below a generation of ours stay through an upgrade and are told of",
          "[engine][identity]") {
  const char* name = GENERATE("map-theirs", "map-", "prog-theirs");
  CAPTURE(name);
  scene host;
  fake_kernel kernel{host};
  other_service other{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("gate")}));
  auto directory = must(edge.map_path("gate", "flows"));
  directory.resize(directory.rfind('/') + 1);
  const auto path = directory + name;
  std::string_view{name}.starts_with("map") ? other.pin_map(path) : other.pin_program(path);
  const auto report = must(edge.apply({host.one("gate", 0, bpf_objects::guard_v2())}));
  CHECK(has_pin(host, path));
  CHECK_FALSE(report.left_alone.empty());
  check_settled(edge, {host.one("gate", 0, bpf_objects::guard_v2())});
}

TEST_CASE("a map of others in the place of ours stays through an upgrade", "[engine][identity]") {
  scene host;
  fake_kernel kernel{host};
  other_service other{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("gate")}));
  const auto path = must(edge.map_path("gate", "totals"));
  must(kernel.remove_pin(path));
  other.pin_map(path);
  const auto upgraded = edge.apply({host.one("gate", 0, bpf_objects::guard_v2())});
  INFO((upgraded ? std::string{} : upgraded.error().message()));
  CHECK(has_pin(host, path));
  CHECK(host.run(host.at()).size() == 1);
}

TEST_CASE("a renamed interface that is asked for by its present name keeps its links",
          "[engine][identity][target]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({three_on("eth0")}));
  const auto links = host.links();
  host.rename_interface("eth0", "wan0");
  const auto plan = must(edge.plan({three_on("wan0")}));
  INFO(plan.text());
  CHECK(plan.empty());
  const auto report = must(edge.apply({three_on("wan0", bpf_objects::guard_v2())}));
  CHECK(report.updated == 3);
  CHECK(report.attached == 0);
  CHECK(host.links() == links);
  check_settled(edge, {three_on("wan0", bpf_objects::guard_v2())});
}

TEST_CASE("two interfaces that exchange their names keep their links",
          "[engine][identity][target]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({at_both()}));
  const auto links = host.links();
  host.rename_interface("eth0", "away");
  host.rename_interface("eth1", "eth0");
  host.rename_interface("away", "eth1");
  const auto plan = must(edge.plan({at_both()}));
  INFO(plan.text());
  CHECK(plan.empty());
  must(edge.apply({at_both(bpf_objects::guard_v2())}));
  CHECK(host.links() == links);
  CHECK(host.run(host.ingress("eth0")).size() == 1);
  CHECK(host.run(host.ingress("eth1")).size() == 1);
}

TEST_CASE("a name that means another interface now is attached there before the old one is left",
          "[engine][identity][target]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open<ordered_in_place>(kernel);
  must(edge.apply({three_on("eth0")}));
  host.rename_interface("eth0", "wan0");
  host.add_interface("eth0");
  const auto report = must(edge.apply({three_on("eth0")}));
  CHECK(report.attached == 3);
  CHECK(report.detached == 3);
  for (const auto& hook : {host.ingress("eth0"), host.egress("eth0"), host.xdp("eth0")})
    CHECK(host.run(hook).size() == 1);
  for (const auto& hook : {host.ingress("wan0"), host.egress("wan0"), host.xdp("wan0")})
    CHECK(host.run(hook).empty());
  check_settled(edge, {three_on("eth0")});
}

TEST_CASE("one cgroup in two spellings is one hook", "[engine][identity][target]") {
  const char* spelling = GENERATE("/sys/fs/cgroup/web/", "/sys/fs/cgroup//web",
                                  "/sys/fs/cgroup/./web", "/sys/fs/cgroup/web/../web");
  CAPTURE(spelling);
  scene host{place::cgroup};
  fake_kernel kernel{host};
  const linchpin::target other_name{linchpin::target_kind::cgroup, spelling};
  if (!must(kernel.resolve(std::span{&other_name, 1})).front())
    SKIP("the kernel in memory does not know this spelling of a path");
  auto edge = open(kernel);

  SECTION("in one component it is asked for twice") {
    linchpin::component twice{"gate", elf(bpf_objects::guard())};
    twice.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
    twice.attach("guard_connect", linchpin::hook::cgroup_connect4{spelling});
    const auto outcome = edge.apply({twice});
    CHECK(host.run(host.at()).size() == (outcome ? 1U : 0U));
    if (!outcome) CHECK(outcome.error().message().find("cgroup_connect4") != std::string::npos);
  }
  SECTION("a component that changes the spelling keeps its link") {
    must(edge.apply({host.one("gate")}));
    linchpin::component respelled{"gate", elf(bpf_objects::guard())};
    respelled.attach("guard_connect", linchpin::hook::cgroup_connect4{spelling});
    CHECK(must(edge.plan({respelled})).empty());
  }
  SECTION("two components are ordered at one hook") {
    linchpin::component late{"late", elf(bpf_objects::guard_v2())};
    late.attach("guard_connect", linchpin::hook::cgroup_connect4{spelling}).priority(9);
    must(edge.apply({late, host.one("early", 1)}));
    CHECK(host.names(edge) == names{"early", "late"});
    check_settled(edge, {late, host.one("early", 1)});
  }
}

TEST_CASE("a hook that is asked for twice with one program is refused in words",
          "[engine][identity]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  auto twice = host.one("gate");
  twice.attach("guard_in", host.hook());
  const auto told = refused(edge.plan({twice}));
  INFO(told.message());
  CHECK(told.message().find("tcx_ingress eth0") != std::string::npos);
}

TEST_CASE("a store whose manifest lost its pin still knows what runs", "[engine][identity]") {
  scene host;
  fake_kernel kernel{host};
  {
    auto edge = open(kernel);
    must(edge.apply({host.one("gate"), guide()}));
  }
  const auto ran = host.run(host.at());
  SECTION("the pin is gone") {
    must(kernel.remove_pin(std::string{root} + "/manifest"));
  }
  SECTION("its bytes are damaged") {
    auto bytes = *must(kernel.read_blob(std::string{root} + "/manifest"));
    bytes[bytes.size() / 2] ^= std::byte{4};
    must(kernel.write_blob(std::string{root} + "/manifest", bytes));
  }
  SECTION("its bytes are cut short") {
    auto bytes = *must(kernel.read_blob(std::string{root} + "/manifest"));
    bytes.resize(bytes.size() / 2);
    must(kernel.write_blob(std::string{root} + "/manifest", bytes));
  }
  auto edge = open(kernel);
  CHECK(must(edge.status()).components.size() == 2);
  CHECK(must(edge.plan({host.one("gate"), guide()})).empty());
  must(edge.apply({host.one("gate", 0, bpf_objects::guard_v2()), guide()}));
  CHECK(host.run(host.at()).size() == 2);
  check_settled(edge, {host.one("gate", 0, bpf_objects::guard_v2()), guide()});
}

#if LINCHPIN_DECIDES_ONCE
TEST_CASE("a component whose records are all lost is not started a second time",
          "[engine][identity]") {
  const bool index_too = GENERATE(false, true);
  CAPTURE(index_too);
  scene host;
  fake_kernel kernel{host};
  {
    auto edge = open(kernel);
    must(edge.apply({host.one("gate"), guide()}));
  }
  must(kernel.remove_pin(component_root + "/record"));
  must(kernel.remove_pin(component_root + "/record-copy"));
  if (index_too) must(kernel.remove_pin(std::string{root} + "/manifest"));
  const auto ran = host.run(host.at());
  auto edge = open(kernel);
  CHECK_FALSE(status_of(edge, "gate").problems.empty());
  const auto told = refused(edge.apply({host.one("gate"), guide()}));
  INFO(told.message());
  CHECK(told.message().find("gate") != std::string::npos);
  CHECK(told.message().find("release") != std::string::npos);
  CHECK(host.run(host.at()) == ran);

  SECTION("it is adopted again when that is said") {
    must(edge.adopt_again("gate"));
    must(edge.apply({host.one("gate"), guide()}));
    CHECK(host.run(host.at()).size() == 2);
    check_settled(edge, {host.one("gate"), guide()});
  }
  SECTION("it is given up when that is said, and runs on") {
    const auto kept = must(edge.release("gate"));
    CHECK(host.run(host.at()) == ran);
    CHECK(kept.starts_with(root));
    must(edge.apply({guide()}));
    CHECK(host.run(host.at()) == ran);
    check_settled(edge, {guide()});
  }
}

TEST_CASE("one copy of a record is enough, and is told of", "[engine][identity]") {
  const char* lost = GENERATE("/record", "/record-copy");
  CAPTURE(lost);
  scene host;
  fake_kernel kernel{host};
  {
    auto edge = open(kernel);
    must(edge.apply({host.one("gate")}));
  }
  must(kernel.remove_pin(component_root + lost));
  auto edge = open(kernel);
  CHECK_FALSE(status_of(edge, "gate").problems.empty());
  CHECK(must(edge.plan({host.one("gate")})).empty());
  must(edge.apply({host.one("gate", 0, bpf_objects::guard_v2())}));
  CHECK(status_of(edge, "gate").problems.empty());
  check_settled(edge, {host.one("gate", 0, bpf_objects::guard_v2())});
}
#endif

TEST_CASE("a link whose pin is gone while somebody holds it is not attached a second time",
          "[engine][identity][drift]") {
  scene host;
  fake_kernel kernel{host};
  other_service other{host};
  auto edge = open(kernel);
  auto desired = three_on("eth0");
  desired.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
  must(edge.apply({desired}));
  std::vector<linchpin::handle> held;
  for (int slot = 0; slot < 4; ++slot) {
    const auto path = component_root + "/link-" + std::to_string(slot);
    held.push_back(other.open(path, linchpin::pin_kind::link));
    must(kernel.remove_pin(path));
  }
  const auto links = host.links();
  auto upgrade = three_on("eth0", bpf_objects::guard_v2());
  upgrade.attach("guard_connect", linchpin::hook::cgroup_connect4{web});
  const bool upgrades = GENERATE(false, true);
  CAPTURE(upgrades);
  const auto& wanted = upgrades ? upgrade : desired;
  must(edge.apply({wanted}));
  for (const auto& hook :
       {host.ingress("eth0"), host.egress("eth0"), host.xdp("eth0"), host.connect4()})
    CHECK(host.run(hook).size() == 1);
  CHECK(host.links() == links);
  // Pinned again: its holder may let go.
  held.clear();
  CHECK(host.links() == links);
  check_settled(edge, {wanted});
}

#if LINCHPIN_DECIDES_ONCE
TEST_CASE("a link without its pin that may not be opened by its id is reported, not doubled",
          "[engine][identity][drift]") {
  scene host;
  fake_kernel kernel{host};
  other_service other{host};
  {
    auto edge = open(kernel);
    must(edge.apply({three_on("eth0"), guide()}));
  }
  const auto path = component_root + "/link-0";
  const auto held = other.open(path, linchpin::pin_kind::link);
  must(kernel.remove_pin(path));
  fake_kernel next{host};
  next.may_open_by_id(false);
  auto edge = open(next);
  CHECK(status_of(edge, "gate").attachments.front().state == attachment_state::unreachable);
  const auto before = host.run(host.ingress("eth0"));
  const auto outcome = edge.apply({three_on("eth0"), guide(bpf_objects::guide_v2())});
  INFO((outcome ? std::string{} : outcome.error().message()));
  CHECK(outcome);
  CHECK(host.run(host.ingress("eth0")).size() == before.size());
  CHECK(host.run(host.xdp("eth0")).size() == 1);
}

#endif

TEST_CASE("a store that was removed while it is open is written by nobody", "[engine][identity]") {
  const bool renamed = GENERATE(false, true);
  CAPTURE(renamed);
  scene host;
  fake_kernel first{host};
  fake_kernel second{host};
  auto edge = open(first);
  must(edge.apply({host.one("gate"), guide()}));
  if (renamed) {
    must(host.rename_path(root, "/sys/fs/bpf/aside"));
  } else {
    host.remove_tree(root);
  }
  auto other = open(second);
  SECTION("the second writes first") {
    must(other.apply({guide()}));
    const auto before = host.text();
    CHECK(refused(edge.apply({guard()})).is(errc::conflict));
    CHECK(host.text() == before);
    check_settled(other, {guide()});
  }
  SECTION("the first tries first") {
    const auto before = host.text();
    CHECK(refused(edge.apply({guard()})).is(errc::conflict));
    CHECK(host.text() == before);
    must(other.apply({guide()}));
    CHECK(refused(edge.remove_all()).is(errc::conflict));
    check_settled(other, {guide()});
  }
}

TEST_CASE("a store that is removed in the middle of a change ends that change",
          "[engine][identity]") {
  for (int nth = 1; nth <= 5; ++nth) {
    CAPTURE(nth);
    scene host;
    fake_kernel first{host};
    fake_kernel second{host};
    auto edge = open(first);
    must(edge.apply({guard()}));
    const auto links = host.links();
    during removed{verb::update, nth,
                   [&host] { must(host.rename_path(root, "/sys/fs/bpf/aside")); }};
    first.observe(&removed);
    const auto outcome = edge.apply(std::vector{guard(bpf_objects::guard_v2())}, 1);
    first.observe(nullptr);
    REQUIRE(removed.happened);
    CHECK_FALSE(outcome);
    CHECK_FALSE(has_pin(host, std::string{root} + "/guard/"));
    for (const auto& hook : host.guarded()) CHECK(host.run(hook).size() == 1);
    CHECK(host.links() == links);
  }
}

TEST_CASE("a store inside a store is refused", "[engine][identity]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({host.one("gate")}));
  const auto inside = std::string{root} + "/gate/inner";
  CHECK_FALSE(linchpin::orchestrator<ordered>::open(inside, {.acting = &kernel}));
  CHECK_FALSE(
      linchpin::orchestrator<ordered>::open(std::string{root} + "/inner", {.acting = &kernel}));
  // Nor one around it, once that holds a store.
  CHECK(must(edge.plan({host.one("gate")})).empty());
}

#if LINCHPIN_DECIDES_ONCE
TEST_CASE("what is known of a target that goes elsewhere is told", "[engine][identity][target]") {
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  must(edge.apply({three_on("eth0"), guide()}));
  SECTION("another name") {
    host.rename_interface("eth0", "wan0");
    for (const auto& attachment : status_of(edge, "gate").attachments)
      CHECK(attachment.state == attachment_state::renamed);
    CHECK(must(edge.plan({three_on("eth0"), guide()})).empty());
    CHECK(host.run(host.ingress("wan0")).size() == 2);
  }
  SECTION("another network namespace") {
    host.add_netns("/run/netns/blue");
    const auto before = host.links();
    host.move_interface_to_netns("eth0", "/run/netns/blue");
    const auto status = status_of(edge, "gate");
    for (const auto& attachment : status.attachments)
      CHECK(attachment.state != attachment_state::live);
    must(edge.apply({three_on("eth0"), guide()}));
    CHECK(must(edge.plan({three_on("eth0"), guide()})).empty());
    CHECK(host.links() == before);
    CHECK(host.run(host.point(linchpin::mechanism::tcx, attach_type::tcx_ingress, "eth0",
                              "/run/netns/blue"))
              .size() == 2);
  }
}
#endif

TEST_CASE("a service that is restarted in another network namespace touches nothing of the old one",
          "[engine][identity][target]") {
  const bool same_name = GENERATE(false, true);
  CAPTURE(same_name);
  scene host;
  host.add_netns("/run/netns/blue");
  if (same_name) host.add_interface("eth0", "/run/netns/blue");
  {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({three_on("eth0")}));
  }
  const auto links = host.links();
  const auto ran = host.run(host.ingress("eth0"));
  fake_kernel next{host, "/run/netns/blue"};
  auto edge = open(next);
  static_cast<void>(must(edge.status()));
  const auto outcome = edge.apply({three_on("eth0")});
  INFO((outcome ? std::string{} : outcome.error().message()));
  for (const auto link : links) {
    const auto alive = host.links();
    CHECK(std::find(alive.begin(), alive.end(), link) != alive.end());
  }
  CHECK(host.run(host.ingress("eth0")) == ran);
  CHECK(host.run(host.egress("eth0")).size() == 1);
  CHECK(host.run(host.xdp("eth0")).size() == 1);
}

TEST_CASE("a hook of a kind that this build does not know is refused, not taken for another",
          "[engine][identity]") {
  auto family = linchpin::hook::tcx_ingress_family;
  family.name = "tcx_sideways";
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  linchpin::component strange{"gate", elf(bpf_objects::guard())};
  strange.attach("guard_in", linchpin::any_hook{family, "eth0", family.mechanisms});
  const auto before = host.text();
  const auto told = refused(edge.plan({strange}));
  INFO(told.message());
  CHECK(told.message().find("tcx_sideways") != std::string::npos);
  CHECK(host.text() == before);
}

TEST_CASE("a copy of a known family under another address is refused or works as the known one",
          "[engine][identity]") {
  auto family = linchpin::hook::tcx_ingress_family;
  scene host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  linchpin::component copied{"gate", elf(bpf_objects::guard())};
  copied.attach("guard_in", linchpin::any_hook{family, "eth0", family.mechanisms});
  if (!edge.apply({copied})) {
    CHECK(host.run(host.at()).empty());
    return;
  }
  CHECK(host.run(host.at()).size() == 1);
  check_settled(edge, {host.one("gate")});
}
