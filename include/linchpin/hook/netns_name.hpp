// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>

#include <string>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// Which network namespace a hook is in, by the path of its file. The calling thread's own unless
/// somebody says otherwise.
///
/// A path is a label: what it leads to is looked at with every plan, and compared with what it led to
/// when the program was attached. Two names of one namespace name one hook.
///
/// ownership: does not keep the namespace alive
/// threads: as a value
/// source: namespaces(7), "The /proc/pid/ns/ directory"
class netns_name {
 public:
  /// The calling thread's own.
  netns_name() = default;
  /// As `path`, for whoever writes the path alone.
  netns_name(std::string path) : file_(std::move(path)) {}
  netns_name(const char* path) : file_(path) {}

  /// The calling thread's own.
  [[nodiscard]] static netns_name own() { return {}; }
  /// \param path of the file, from the root: "/run/netns/blue"; empty for the calling thread's own
  [[nodiscard]] static netns_name path(std::string path) { return {std::move(path)}; }
  /// The one that a process is in. Once the process has ended, nothing is there; afterwards its number may
  /// be given to another one.
  [[nodiscard]] static netns_name of_process(int pid) {
    return {"/proc/" + std::to_string(pid) + "/ns/net"};
  }
  /// The one that a descriptor holds open. It must stay open while a desired state that names it is in
  /// use. A later process has no such descriptor: it names the namespace anew.
  [[nodiscard]] static netns_name of_descriptor(fd_ref open) {
    return {"/proc/self/fd/" + std::to_string(open.native())};
  }

  /// The path of its file; empty for the calling thread's own.
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

  friend bool operator==(const netns_name&, const netns_name&) = default;

 private:
  std::string file_;
};

}  // namespace linchpin
