// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>

#include "../../support/u32_filter.hpp"
#include "stage.hpp"

// Our filters among somebody's u32 filters, which no chain lists.

using namespace live_engine;
using linchpin::desired_component;

namespace {

constexpr std::uint16_t first_number = 32768;  // of the first filter at a hook

desired_component numbered(const stage& here, const char* name, int priority) {
  desired_component made{name,
                         linchpin::object_source::memory("turnstile", bpf_objects::turnstile())};
  made.attach("ts_in", here.ingress()).priority(priority);
  return made;
}

std::vector<std::string> names(stage& here, linchpin::orchestrator_core& edge) {
  std::map<linchpin::program_id, std::string> known;
  for (const auto& component : must(edge.status()).components)
    known.emplace(component.attachments.front().running, component.name);
  std::vector<std::string> found;
  for (const auto id : here.chain(here.ingress())) found.push_back(known[id]);
  return found;
}

}  // namespace

TEST_CASE("filters have the numbers that the plan says, among u32 filters",
          "[kernel][engine][tc_priority]") {
  stage here;
  here.filters = true;
  auto edge = here.open<on_filters>();
  must(edge.apply({numbered(here, "a", 1)}));
  const auto at = here.at(here.ingress());
  const auto interface = static_cast<std::uint32_t>(at.identity.id);
  REQUIRE(must(here.kernel.query(at)).entries.front().tc_priority == first_number);
  // Two numbers behind ours are theirs, and the third is a stranger's program: there is no room between.
  for (const int taken : {1, 2})
    footing::add_u32_filter(interface, at.type, static_cast<std::uint16_t>(first_number + taken));
  linchpin::anchor behind;
  behind.tc_priority = first_number + 3;
  const linchpin::handle theirs{
      here.kernel,
      footing::load_verdict(BPF_PROG_TYPE_SCHED_CLS, bpf_attach_type{}, -1, "lpe_other")};
  must(here.kernel.attach(at, theirs.ref(), behind));

  const std::vector desired{numbered(here, "a", 1), numbered(here, "b", 2)};
  const auto plan = must(edge.plan(desired));
  INFO(plan.text());
  CHECK(plan.text().find("leaves no room") != std::string::npos);
  must(edge.apply(plan));
  CHECK(names(here, edge) == std::vector<std::string>{"a", "b", ""});
  std::vector<std::uint16_t> planned;
  for (const auto& step : plan.steps()) {
    if (step.kind == linchpin::step_kind::attach_program)
      planned.push_back(plan.places().at(step.place).tc_priority);
  }
  for (const auto priority : planned) {
    const auto entries = must(here.kernel.query(at)).entries;
    CHECK(std::any_of(entries.begin(), entries.end(),
                      [&](const auto& entry) { return entry.tc_priority == priority; }));
  }
  CHECK_FALSE(planned.empty());
  CHECK(must(edge.plan(desired)).empty());
  CHECK(must(here.kernel.query(at)).other_priorities.size() == 2);
}

TEST_CASE(
    "a number that a u32 filter takes after the plan was made is a conflict, and then another",
    "[kernel][engine][tc_priority]") {
  stage here;
  here.filters = true;
  auto edge = here.open<on_filters>();
  must(edge.apply({numbered(here, "a", 1)}));
  const std::vector desired{numbered(here, "a", 1), numbered(here, "b", 2)};
  const auto plan = must(edge.plan(desired));
  std::uint16_t chosen = 0;
  for (const auto& step : plan.steps()) {
    if (step.kind == linchpin::step_kind::attach_program)
      chosen = plan.places().at(step.place).tc_priority;
  }
  REQUIRE(chosen != 0);
  const auto at = here.at(here.ingress());
  footing::add_u32_filter(static_cast<std::uint32_t>(at.identity.id), at.type, chosen);
  const auto before = must(here.kernel.query(at));
  const auto told = refused(edge.apply(plan));
  INFO(told.message());
  CHECK(told.is(linchpin::outcome::rolled_back));
  CHECK(told.retryable());
  CHECK(must(here.kernel.query(at)) == before);
  must(edge.apply(desired));
  CHECK(names(here, edge) == std::vector<std::string>{"a", "b"});
  CHECK(must(edge.plan(desired)).empty());
}
