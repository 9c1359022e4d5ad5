// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/privileges.hpp>
#include <linchpin/testing/verb.hpp>

#include "kernel/capability_needs.hpp"
#include "testing/fake/load.hpp"
#include "testing/fake/machine_state.hpp"
#include "testing/fake/map_contents.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::testing {

class call_observer;

namespace fake {

/// A held advisory lock of a store directory. It belongs to the open file, which a forked child
/// shares: it ends with the last handle of it.
struct lock_hold final : object {
  lock_hold(machine_state& on, std::uint64_t directory, int pid)
      : machine(on), inode(directory), holder(pid) {
    machine.locks[inode] = pid;
  }
  ~lock_hold() override { machine.locks.erase(inode); }
  machine_state& machine;
  std::uint64_t inode;
  int holder;
};

struct process_state final : map_finder {
  explicit process_state(machine_state& on)
      : machine(on), pid(++on.last_pid), netns(on.first_netns()) {}

  machine_state& machine;
  int pid;
  std::uint64_t netns;
  bool may_open_by_id = true;
  thread_privileges privileges{answer::yes(), answer::yes(), answer::yes(), false, false, 0,
                               answer::yes()};
  bool alive = true;
  // Beyond what can be a descriptor: a system call on a handle of this kernel says EBADF.
  int last_number = 1 << 30;
  std::map<int, user_ref> handles;
  call_counts calls;
  call_observer* observer = nullptr;

  int open(std::shared_ptr<object> what) {
    handles.emplace(++last_number, user_ref{std::move(what)});
    return last_number;
  }

  template <class Kind>
  [[nodiscard]] std::shared_ptr<Kind> find(int number) const {
    const auto found = handles.find(number);
    return found == handles.end() ? nullptr : as<Kind>(found->second.get());
  }

  /// What is attached by a handle: a program, or a struct_ops map as one; null for anything else.
  [[nodiscard]] std::shared_ptr<program> attachable(handle_ref which) const;
  /// As the live kernel, which opens a target that is a map, by its id where nobody holds it.
  [[nodiscard]] result<void> check_map(std::string_view operation, const attach_point& at) const;

  /// A path that goes through a lock, as the machine knows it; any other path as it is.
  /// returns: nothing when the lock's directory was removed, or there is no such lock.
  [[nodiscard]] std::optional<std::string> real_path(const std::string& path) const;

  /// errors: permission_denied, for what this process is known not to have.
  [[nodiscard]] result<void> check_privileges(
      std::string_view operation, std::string_view subject,
      const linchpin::detail::capability_needs& asked) const;

  /// As the live kernel, which asks by ifindex in the netns that the target names, or in the calling
  /// thread's.
  [[nodiscard]] result<void> check_netns(std::string_view operation, const attach_point& at) const;

  /// errors: permission_denied for another netns than its own without CAP_SYS_ADMIN
  [[nodiscard]] result<void> check_visit(std::string_view operation, std::string_view subject,
                                         std::uint64_t there) const;

  [[nodiscard]] std::shared_ptr<map> find_map(int number) const override {
    return find<map>(number);
  }
  [[nodiscard]] bool may_read_layouts() const override { return may_open_by_id; }
};

}  // namespace fake
}  // namespace linchpin::testing
