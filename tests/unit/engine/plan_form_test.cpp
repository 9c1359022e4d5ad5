// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/plan_form.hpp>
#include <linchpin/linchpin.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstdint>
#include <set>
#include <string_view>
#include <type_traits>

#include "../../support/round_trip.hpp"
#include "engine/text_form/words.hpp"
#include "fixture.hpp"
#include "text_samples.hpp"

using namespace linchpin;
using engine_test::elf;
using engine_test::guard;
using engine_test::guide;
using engine_test::machine;
using engine_test::must;
using engine_test::open;
using engine_test::ordered;
using linchpin::testing::fake_kernel;
using text_test::sample_plan;

namespace {

struct both_for_a_while : ordered {
  using update_strategy = update::make_before_break;
};

desired_component third() {
  desired_component made{"third", elf(bpf_objects::guide())};
  made.attach("guide_in", hook::tcx_ingress{"eth1"});
  return made;
}

// Without its layouts and digests, which the compiler of the objects has a say in.
plan_form bare(plan_form form) {
  form.decided_on = 0;
  for (auto& component : form.components) {
    if (component.object) component.object->digest = 0;
    for (auto& reason : component.reasons) reason = reason.substr(0, reason.find(':'));
    for (auto& map : component.maps) {
      map.spec.layout.clear();
      if (map.spec.internal) map.spec.value_size = map.spec.flags = 0;
    }
  }
  return form;
}

// A plan that was read can be compared and written, and that is all.
template <class What>
concept can_be_applied = requires(orchestrator_core& edge, const What& what) { edge.apply(what); };
static_assert(can_be_applied<plan> && !can_be_applied<plan_form>);
static_assert(!std::is_constructible_v<plan, plan_form>);

// Whether those values of an enumeration have a word that have a prose.
template <class Enum>
void check_words(std::string_view unknown, std::string_view (*prose)(Enum) noexcept) {
  std::set<std::string_view> words;
  std::size_t known = 0;
  for (unsigned number = 0; number < 256; ++number) {
    const auto value = Enum{static_cast<std::uint8_t>(number)};
    const auto word = detail::word_for(value);
    INFO(detail::vocabulary<Enum>::what << " " << number << ": " << prose(value));
    REQUIRE(word.has_value() == (prose(value) != unknown));
    if (!word) continue;
    ++known;
    words.insert(*word);
    CHECK(detail::meaning_of<Enum>(*word) == value);
  }
  CHECK(known != 0);
  CHECK(words.size() == known);
}

}  // namespace

TEST_CASE("each change, cause, step and mechanism has a word of its own", "[engine][text]") {
  check_words<change>("?", text);
  check_words<cause>("?", text);
  check_words<step_kind>("?", text);
  check_words<mechanism>("unknown mechanism", mechanism_name);
  CHECK(detail::words_of<slot>().size() == slot_count);
  for (std::size_t i = 0; i < slot_count; ++i) {
    const auto word = detail::words_of<slot>()[i];
    CHECK(word.value == slot{static_cast<std::uint8_t>(i)});
  }
}

TEST_CASE("a plan has one text", "[engine][text]") {
  machine host;
  static_cast<void>(must(host.add_foreign_program(host.ingress("eth0"), "theirs")));
  fake_kernel kernel{host};
  {
    auto edge = open(kernel);
    must(edge.apply({guard(), guide(), third()}));
  }
  auto edge = open<both_for_a_while>(kernel, {.update_strategy = update::make_before_break{250}});
  desired_component next{"guard", elf(bpf_objects::guard_v2())};
  next.attach("guard_in", hook::tcx_ingress{"eth0"}).priority(10);
  next.attach("guard_out", hook::tcx_egress{"eth0"}).priority(10);
  next.map("flows").max_entries(4096).carry(carry::copy{});
  const auto planned = must(edge.plan({next, guide(bpf_objects::guide(), 5)}));
  const auto form = planned.form();
  CHECK(round_trip::broken(form) == std::nullopt);
  CHECK(form.components[0].object->digest == must(elf(bpf_objects::guard_v2()).read()).digest());
  CHECK(write_text(bare(form)) == R"(linchpin plan 1
policy attach_order order.priority/1
policy map_sizing sizing.declared/1
policy update_strategy update.make_before_break/1
policy map_carry carry.reuse/1
policy lifetime lifetime.durable/1
policy recovery recovery.roll_back/1
policy fallback fallback.ladder/1
policy drift drift.take_back/1
component guard durable from 1 to 2
  object "fixture" digest 0000000000000000
  because "object changed"
  because "map flows"
  map flows hash key_size 4 value_size 16 max_entries 4096 size_asked carry copy reason "asked for"
  map totals array key_size 4 value_size 8 max_entries 4 carry reuse running 2 reason "carry.reuse/1"
  map .rodata array key_size 4 max_entries 1 internal reason "globals belong to one generation"
  program guard_in sched_cls for tcx_ingress
  program guard_out sched_cls for tcx_egress
  program guard_xdp xdp for xdp
  program guard_connect cgroup_sock_addr for cgroup_connect4
  program guard_connect6 cgroup_sock_addr for cgroup_connect6
  attach guard_in tcx_ingress "eth0" at interface 2 netns 4026531840 how tcx what attach_then_detach why new_generation priority 10 overlap_us 250 running 0 place 3 of 3 slot 5
  attach guard_out tcx_egress "eth0" at interface 2 netns 4026531840 how tcx what attach_then_detach why new_generation priority 10 overlap_us 250 running 2 place 1 of 1 slot 6
  detach guard_in "tcx_ingress eth1" why unwanted running 1
  detach guard_xdp "xdp eth0" why unwanted running 3
  detach guard_connect "cgroup_connect4 /sys/fs/cgroup/web" why unwanted running 4
component guide durable from 1 to 1 twin 2
  object "fixture" digest 0000000000000000
  program guide_in sched_cls for tcx_ingress
  attach guide_in tcx_ingress "eth0" at interface 2 netns 4026531840 how tcx what attach_then_detach why moved priority 5 running 0 renumbered place 2 of 3 slot 1
removed third
note "policy is now update.make_before_break/1; what runs was put there under update.in_place/1"
place revision 4
  left program 1 link 1 name "theirs" name_known
  right component guard
place revision 5
  left component guide slot 1
  right component guard
place revision 2
  right component guard slot 2
chain tcx_ingress at interface 2 netns 4026531840 how tcx
  entry program theirs id 1
  entry component guide program guide_in
  entry component guard program guard_in
  at_commit id 1
  at_commit component guide program guide_in
  at_commit component guard program guard_in
  at_commit id 2
  at_commit id 7
chain tcx_egress at interface 2 netns 4026531840 how tcx
  entry component guard program guard_out
  at_commit component guard program guard_out
  at_commit id 3
step load_generation of guard generation 2
step copy_map of guard before 0 generation 2
step load_generation of guide generation 2
step pin_generation of guard generation 2
step pin_generation of guide generation 2
step attach_program of guide after 0 place 0 generation 2
step attach_program of guard after 0 place 1
step attach_program of guard after 1 place 2
step let_both_run microseconds 250
step settle_maps
step end_attachment of guard before 0
step end_attachment of guard before 2
step end_attachment of guard before 1
step end_attachment of guard before 3
step end_attachment of guard before 4
step end_attachment of guide before 0
step swap_back of guide after 0 generation 2
step end_attachment of third before 0
step remove_generation of guard generation 1
step write_record of guard
step remove_generation of guide generation 2
step write_record of guide
step remove_generation of third generation 1
step remove_component of third
step write_index
end
)");
}

TEST_CASE("every member of a plan's form reads back", "[engine][text]") {
  CHECK(write_text(sample_plan()) == R"(linchpin plan 3
policy attach_order order/1
policy map_sizing sizing/1
policy update_strategy update/1
policy lifetime "lifetime of mine/1"
policy drift drift/1
decided_on fedcba9876543210
component guard ephemeral from 2 to 3 twin 4 prepares
  object "guard.bpf.o" digest 0123456789abcdef
  because "object changed"
  because "map flows: max_entries 1 -> 2"
  global limit u16 513
  global prefix composite "\x0a\x00"
  global shift s8 -2
  map flows lru_hash key_size 4 value_size 8 max_entries 1024 flags 1 internal size_asked copied_once carry copy running 12 filled_with 3 reason "asked for"
    field "key" "unsigned int" bit 0 bits 32
    field "value.packets" "__u64" bit 32 bits 64
    variable in.seen from 8 to 16 size 8
    variable table from 0 to 24 size 32 moves_from ".data.table" partly_copied_once
    left_behind "lock: a struct bpf_spin_lock belongs to one generation"
  map .rodata 77 filled_by_function
  left_behind "map gone: the next object has none of that name"
  program guard_in sched_cls for tcx_ingress id 57 tag 0102030405060708
  program guard_tail 99 for 98
  attach guard_in tcx_ingress "eth0" at interface 7 netns 4026531840 how tcx else_by clsact what attach_then_detach why makes_room priority -3 overlap_us 250 running 0 intruder 91 renumbered out_of_sight left_to_others place 2 of 3 slot 0
  attach guard_out tcx_egress "" in "/run/netns/blue" at 0 0 how 0 what keep why unchanged
  detach guard_xdp "xdp eth0" why target_gone running 1
  left_alone 2
  left_alone 5
  why_left_alone "its target is elsewhere"
  held_back "its last change is not finished"
component guide durable
removed old
note "another policy set than last time"
place revision 9 tc_priority 77
  left component guide slot 3
  right program 41 link 42 tc_priority 43 tc_handle 44 name "theirs" name_known
place
chain tcx_ingress at interface 7 netns 4026531840 how tcx
  entry component guard program guard_in
  entry program "the irs" id 41
  entry
  at_commit component guide program guide_in id 5
step load_generation of guard generation 3
step copy_map of guard before 0 generation 3
step fill_map of guard before 1 generation 3
step prepare_generation of guard generation 3
step take_out of guard before 0 place 1 program 91
step attach_program of guard after 3 place 0 generation 4
step swap_program of guard before 0 after 0 program 91
step let_both_run microseconds 250
step verify_chain of guard after 0 chain 0
step remove_component of old
step write_index
end
)");
  CHECK(round_trip::broken(sample_plan()) == std::nullopt);
  CHECK(round_trip::broken(plan_form{}) == std::nullopt);
}

TEST_CASE(
    "two machines that would do the same have equal forms but for what their kernels gave out",
    "[engine][text]") {
  const auto plan_on = [](machine& host, int priority) {
    fake_kernel kernel{host};
    auto edge = open(kernel);
    must(edge.apply({guard()}));
    return must(edge.plan({guard(bpf_objects::guard_v2()), guide(bpf_objects::guide(), priority)}))
        .form();
  };
  machine one, two;
  // Other ids on this one, and another ifindex.
  two.remove_interface("eth0");
  two.add_interface("eth0");
  static_cast<void>(must(two.add_foreign_program(two.ingress("eth1"), "theirs")));
  two.remove_foreign_program(two.programs().front());
  const auto left = plan_on(one, 20), right = plan_on(two, 20);
  CHECK_FALSE(left == right);
  CHECK(difference(left, right));
  CHECK(difference(without_identities(left), without_identities(right)) == std::nullopt);
  CHECK(without_identities(left) == without_identities(right));
  machine three;
  const auto other = plan_on(three, 5);
  const auto differs = difference(without_identities(left), without_identities(other));
  REQUIRE(differs);
  CHECK(differs->left.starts_with("  attach guide_in tcx_ingress \"eth0\""));
  CHECK(differs->left.find("priority 20") != std::string::npos);
  CHECK(differs->right.find("priority 5") != std::string::npos);
}

TEST_CASE("a plan's form tells whether it was decided on the same", "[engine][text]") {
  machine host;
  fake_kernel kernel{host};
  auto edge = open(kernel);
  const std::vector<desired_component> asked{guard()};
  const auto come_and_go = [&] {
    must(edge.apply({guide()}));
    must(edge.remove("guide"));
  };
  come_and_go();
  const auto planned = must(edge.plan(asked));
  const auto first = planned.form();
  CHECK(first.decided_on != 0);
  CHECK(must(edge.plan(asked)).form() == first);
  // As before, but for the serials.
  come_and_go();
  const auto later = must(edge.plan(asked));
  REQUIRE(later.seen().serial != planned.seen().serial);
  CHECK(later.form() == first);
  static_cast<void>(must(host.add_foreign_program(host.ingress("eth1"), "theirs")));
  const auto beside = must(edge.plan(asked)).form();
  CHECK(beside.decided_on != first.decided_on);
  CHECK(difference(first, beside)->line == 10);
}

TEST_CASE("sentences about the same under other ids are the same without identities",
          "[engine][text]") {
  auto left = sample_plan(), right = sample_plan();
  left.notes = {"somebody put program 45 in its place"};
  right.notes = {"somebody put program 6 in its place"};
  left.components.front().held_back = {"it runs link 7"};
  right.components.front().held_back = {"it runs link 19"};
  CHECK(without_identities(left) == without_identities(right));
  right.notes = {"somebody took it away"};
  CHECK_FALSE(without_identities(left) == without_identities(right));
}

TEST_CASE("what a kernel gave out is all that is taken from a plan's form", "[engine][text]") {
  CHECK(write_text(without_identities(sample_plan())) == R"(linchpin plan 3
policy attach_order order/1
policy map_sizing sizing/1
policy update_strategy update/1
policy lifetime "lifetime of mine/1"
policy drift drift/1
component guard ephemeral from 2 to 3 twin 4 prepares
  object "guard.bpf.o" digest 0123456789abcdef
  because "object changed"
  because "map flows: max_entries 1 -> 2"
  global limit u16 513
  global prefix composite "\x0a\x00"
  global shift s8 -2
  map flows lru_hash key_size 4 value_size 8 max_entries 1024 flags 1 internal size_asked copied_once carry copy filled_with 3 reason "asked for"
    field "key" "unsigned int" bit 0 bits 32
    field "value.packets" "__u64" bit 32 bits 64
    variable in.seen from 8 to 16 size 8
    variable table from 0 to 24 size 32 moves_from ".data.table" partly_copied_once
    left_behind "lock: a struct bpf_spin_lock belongs to one generation"
  map .rodata 77 filled_by_function
  left_behind "map gone: the next object has none of that name"
  program guard_in sched_cls for tcx_ingress tag 0102030405060708
  program guard_tail 99 for 98
  attach guard_in tcx_ingress "eth0" at interface 0 how tcx else_by clsact what attach_then_detach why makes_room priority -3 overlap_us 250 running 0 renumbered out_of_sight left_to_others place 2 of 3 slot 0
  attach guard_out tcx_egress "" in "/run/netns/blue" at 0 0 how 0 what keep why unchanged
  detach guard_xdp "xdp eth0" why target_gone running 1
  left_alone 2
  left_alone 5
  why_left_alone "its target is elsewhere"
  held_back "its last change is not finished"
component guide durable
removed old
note "another policy set than last time"
place tc_priority 77
  left component guide slot 3
  right tc_priority 43 name "theirs" name_known
place
chain tcx_ingress at interface 0 how tcx
  entry component guard program guard_in
  entry program "the irs"
  entry
  at_commit component guide program guide_in
step load_generation of guard generation 3
step copy_map of guard before 0 generation 3
step fill_map of guard before 1 generation 3
step prepare_generation of guard generation 3
step take_out of guard before 0 place 1
step attach_program of guard after 3 place 0 generation 4
step swap_program of guard before 0 after 0
step let_both_run microseconds 250
step verify_chain of guard after 0 chain 0
step remove_component of old
step write_index
end
)");
}

TEST_CASE("the plan that the header shows reads", "[engine][text]") {
  const auto read = read_plan(R"(linchpin plan 1
policy attach_order order.priority/1
component firewall durable from 1 to 2
  object "firewall.bpf.o" digest 0123456789abcdef
  because "object changed: fedcba9876543210 -> 0123456789abcdef"
  map blocked hash key_size 4 value_size 8 max_entries 4096 carry copy reason "asked for"
  attach fw_in xdp "eth0" at interface 2 how xdp_native what update why new_generation running 0
step load_generation of firewall generation 2
step swap_program of firewall before 0 after 0
end
)");
  REQUIRE(read);
  CHECK(read->components[0].maps[0].carry == carry_method::copy);
}

TEST_CASE("the first line in which two texts differ", "[engine][text]") {
  CHECK(first_difference("a\nb\n", "a\nb\n") == std::nullopt);
  CHECK(first_difference("a\nb\n", "a\nc\n") == text_difference{2, "b", "c"});
  CHECK(first_difference("a\nb\n", "a\n") == text_difference{2, "b", ""});
  CHECK(first_difference("", "a\n") == text_difference{1, "", "a"});
}
