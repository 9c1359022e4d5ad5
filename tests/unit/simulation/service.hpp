// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../../support/property/desired.hpp"

#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/testing/fake_kernel.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "acting_kernel.hpp"
#include "policy_mix.hpp"
#include "stage.hpp"

namespace simulation {

/// One service with a store, a policy set and a desired state of its own, whose process dies at times
/// and comes back.
class service final : public call_listener {
 public:
  /// \param services how many there are: each exclusive hook is one's only
  service(stage& on, std::size_t number, std::size_t services, const policy_mix& policies);

  /// What its coroutine does: operations at whose calls others act, faults strike, and death comes.
  void live(std::size_t operations);

  /// Asks once for its desired state, undisturbed.
  /// returns: whether nothing was left to do. A refusal is a failure of the schedule.
  bool settle();
  void remove_everything();
  void end();

  /// Fails the schedule unless exactly what is desired runs, in the order of the policy.
  void check_places();
  [[nodiscard]] const property::desired_state& desired() const noexcept { return desired_; }
  [[nodiscard]] const policy_mix& policies() const noexcept { return policies_; }

  void before_call() override;
  void after_call(linchpin::testing::verb which) override;
  void note_load(const linchpin::loaded_object& made) override;
  void note_attach(linchpin::link_id link) override;
  [[nodiscard]] bool traced() const override { return stage_.traced(); }
  void trace(const std::string& line) override { say(line); }

 private:
  struct process {
    explicit process(stage& on, service& of)
        : own(on.around.machine()), faulty(own), kernel(faulty, of) {}
    linchpin::testing::fake_kernel own;
    linchpin::testing::faulty_kernel faulty;
    acting_kernel kernel;
    std::optional<linchpin::orchestrator_core> edge;
  };
  using wanted_places = std::set<std::pair<std::size_t, std::string>>;  ///< hook, component

  void say(const std::string& line);
  void fail(const std::string& why);
  void operate();
  void arm_fault();
  bool start();
  void begin();
  void finish(const linchpin::result<linchpin::apply_report>& outcome, bool whole_state);
  void change_desired();
  void change();
  void remove_one();
  void look();
  void open_twice();
  void check_done();
  /// The desired state without programs that take a place among strangers which this kernel cannot give.
  linchpin::result<linchpin::plan> plan_undisturbed();
  void give_up_orders();
  bool give_up_taken_hooks();
  /// After an undisturbed apply that was not done: fails the schedule unless the failure is explained.
  void answer_failure(const linchpin::error& why);
  struct wishes {
    /// The priority of each component at each place.
    std::map<property::chain_key, std::map<std::string, int>> at;
    std::set<std::string> astray;  ///< components of which a hook has no target now
  };
  [[nodiscard]] wishes places_asked_for() const;
  void check_place(const ledger::place& place, const wishes& wanted);
  /// returns: whether there was one.
  bool give_up_what_is_not_ours();
  [[nodiscard]] bool runs_intruder(const std::string& path) const;
  linchpin::result<linchpin::plan> plan();
  [[nodiscard]] wanted_places wanted() const;
  [[nodiscard]] std::optional<property::chain_key> place_of(std::size_t hook) const;
  void check();
  void check_before_others();
  void bury();
  /// Its process ends: what is not pinned may stop running.
  void lose_what_is_not_pinned();

  stage& stage_;
  std::size_t number_;
  const policy_mix& policies_;
  std::string root_;
  property::desired_state desired_;
  std::vector<property::wanted_component> last_good_;
  std::unique_ptr<process> process_;

  [[nodiscard]] bool something_waits() const;

  bool unfinished_ = false;  ///< a change was cut short, or waits
  wanted_places sure_;       ///< wanted ever since the last change that succeeded
  std::vector<no_gap_at> no_gaps_;
  std::uint64_t disturbances_ = 0;
  std::uint64_t own_acts_ = 0;
  std::uint64_t others_acts_ = 0;  ///< when the operation began
};

}  // namespace simulation
