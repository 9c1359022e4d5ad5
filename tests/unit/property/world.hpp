// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../../support/property/desired.hpp"
#include "../../support/property/order_rules.hpp"

#include <linchpin/testing/fake_machine.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

// What happens around the service in the property test, and what the test knows of it without asking
// the library: which names mean which devices, who else stands where, what ours were last known to be.
namespace property {

/// Which of a hook's mechanisms this machine has.
struct machine_kind {
  const char* name;
  bool tcx;
  bool cgroup_order;
};

/// A place where a chain is: what kind of hook, and the device, cgroup or netns by its number.
struct chain_key {
  std::string family;
  linchpin::target_identity on;

  friend bool operator<(const chain_key& left, const chain_key& right) {
    return std::tie(left.family, left.on.id) < std::tie(right.family, right.on.id);
  }
};

class world {
 public:
  world(machine_kind kind, chooser& chance);

  [[nodiscard]] linchpin::testing::fake_machine& machine() { return machine_; }
  [[nodiscard]] const machine_kind& kind() const { return kind_; }
  [[nodiscard]] const std::vector<hook_choice>& hooks() const { return hooks_; }
  static std::vector<object_choice> objects();

  /// Something that others do. returns: what, for the log.
  std::string outside_event();
  /// An interface goes to another network namespace, or comes back from there.
  std::string move_away_or_back();
  /// The interfaces that are in another network namespace, by their numbers.
  [[nodiscard]] std::vector<std::uint64_t> out_of_sight() const;
  /// Every name means an interface again, and no stranger is left at a hook that takes one program.
  void put_back();

  /// A stranger comes to one of the hooks; nullopt where there is no room for one.
  std::optional<linchpin::program_id> add_stranger(const hook_choice& at, const std::string& name);

  /// What the name of a hook's target means now.
  [[nodiscard]] std::optional<linchpin::target_identity> resolve(
      const linchpin::any_hook& hook) const;
  /// Whether that device, cgroup or netns is still there, whatever its name.
  [[nodiscard]] bool exists(const linchpin::target_identity& which) const;

  [[nodiscard]] linchpin::attach_point point(const chain_key& at) const;
  /// The programs at a place, raw from the machine.
  [[nodiscard]] std::vector<linchpin::program_id> raw(const chain_key& at) const {
    return machine_.run(point(at));
  }
  /// Whether the kernel can put a program anywhere but at the end there.
  [[nodiscard]] bool has_order(std::string_view family) const;
  /// Whether its attachments are links there.
  [[nodiscard]] bool has_links(std::string_view family) const;

  /// Names of strangers' programs, those that they put into our links included.
  [[nodiscard]] const std::map<linchpin::program_id, std::string>& strangers() const {
    return strangers_;
  }
  /// Programs of strangers inside links of ours, and whose links.
  std::map<linchpin::program_id, std::string> intruders;

  /// Every place that is there now and that any hook could mean.
  [[nodiscard]] std::vector<chain_key> places() const;

  /// Links of ours that outside events may reach for.
  struct our_link {
    linchpin::link_id id;
    std::string component;
  };
  std::vector<our_link> our_links;

 private:
  std::string let_stranger_come();
  std::string let_stranger_leave();
  /// Somebody puts a program of his own into a link of ours.
  std::string let_intruder_in();
  /// Somebody removes the pin of a link, or detaches the link.
  std::string disturb_pin();
  std::string detach_by_force(linchpin::kernel& somebody, const std::string& path);
  std::string rename_or_recreate();
  void identify(const std::string& interface);
  /// The strangers at a target that is gone go with it.
  void drop(const linchpin::target_identity& which);
  void add_filter_beside(const chain_key& at);

  machine_kind kind_;
  chooser& chance_;
  linchpin::testing::fake_machine machine_;
  std::vector<hook_choice> hooks_;
  std::map<std::string, linchpin::target_identity> interfaces_;
  linchpin::target_identity far_{};  ///< of the interface in the namespace that hooks name
  std::map<std::string, linchpin::target_identity> cgroups_;
  std::map<std::string, linchpin::target_identity> moved_;  ///< in another network namespace
  struct stranger_place {
    linchpin::program_id program;
    chain_key at;
  };
  std::vector<stranger_place> standing_;
  std::map<linchpin::program_id, std::string> strangers_;
};

}  // namespace property
