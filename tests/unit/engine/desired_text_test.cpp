// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/desired_state.hpp>
#include <linchpin/linchpin.hpp>

#include <catch2/catch_test_macros.hpp>

#include "../../support/round_trip.hpp"
#include "fixture.hpp"
#include "text_samples.hpp"

using namespace linchpin;
using namespace text_test;

TEST_CASE("a desired state has one text", "[engine][text]") {
  CHECK(write_text(sample_desired()) == R"(linchpin desired 3
policy attach_order order.append/1
policy map_sizing sizing.declared/1
policy update_strategy update.in_place/1
policy map_carry carry.reuse/1
policy lifetime lifetime.durable/1
policy recovery recovery.roll_back/1
policy fallback fallback.ladder/1
policy drift drift.take_back/1
component firewall
  object file "/usr/lib/edge/firewall.bpf.o"
  attach fw_ingress tcx_ingress "eth0" priority 10
  attach fw_egress tcx_egress "eth0" by clsact
  attach fw_ingress tcx_ingress "eth1" priority -7 by clsact,tcx
  attach fw_xdp xdp "eth1" by xdp_generic
  attach fw_ingress tcx_ingress "eth0" in "/run/netns/blue" priority 5 by clsact
  attach fw_connect cgroup_connect4 "/sys/fs/cgroup/web"
  map blocked max_entries 4096 carry copy
  map flows carry discard
  map .rodata.ports max_entries 1
  map seen entry 4 16
  map ports carry discard fill entries 2 1
    with "P\x00" "\x01"
    with "\xbb\x01" "\x00"
  map none fill entries 4 8
  global sample_every u32 100
  global shift s16 -3
  global in.count u64 18446744073709551615
  global verbose u8 1
  global ratio f64 "\x00\x00\x00\x00\x00\x00\xe0?"
  global prefix composite "\x0a\x00a\""
  global ports u16_array "P\x00\xbb\x01"
  global shares f32_array "\x00\x00\x00?"
  global raw bytes "\x01\x02\x03"
component balancer
  object memory "balancer" digest a8493feb4da46604
  attach select sk_lookup ""
  attach select sk_lookup "/run/netns/blue \"1\\\x0a\x7f\xc3\xa4"
component "an odd name"
  object file ""
end
)");
  CHECK(write_text(desired_state{}) == "linchpin desired 1\nend\n");
}

TEST_CASE("a desired state reads back", "[engine][text]") {
  const auto sources = sample_sources();
  CHECK(round_trip::broken(sample_desired(), sources) == std::nullopt);
  CHECK(round_trip::broken(desired_state{}, {}) == std::nullopt);
  const auto read = read_desired(write_text(sample_desired()), sources).value();
  CHECK(read.components[1].source() == sources[1]);
  CHECK(read.components[0].attachments()[1].hook.mechanisms()[0] == hook::clsact_filter);
}

TEST_CASE("comments and blank lines of a desired state are not kept", "[engine][text]") {
  const auto read = read_desired(R"(# edge, as of today

linchpin desired 1 # the only one
      # the firewall
component firewall
  object file "fw.o" # with a '#' behind it
   
  attach fw tcx_ingress "eth#0"
end
# and that is all
)");
  REQUIRE(read);
  CHECK(write_text(*read) ==
        "linchpin desired 1\ncomponent firewall\n  object file \"fw.o\"\n"
        "  attach fw tcx_ingress \"eth#0\"\nend\n");
}

TEST_CASE("the desired state that the header shows reads", "[engine][text]") {
  const auto read = read_desired(R"(linchpin desired 3
policy attach_order order.priority/1
component firewall
  object file "/usr/lib/edge/firewall.bpf.o"
  attach fw_ingress tcx_ingress "eth0" priority 10 by clsact
  map blocked max_entries 4096 carry copy entry 4 1 fill entries 4 1
    with "\xbb\x01\x00\x00" "\x01"
  global sample_every u32 100
  global prefix composite "\x0a\x00\x08"
end
)");
  REQUIRE(read);
  CHECK(read->components[0].maps()[0].max_entries == 4096U);
}

TEST_CASE("a desired state names every hook and every choice of mechanisms", "[engine][text]") {
  desired_component everywhere{"everywhere", object_source::file("all.o")};
  std::vector<std::vector<mechanism>> choices;
  choices.reserve(hook_families().size() * 4);
  for (const auto* family : hook_families()) {
    const std::vector<mechanism> all(family->mechanisms.begin(), family->mechanisms.end());
    choices.push_back(all);
    choices.emplace_back(all.rbegin(), all.rend());
    for (const auto how : all) choices.push_back({how});
    for (const auto& choice : choices) everywhere.attach("p", any_hook{*family, "x", choice});
    CHECK(round_trip::broken(desired_state{{}, {everywhere}}, {}) == std::nullopt);
    everywhere = component{"everywhere", object_source::file("all.o")};
    choices.clear();
  }
}

TEST_CASE("every string reads back", "[engine][text]") {
  for (int byte = 0; byte < 256; ++byte) {
    for (const auto& name : {std::string(1, static_cast<char>(byte)),
                             std::string{"a"} + static_cast<char>(byte) + "b"}) {
      desired_component odd{name, object_source::file(name)};
      odd.attach(name, hook::xdp{name});
      odd.map(name);
      desired_state asked{{}, {odd}};
      asked.policies[3] = name;
      INFO("byte " << byte);
      REQUIRE(round_trip::broken(asked, {}) == std::nullopt);
      for (const char letter : write_text(asked))
        REQUIRE((letter == '\n' || (letter >= 0x20 && letter < 0x7f)));
    }
  }
}

TEST_CASE("every value of a global reads back, whatever is said of it", "[engine][text][globals]") {
  const std::vector<std::byte> bytes(8, std::byte{1});
  const auto broken = [&bytes](std::optional<variable_kind> kind,
                               std::optional<number_spec> element) {
    desired_component odd{"odd", object_source::file("odd.o")};
    odd.global(desired_global{"value", bytes, kind, element});
    return round_trip::broken(desired_state{{}, {odd}}, {});
  };
  const number_spec truth{variable_kind::unsigned_number, 1, true};
  CHECK(broken(variable_kind::composite, truth) == std::nullopt);
  CHECK(broken(variable_kind::composite, number_spec{variable_kind::signed_number, 3}) ==
        std::nullopt);
  CHECK(broken(variable_kind::pointer, {}) == std::nullopt);
  CHECK(broken(variable_kind::unsigned_number, {}) == std::nullopt);
  CHECK(broken({}, truth) == std::nullopt);
}

TEST_CASE("components that are equal have the same text", "[engine][text]") {
  const auto left = sample_desired();
  // The same bytes elsewhere in memory.
  const std::vector<std::byte> copied(some_bytes.begin(), some_bytes.end());
  const auto with = [&copied](auto change) {
    auto made = sample_desired();
    desired_component balancer{"balancer", object_source::memory("balancer", copied)};
    for (const auto& at : made.components[1].attachments())
      balancer.attach(at.program, at.hook).priority(at.priority);
    change(balancer);
    made.components[1] = balancer;
    return made;
  };
  const auto same = with([](desired_component&) {});
  CHECK(left == same);
  CHECK(write_text(left) == write_text(same));
  CHECK(difference(left, same) == std::nullopt);
  const auto other = with([](desired_component& balancer) { balancer.map("flows"); });
  CHECK_FALSE(left == other);
  CHECK(difference(left, other) == text_difference{39, "component \"an odd name\"", "  map flows"});
  const auto narrowed = [](any_hook hook) {
    desired_component made{"fw", object_source::file("fw.o")};
    made.attach("fw", std::move(hook));
    return made;
  };
  CHECK_FALSE(narrowed(hook::tcx_ingress{"eth0"}) ==
              narrowed(by_clsact(hook::tcx_ingress{"eth0"})));
  CHECK_FALSE(object_source::file("fw") == object_source::memory("fw", {}));
}

TEST_CASE("an object in memory is found by its name and its digest", "[engine][text]") {
  const auto text = write_text(sample_desired());
  const auto missing =
      read_desired(text, std::vector{object_source::memory("balancers", some_bytes)});
  REQUIRE_FALSE(missing);
  CHECK(missing.error().is(errc::not_found));
  CHECK(missing.error().subject() == "line 36");
  CHECK(missing.error().found() == "no source of this name");
  CHECK(missing.error().advice() == "did you mean 'balancers'?");
  const auto changed =
      read_desired(text, std::vector{object_source::memory("balancer", other_bytes)});
  REQUIRE_FALSE(changed);
  CHECK(changed.error().is(errc::not_found));
  CHECK(changed.error().expected() ==
        "an object in memory 'balancer' with digest a8493feb4da46604");
  CHECK(changed.error().found() == "digest 82f9686364a60ecf");
  // A file of that name is none.
  CHECK(
      read_desired(text, std::vector{object_source::file("balancer")}).error().is(errc::not_found));
}

TEST_CASE("a desired state is for the policies that it names", "[engine][text]") {
  struct others : default_policies {
    using update_strategy = update::recreate;
  };
  const auto asked = sample_desired().policies;
  CHECK(check_policies(asked, ids_of<default_policies>()));
  CHECK(check_policies({}, ids_of<others>()));
  const auto told = check_policies(asked, ids_of<others>());
  REQUIRE_FALSE(told);
  CHECK(told.error().is(errc::conflict));
  CHECK(told.error().subject() == "update_strategy");
  CHECK(told.error().expected() ==
        "policy update.in_place/1, which the desired state is written for");
  CHECK(told.error().found() == "update.recreate/1");
}

TEST_CASE("a desired state that was written elsewhere is applied", "[engine][text]") {
  using namespace engine_test;
  const auto text = write_text(desired_state{ids_of<ordered>(), {guard(), guide()}});
  machine host;
  testing::fake_kernel kernel{host};
  auto edge = engine_test::open(kernel);
  // Two objects of one name are told apart by their digests.
  const std::vector sources{elf(bpf_objects::guide()), elf(bpf_objects::guard_v2()),
                            elf(bpf_objects::guard())};
  const auto asked = must(read_desired(text, sources));
  CHECK(asked == desired_state{ids_of<ordered>(), {guard(), guide()}});
  must(check_policies(asked.policies, ids_of<ordered>()));
  must(edge.apply(asked.components));
  CHECK(must(edge.plan({guard(), guide()})).empty());
}
