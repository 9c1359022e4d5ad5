// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../../support/property/way.hpp"

#include <linchpin/testing/fake_kernel.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "world.hpp"

// Random transitions of one service between random desired states, in a world that does what it
// pleases.
namespace property {

class no_gap;

/// What the test expects to stand where, by component.
using expectation = std::map<chain_key, std::set<std::string>>;

/// How transitions ended.
struct tally {
  unsigned applied = 0;
  unsigned changed = 0;
  unsigned refused = 0;
};

/// Compares the raw chains and objects of the machine with what must be there, after every transition.
/// A broken property fails the test, and says how to replay it.
class run {
 public:
  run(std::uint64_t seed, const policy_choice& policies, const machine_kind& kind);

  tally go(std::uint64_t steps);

 private:
  [[noreturn]] void fail(const std::string& why);
  template <class T>
  T must(linchpin::result<T> outcome, const char* what) {
    if (!outcome) fail(std::string{what} + ": " + outcome.error().message());
    if constexpr (!std::is_void_v<T>) return *std::move(outcome);
  }

  void reopen();
  void step(tally& counted);
  /// Others do something, the process may be killed, and the desired state changes.
  void let_things_happen();
  void carry_out(const linchpin::plan& planned, const std::map<chain_key, chain_of>& before,
                 const expectation& wanted);

  /// Every chain as it is, with what the test knows of who stands there.
  std::map<chain_key, chain_of> look() const;
  stander who(linchpin::program_id id) const;
  /// Which components must stand where when the desired state has been applied: a name means what it
  /// means now; one that means nothing keeps what stands, as long as its target is there.
  expectation expect();
  void watch_staying(const std::map<chain_key, chain_of>& before, const expectation& wanted,
                     no_gap& watch) const;
  /// Who owns which program and which link, as status tells it.
  void learn(const linchpin::status& status);
  int priority_of(const std::string& component, const chain_key& place) const;

  // What stands in the way of a hook that is asked for.
  struct obstacles {
    bool missing = false, taken = false, claimed = false, unordered = false, exclusive = false;
  };
  [[nodiscard]] obstacles obstacles_at(const std::string& component, const wanted_hook& at,
                                       const std::map<chain_key, chain_of>& before) const;
  void check_refusal(const linchpin::error& told, const std::map<chain_key, chain_of>& before);
  void settle(const std::map<chain_key, chain_of>& before, const expectation& wanted,
              const linchpin::plan& planned);
  /// What is asked for, and what is planned, reads back from its text.
  void check_texts(const std::vector<linchpin::desired_component>& asked,
                   const linchpin::plan_form& planned);
  void check_chains(const std::map<chain_key, chain_of>& before, const expectation& wanted);
  void check_plan_chains(const linchpin::plan& planned);
  void check_counts(const expectation& wanted);

  policy_choice policies_;
  std::uint64_t seed_;
  std::uint64_t step_ = 0;
  unsigned refused_in_a_row_ = 0;
  chooser chance_;
  world around_;
  desired_state desired_;
  std::unique_ptr<linchpin::testing::fake_kernel> kernel_;
  std::optional<linchpin::orchestrator_core> edge_;
  std::vector<std::string> log_;

  std::map<linchpin::program_id, std::string> owners_;
  std::map<std::pair<std::string, std::size_t>, linchpin::target_identity> attached_;
  std::map<std::pair<std::string, std::size_t>, linchpin::target_identity> next_attached_;
  std::size_t gone_ = 0;    ///< desired hooks whose target is not there any more
  std::size_t astray_ = 0;  ///< those and the ones whose target goes by another name
};

}  // namespace property
