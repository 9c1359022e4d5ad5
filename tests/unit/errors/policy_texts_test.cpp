// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "telling.hpp"

// What policies refuse, and answers of theirs that cannot be followed.

namespace texts_test {

namespace {

using linchpin::arrangement;
using linchpin::decision;
using linchpin::placement;
using linchpin::refusal;

struct refuses_places {
  static constexpr std::string_view policy_id = "order.never_placed/1";
  static constexpr bool observes = true;
  [[nodiscard]] decision<placement> place(const linchpin::program_view& self,
                                          std::span<const linchpin::chain_member>,
                                          std::optional<std::size_t>) const {
    return refusal{"no place for " + std::string{self.program}};
  }
};
struct refuses_sizes {
  static constexpr std::string_view policy_id = "sizing.at_most_40/1";
  [[nodiscard]] decision<linchpin::map_shape> size(const linchpin::map_view& declared,
                                                   const linchpin::machine_view&) const {
    return refusal{std::to_string(declared.max_entries) + " entries, and 40 are allowed"};
  }
};
struct one_size_short {
  static constexpr std::string_view policy_id = "sizing.one_short/1";
  [[nodiscard]] decision<std::vector<linchpin::map_shape>> sizes(
      const linchpin::sizing_view& all) const {
    return std::vector<linchpin::map_shape>(all.maps.size() - 1);
  }
};
struct refuses_updates {
  static constexpr std::string_view policy_id = "update.never/1";
  [[nodiscard]] decision<linchpin::update_method> choose(const linchpin::hook_view& hook) const {
    return refusal{std::string{hook.family} + " is frozen until Monday"};
  }
};
struct one_update_for_all {
  static constexpr std::string_view policy_id = "update.one_choice/1";
  [[nodiscard]] decision<std::vector<linchpin::update_choice>> choose_all(
      const linchpin::upgrade_view&) const {
    return std::vector<linchpin::update_choice>{linchpin::update_method::in_place};
  }
};
struct refuses_carries {
  static constexpr std::string_view policy_id = "carry.never/1";
  [[nodiscard]] decision<linchpin::carry_method> choose(const linchpin::carry_view&) const {
    return refusal{};
  }
};
struct refuses_lifetimes {
  static constexpr std::string_view policy_id = "lifetime.nothing_stays/1";
  [[nodiscard]] decision<linchpin::lifetime_kind> choose(std::string_view component) const {
    return refusal{std::string{component} + " has no owner"};
  }
};
struct refuses_filters {
  static constexpr std::string_view policy_id = "fallback.no_filters/1";
  [[nodiscard]] decision<std::size_t> choose(const linchpin::hook_view&,
                                             std::span<const linchpin::rung_view> rungs,
                                             std::size_t from) const {
    if (from < rungs.size() && !rungs[from].available->is_no()) return from;
    return refusal{"filters are taboo here"};
  }
};
struct refuses_to_repair {
  static constexpr std::string_view policy_id = "drift.ask_first/1";
  [[nodiscard]] decision<linchpin::drift_action> choose(const linchpin::drift_view& found) const {
    return refusal{std::string{found.program} + " was taken out by hand"};
  }
};

struct of_refused_sizes : ordered {
  using map_sizing = refuses_sizes;
};
struct of_short_sizes : ordered {
  using map_sizing = one_size_short;
};
struct of_refused_carries : ordered {
  using map_carry = refuses_carries;
};
struct of_refused_lifetimes : ordered {
  using lifetime = refuses_lifetimes;
};
struct of_refused_repairs : ordered {
  using drift = refuses_to_repair;
};

// Planned under a policy, over what stock policies left running.
template <class Policies>
linchpin::error planned_under(const std::vector<linchpin::desired_component>& running,
                              const std::vector<linchpin::desired_component>& wanted) {
  machine host;
  fake_kernel kernel{host};
  if (!running.empty()) must(open(kernel).apply(running));
  auto edge = open<Policies>(kernel);
  return refused(edge.plan(wanted));
}

linchpin::error planned_without_tcx(auto edge_of) {
  machine host;
  host.facts().of(linchpin::hook::tcx_link).available = linchpin::answer::no("kernel before 6.6");
  fake_kernel kernel{host};
  auto edge = edge_of(kernel);
  return refused(edge.plan({guide()}));
}

}  // namespace

TEST_CASE("texts of policies that refuse", "[errors]") {
  error_texts::area told{"policy"};
  told.add("an order", planned_under<ordering_by<refuses_places>>({}, {guide()}));
  told.add("a size", planned_under<of_refused_sizes>({}, {guard()}));
  told.add("an update", planned_under<updating_by<refuses_updates>>(
                            {guide()}, {guide(bpf_objects::guide_v2())}));
  told.add("a carry, without a reason",
           planned_under<of_refused_carries>({guard()}, {guard(bpf_objects::guard_v2())}));
  told.add("a lifetime", planned_under<of_refused_lifetimes>({}, {guide()}));
  told.add("a mechanism", planned_without_tcx([](fake_kernel& kernel) {
             return open<falling_back_by<refuses_filters>>(kernel);
           }));
  {
    scene host;
    fake_kernel kernel{host};
    auto edge = open<of_refused_repairs>(kernel);
    must(edge.apply({host.one("gate")}));
    other_service other{host};
    other.detach(host.at(), std::string{root} + "/gate/link-0");
    told.add("a repair", edge.plan({host.one("gate")}));
  }
  told.check();
}

TEST_CASE("texts of mechanisms that a policy does not allow", "[errors]") {
  struct passing : ordered {
    using lifetime = linchpin::lifetime::ephemeral;
  };
  error_texts::area told{"mechanism"};
  told.add("strict, on an older kernel", planned_without_tcx([](fake_kernel& kernel) {
             return open<falling_back_by<linchpin::fallback::strict>>(kernel);
           }));
  told.add("a filter for an ephemeral component",
           planned_without_tcx([](fake_kernel& kernel) { return open<passing>(kernel); }));
  told.add("an overlap where only one program fits",
           planned_under<updating_by<linchpin::update::make_before_break>>(
               {guard()}, {guard(bpf_objects::guard_v2())}));
  told.check();
}

TEST_CASE("texts of answers that cannot be followed", "[errors]") {
  error_texts::area told{"answer"};
  told.add("too few sizes", planned_under<of_short_sizes>({}, {guard()}));
  told.add("too few updates", planned_under<updating_by<one_update_for_all>>(
                                  {guard()}, {guard(bpf_objects::guard_v2())}));
  told.check();
}

namespace {

// Answers with what the test says.
class dictated_order {
 public:
  static constexpr std::string_view policy_id = "order.scripted/1";
  static constexpr bool observes = true;
  dictated_order() = default;
  explicit dictated_order(decision<arrangement> answer) : answer_(std::move(answer)) {}
  [[nodiscard]] decision<arrangement> arrange(const linchpin::chain_view&) const { return answer_; }

 private:
  decision<arrangement> answer_ = refusal{"nothing was scripted"};
};

struct wants_to_be_first {
  static constexpr std::string_view policy_id = "order.everybody_first/1";
  static constexpr bool observes = true;
  [[nodiscard]] placement place(const linchpin::program_view&,
                                std::span<const linchpin::chain_member>,
                                std::optional<std::size_t> current) const noexcept {
    if (current && *current == 0) return {placement::kind::stay};
    return {placement::kind::first};
  }
};

template <placement::kind Answer, std::size_t Index>
struct places_always {
  static constexpr std::string_view policy_id = "order.always/1";
  static constexpr bool observes = false;
  [[nodiscard]] placement place(const linchpin::program_view&,
                                std::span<const linchpin::chain_member>,
                                std::optional<std::size_t>) const noexcept {
    return {Answer, Index};
  }
};

// One more program where two strangers run.
linchpin::error arranged_as(decision<arrangement> answer) {
  scene host;
  host.stranger("s1");
  host.stranger("s2");
  fake_kernel kernel{host};
  auto edge = open<ordering_by<dictated_order>>(
      kernel, {.attach_order = dictated_order{std::move(answer)}});
  return refused(edge.plan({host.one("a")}));
}

template <class Order>
linchpin::error placed_by(std::initializer_list<const char*> components) {
  scene host;
  host.stranger("s1");
  fake_kernel kernel{host};
  auto edge = open<ordering_by<Order>>(kernel);
  std::vector<linchpin::desired_component> desired;
  for (const auto* name : components) desired.push_back(host.one(name));
  return refused(edge.plan(desired));
}

}  // namespace

TEST_CASE("texts of orders that are none", "[errors]") {
  using kind = placement::kind;
  error_texts::area told{"order of a policy"};
  told.add("without the new program", arranged_as(arrangement{{0, 1}}));
  told.add("with a program twice", arranged_as(arrangement{{0, 1, 1, 2}}));
  told.add("with a number too many", arranged_as(arrangement{{0, 1, 2, 3}}));
  told.add("that moves a stranger", arranged_as(arrangement{{1, 0, 2}}));
  told.add("a refusal about one program", arranged_as(refusal{"not this one", 2}));
  told.add("that never comes to rest", placed_by<wants_to_be_first>({"a", "b", "c"}));
  told.add("beside a program that there is not", placed_by<places_always<kind::before, 7>>({"a"}));
  told.add("staying where it does not stand", placed_by<places_always<kind::stay, 0>>({"a"}));
  told.check();
}

}  // namespace texts_test
