// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_image.hpp>
#include <linchpin/hook/any_hook.hpp>
#include <linchpin/kernel/live_kernel.hpp>
#include <linchpin/testing/sandbox.hpp>
#include <linchpin/testing/veth.hpp>

#include <optional>
#include <string>
#include <vector>

/// One way to realise one family.
struct hook_case {
  const linchpin::hook_family* family;
  linchpin::mechanism how;

  [[nodiscard]] std::string text() const;
};

/// Every family through every mechanism of its own.
[[nodiscard]] std::vector<hook_case> hook_cases();
/// Those that a kernel lists and that are not known to be missing here. What is missing shows in the support matrix.
[[nodiscard]] std::vector<hook_case> hook_cases_here();

/// A place in the running kernel for one family, and programs to put there, in a sandbox of its own.
///
/// Every failure on the way ends the test.
class hook_ground {
 public:
  explicit hook_ground(const hook_case& which);

  linchpin::live_kernel kernel;

  [[nodiscard]] const linchpin::attach_point& at() const noexcept { return at_; }
  [[nodiscard]] linchpin::hook_abilities claims();

  struct program {
    linchpin::handle handle;
    linchpin::program_id id;
  };
  /// A fresh copy of the program made for a family, by default this one's.
  [[nodiscard]] program load(const linchpin::hook_family& wanted);
  [[nodiscard]] program load() { return load(*family_); }

  [[nodiscard]] linchpin::attachment attach(const program& what,
                                            const linchpin::anchor& where = {});
  [[nodiscard]] linchpin::result<void> update(const linchpin::attachment& where,
                                              const program& expected, const program& next);
  /// The ids of the programs in run order.
  [[nodiscard]] std::vector<linchpin::program_id> chain();
  /// effects: deletes the interface, the cgroup or the map.
  void remove_target();

 private:
  program load_algorithm();

  const linchpin::hook_family* family_;
  linchpin::mechanism how_;
  linchpin::testing::sandbox box_;
  std::optional<linchpin::testing::veth_pair> veth_;
  linchpin::handle map_;
  linchpin::attach_point at_;
};
