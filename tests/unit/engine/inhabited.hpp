// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/hook/families.hpp>

#include <algorithm>

#include "gate.hpp"

// A network namespace in which processes live, whatever becomes of its path.
namespace engine_test {

/// An interface "eth0" in such a namespace.
struct inhabited_space : scene {
  explicit inhabited_space(place where) : scene{where}, inode{add_netns(blue)} {
    add_interface("eth0", blue);
    inhabit_netns(blue);
  }

  [[nodiscard]] std::size_t running_there() const {
    const auto how =
        where == place::clsact ? linchpin::hook::clsact_filter : linchpin::hook::tcx_link;
    return run(point(how, attach_type::tcx_ingress, "eth0", blue)).size();
  }
  void lose_path() { remove_netns(blue); }
  void find_path() { name_netns(blue, inode); }

  linchpin::netns_inode inode;
};

inline linchpin::desired_component far_gate(
    std::span<const std::byte> object = bpf_objects::guard()) {
  linchpin::desired_component made{"gate", elf(object)};
  made.attach("guard_in", linchpin::hook::tcx_ingress{"eth0", blue});
  return made;
}

inline place by_link_or_filter() {
  return GENERATE(place::tcx, place::clsact);
}

inline bool tells_of_netns(const std::vector<std::string>& lines) {
  return std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find("in another network namespace") != std::string::npos;
  });
}

}  // namespace engine_test
