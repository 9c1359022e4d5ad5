// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/kernel/kernel.hpp>

#include <functional>
#include <memory>
#include <string>

namespace conformance {

/// What the suite runs on: a kernel and a world around it in which targets can come and go. The unit
/// executable has one in memory, the kernel executable one in a sandbox.
class ground {
 public:
  ground() = default;
  ground(const ground&) = delete;
  ground& operator=(const ground&) = delete;
  virtual ~ground() = default;

  [[nodiscard]] virtual linchpin::kernel& kernel() = 0;
  /// Another kernel object on the same kernel: for what two holders do to each other.
  [[nodiscard]] virtual linchpin::kernel& other() = 0;
  /// The number by which a busy lock names the holder behind `kernel()`.
  [[nodiscard]] virtual int pid() const = 0;

  /// Holds something open for as long as the kernel is there.
  [[nodiscard]] virtual linchpin::handle_ref keep(linchpin::handle what) = 0;

  /// An empty place for pins on a bpffs, not made yet, without a slash at the end.
  [[nodiscard]] virtual std::string pins() const = 0;

  /// effects: makes an interface that takes XDP in both modes. returns: its name.
  virtual std::string add_interface() = 0;
  virtual void remove_interface(const std::string& name) = 0;
  virtual void rename_interface(const std::string& from, const std::string& to) = 0;
  /// effects: it goes to a network namespace in which neither kernel() nor other() is.
  virtual void move_interface_away(const std::string& name) = 0;
  /// returns: its path, or nothing where there is no cgroup2.
  virtual std::string add_cgroup() = 0;
  virtual void remove_cgroup(const std::string& path) = 0;
  /// returns: the path of a child of that cgroup.
  virtual std::string add_cgroup_below(const std::string& path) = 0;
  /// effects: somebody else attaches a program at a connect4 hook to be the only one there.
  /// \param closes_below nobody may attach below either
  virtual linchpin::program_id add_sole_program(const linchpin::attach_point& at,
                                                bool closes_below) = 0;

  /// What somebody else does to directories: rm -rf, and rename(2).
  virtual void remove_tree(const std::string& path) = 0;
  virtual void rename_path(const std::string& from, const std::string& to) = 0;

  using trial = std::function<bool(linchpin::kernel&)>;
  /// What comes of a trial in a forked child of the process behind kernel(): it holds copies of all
  /// handles under the same numbers, until it ends with the trial.
  [[nodiscard]] virtual bool holds_in_child(const trial& holds) = 0;
  /// As `holds_in_child`, with CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON as its only capabilities.
  [[nodiscard]] virtual bool holds_without_sys_admin(const trial& holds) = 0;

  /// Whether the object exists, looked at after what was let go of has had a grace period to go.
  [[nodiscard]] virtual bool is_alive(linchpin::program_id which) const = 0;
  [[nodiscard]] virtual bool is_alive(linchpin::map_id which) const = 0;
  [[nodiscard]] virtual bool is_alive(linchpin::link_id which) const = 0;
  /// Whether the object is gone, or goes within a while: kernels free from a work queue.
  [[nodiscard]] virtual bool ends(linchpin::program_id which) const = 0;
  [[nodiscard]] virtual bool ends(linchpin::map_id which) const = 0;
  [[nodiscard]] virtual bool ends(linchpin::link_id which) const = 0;
};

/// Skips the test when the world is not to be had.
[[nodiscard]] std::unique_ptr<ground> make_ground();

}  // namespace conformance
