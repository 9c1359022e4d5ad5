// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../../support/property/way.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "live_world.hpp"

namespace live_engine {

/// Random transitions of one service, while others come, go and change its links. After every one the
/// chains are compared with what must stand there. A broken property fails the test, and says how to
/// replay it.
class live_run {
 public:
  live_run(std::uint64_t seed, const property::policy_choice& policies, bool interfaces);

  /// returns: how many transitions changed something
  unsigned go(std::uint64_t steps);

 private:
  using picture = std::vector<property::chain_of>;  // by hook

  [[noreturn]] void fail(const std::string& why);
  void reopen();

  std::string outside_event();
  std::string let_stranger_come();
  /// Somebody puts a program of his own into a link of ours.
  std::string let_intruder_in();
  /// Somebody removes the pin of a link, or detaches the link.
  std::string disturb_pin();
  /// A link that nobody holds is detached by the kernel a moment after its pin has gone.
  std::string remove_pin(const std::string& path);
  static std::string detach_by_force(const std::string& path);
  void step();
  void settle(const picture& before, const std::vector<linchpin::desired_component>& components);

  property::stander who(std::uint32_t id) const;
  picture look() const;
  static std::string text(const picture& all);
  void learn(const linchpin::status& status);

  void check_chains(const picture& before);
  /// Objects of the fixtures by their ids: the kernel frees them when it pleases, so it is waited for.
  void check_counts();

  property::policy_choice policies_;
  std::uint64_t seed_;
  std::uint64_t step_ = 0;
  property::chooser chance_;
  live_world around_;
  property::desired_state desired_;
  std::optional<linchpin::orchestrator_core> edge_;
  std::vector<std::string> log_;
  std::map<std::uint32_t, std::string> owners_;
  std::vector<std::tuple<std::uint32_t, std::string, std::size_t>> links_;
  unsigned changed_ = 0;
};

}  // namespace live_engine
