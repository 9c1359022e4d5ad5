// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../property/world.hpp"

#include <linchpin/kernel/kernel.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace simulation {

/// Whose a program is: which service loaded it, for which component, and with which others.
struct program_owner {
  std::size_t service = 0;
  std::string component;
  std::uint64_t load = 0;
};

/// A component that must run at a place at every instant, as long as it does when somebody acts.
struct no_gap_at {
  property::chain_key place;
  std::string component;
};

/// Who owns which program, written down when it is loaded, and what ran at each place when it was last
/// looked at. What runs is read raw from the machine, the library is never asked.
class ledger {
 public:
  explicit ledger(property::world& around);

  void note_load(std::size_t service, const linchpin::loaded_object& made);
  void note_attach(std::size_t service, linchpin::link_id link) { links_[link] = service; }
  /// The links of services that are there, for strangers to reach for.
  void tell_links();

  /// After a stranger did something: what is there is what must be left alone from here on.
  void look_again();
  /// After a service did something.
  /// returns: nothing, or what of somebody else's is different, or where one of its own components does
  ///   not run any more that must.
  [[nodiscard]] std::optional<std::string> check(std::size_t service,
                                                 const std::vector<no_gap_at>& no_gaps);
  [[nodiscard]] bool runs(std::size_t service, const no_gap_at& where) const;
  /// returns: nothing, or which component of the service runs programs of two generations.
  [[nodiscard]] std::optional<std::string> mixed(std::size_t service) const;

  /// Moves when a name of a target comes to mean another one, or none, and when a pin is taken away:
  /// then something of a service may end without its doing.
  void note_disturbance() noexcept { ++disturbances_; }
  [[nodiscard]] std::uint64_t disturbances() const noexcept { return disturbances_; }

  struct place {
    property::chain_key key;
    linchpin::attach_point at;
    std::vector<linchpin::program_id> ran;
  };
  [[nodiscard]] const std::vector<place>& places() const noexcept { return places_; }
  [[nodiscard]] const program_owner* owner(linchpin::program_id which) const;
  /// A chain as `broken_rule` wants it: what the service owns is ours.
  [[nodiscard]] property::chain_of chain_for(std::size_t service, const place& at) const;
  [[nodiscard]] std::string text(const std::vector<linchpin::program_id>& chain) const;

  /// A target whose programs may be of an older generation: it was where its service could not reach it.
  void note_out_of_reach(std::uint64_t target) { out_of_reach_[target] = ~std::uint64_t{0}; }
  /// A service has changed all that it can reach; it has one bit for each service.
  void note_reached(std::size_t service);

 private:
  /// The programs of a chain that a service may not touch.
  [[nodiscard]] std::vector<linchpin::program_id> of_others(
      std::size_t service, const std::vector<linchpin::program_id>& chain) const;
  /// returns: nothing, or what a service did wrong at a place whose chain has changed
  [[nodiscard]] std::optional<std::string> check_place(std::size_t service, const place& at,
                                                       const std::vector<linchpin::program_id>& now,
                                                       const std::vector<no_gap_at>& no_gaps) const;
  [[nodiscard]] bool among(std::size_t service, const std::string& component,
                           const std::vector<linchpin::program_id>& chain) const;
  [[nodiscard]] bool may_change(std::size_t service, linchpin::program_id which) const;

  property::world& around_;
  std::map<linchpin::program_id, program_owner> owners_;
  std::map<linchpin::link_id, std::size_t> links_;
  std::map<std::uint64_t, std::uint64_t> out_of_reach_;
  std::vector<place> places_;
  std::vector<std::optional<linchpin::target_identity>> meanings_;
  std::uint64_t disturbances_ = 0;
  std::uint64_t loads_ = 0;
};

}  // namespace simulation
