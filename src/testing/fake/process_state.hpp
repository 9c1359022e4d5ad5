// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/testing/verb.hpp>

#include "testing/fake/load.hpp"
#include "testing/fake/machine_state.hpp"
#include "testing/fake/map_contents.hpp"

#include <map>
#include <memory>
#include <string>

namespace linchpin::testing {

class call_observer;

namespace fake {

/// A held advisory lock of a store directory.
struct lock_hold final : object {
  lock_hold(machine_state& on, std::string directory, int pid)
      : machine(on), path(std::move(directory)) {
    machine.locks[path] = pid;
  }
  ~lock_hold() override { machine.locks.erase(path); }
  machine_state& machine;
  std::string path;
};

struct process_state final : map_finder {
  explicit process_state(machine_state& on) : machine(on), pid(++on.last_pid) {}

  machine_state& machine;
  int pid;
  bool alive = true;
  int last_number = 2;
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

  [[nodiscard]] std::shared_ptr<map> find_map(int number) const override {
    return find<map>(number);
  }
};

}  // namespace fake
}  // namespace linchpin::testing
