// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../../support/property/desired.hpp"
#include "../../support/property/order_rules.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "stage.hpp"

// What happens around the service in the property test on the running kernel, done and seen by bpf(2).
namespace live_engine {

class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int number) : number_(number) {}
  descriptor(descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~descriptor();
  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_ = -1;
};

/// A cgroup below the stage's own, so that two have the same kinds of hooks.
class child_cgroup {
 public:
  explicit child_cgroup(std::string path);
  child_cgroup(const child_cgroup&) = delete;
  child_cgroup& operator=(const child_cgroup&) = delete;
  ~child_cgroup();
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

class live_world {
 public:
  /// \param interfaces whether components may also ask for hooks of the interface
  explicit live_world(bool interfaces);

  [[nodiscard]] const std::vector<property::hook_choice>& hooks() const { return hooks_; }
  static std::vector<property::object_choice> objects();

  /// The programs of a hook in run order, asked from the kernel itself.
  [[nodiscard]] std::vector<std::uint32_t> raw(const linchpin::any_hook& hook) const;
  /// Whether a program that is attached may name its place on this kernel.
  [[nodiscard]] bool has_order(std::string_view family);
  /// How many programs stand at all hooks.
  [[nodiscard]] std::size_t standing() const;

  /// A stranger comes to a hook; nullopt where there is no room for one.
  std::optional<std::uint32_t> add_stranger(std::size_t index, const char* name);
  /// returns: which one left; nullopt where there is none
  std::optional<std::uint32_t> remove_stranger(property::chooser& chance);
  /// Puts a program of a stranger into a link of ours; nullopt where that link is gone.
  std::optional<std::uint32_t> intrude(std::uint32_t link, const std::string& component,
                                       std::size_t hook);

  /// Names of strangers' programs, those that they put into our links included.
  [[nodiscard]] const std::map<std::uint32_t, std::string>& strangers() const { return strangers_; }
  std::map<std::uint32_t, std::string> intruders;  ///< in whose link

  stage here;

 private:
  struct stranger_program {
    descriptor program, link;
    std::size_t hook = 0;
  };

  child_cgroup jobs_;
  std::vector<property::hook_choice> hooks_;
  std::map<std::uint32_t, std::string> strangers_;
  std::map<std::uint32_t, stranger_program> standing_;
};

}  // namespace live_engine
