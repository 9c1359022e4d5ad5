// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "stage.hpp"

#include "cgroup_v1_count.bpf.hpp"
#include "cgroup_v2_count.bpf.hpp"
#include "tcx_v1_count.bpf.hpp"
#include "tcx_v2_count.bpf.hpp"

#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/tcx.hpp>

#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "store/journal.hpp"
#include "store/manifest.hpp"
#include "store/record_bytes.hpp"

namespace bench {

using linchpin::error;

namespace {

// As long as the one that linchpin writes for an upgrade: both generations, and every step.
linchpin::journal journal_of_upgrade(const linchpin::manifest& index,
                                     const linchpin::component_record& running) {
  constexpr std::size_t steps_besides_hooks = 3;  // pin, remove the former generation, record
  linchpin::journal made{index.serial,
                         linchpin::journal_phase::intent,
                         index.policies,
                         {{"bench", true, true, running, {running.generations.front()}}},
                         {}};
  made.steps.resize(running.attachments.size() + steps_besides_hooks);
  return made;
}

void expect(int got, std::string_view what) {
  if (got != 0) linchpin::result<void>{error::from_errno(-got, what, "hand-written")}.value();
}

}  // namespace

stage::stage(hand_hook_kind kind, std::size_t hooks)
    : kind_(kind), count_(hooks), box_(linchpin::testing::sandbox::enter("bench").value()) {
  make_targets();
  orchestrator_.emplace(loose_orchestrator<>::open(box_.bpffs() + "/ours").value());
  components_.push_back(desired());
  apply(plan());
  start_hand_written();
}

stage::~stage() {
  hand_end(hand_);
}

void stage::make_targets() {
  for (std::size_t i = 0; i < count_; ++i) {
    ours_.push_back(fmt::format("ours{}", i));
    hands_.push_back(fmt::format("hand{}", i));
    if (kind_ == HAND_TCX_INGRESS) {
      pairs_.push_back(linchpin::testing::veth_pair::make({ours_.back()}, {hands_.back()}).value());
    } else {
      ours_.back() = box_.make_cgroup(ours_.back()).value();
      hands_.back() = box_.make_cgroup(hands_.back()).value();
    }
  }
}

std::span<const std::byte> stage::object() const {
  if (kind_ == HAND_TCX_INGRESS) {
    return version_ == 1 ? bpf_objects::tcx_v1_count() : bpf_objects::tcx_v2_count();
  }
  return version_ == 1 ? bpf_objects::cgroup_v1_count() : bpf_objects::cgroup_v2_count();
}

linchpin::desired_component stage::desired() const {
  linchpin::desired_component made{"bench", linchpin::object_source::memory("bench", object())};
  for (const auto& target : ours_) {
    if (kind_ == HAND_TCX_INGRESS) {
      made.attach("count_packets", linchpin::hook::tcx_ingress{target});
    } else {
      made.attach("count_packets", linchpin::hook::cgroup_skb_ingress{target});
    }
  }
  return made;
}

void stage::start_hand_written() {
  const std::string root = box_.bpffs() + "/hand";
  if (::mkdir(root.c_str(), 0700) != 0) expect(-errno, "make directory");
  linchpin::live_kernel kernel;
  const auto manifest = kernel.read_blob(box_.bpffs() + "/ours/manifest").value().value();
  const auto record = kernel.read_blob(box_.bpffs() + "/ours/bench/record").value().value();
  const auto journal = linchpin::encode(journal_of_upgrade(
      linchpin::decode_manifest(manifest).value(), linchpin::decode_component(record).value()));
  std::vector<const char*> targets;
  for (const auto& target : hands_) targets.push_back(target.c_str());
  const hand_setup setup{root.c_str(),    kind_,           targets.data(), count_,
                         object().data(), object().size(), record.size(),  journal.size()};
  expect(hand_start(&setup, &hand_), "start");
}

void stage::next() {
  version_ = 3 - version_;
  components_.front() = desired();
}

linchpin::plan stage::plan() {
  return orchestrator_->plan(components_).value();
}

void stage::apply(linchpin::plan&& what) {
  orchestrator_->apply(std::move(what)).value();
}

void stage::hand_observe() {
  expect(::hand_observe(hand_), "observe");
}

void stage::hand_plan() {
  expect(::hand_open(hand_, object().data(), object().size()), "open");
  hand_observe();
}

void stage::hand_upgrade() {
  expect(::hand_upgrade(hand_), "upgrade");
}

}  // namespace bench
