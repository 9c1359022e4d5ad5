// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "../../support/footing.hpp"
#include "../../support/loose_orchestrator.hpp"

#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/netns.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/hook/xdp.hpp>
#include <linchpin/testing/netns.hpp>
#include <linchpin/testing/sandbox.hpp>
#include <linchpin/testing/veth.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "service_kernel.hpp"
#include "turnstile.bpf.hpp"
#include "turnstile_v2.bpf.hpp"

// A service's machine in small, on the running kernel: an interface whose other end is far away, a
// cgroup, a bpffs, and the turnstile that stands at them.
namespace live_engine {

struct ordered : linchpin::default_policies {
  using attach_order = linchpin::order::priority;
};

/// Filters where a hook offers them, as if there were no tcx.
struct filtering {
  static constexpr std::string_view policy_id = "fallback.filtering/1";
  [[nodiscard]] std::optional<std::size_t> choose(const linchpin::hook_view&,
                                                  std::span<const linchpin::rung_view> rungs,
                                                  std::size_t from) const noexcept {
    for (std::size_t i = from; i < rungs.size(); ++i) {
      if (rungs[i].mechanism.starts_with("clsact")) return i;
    }
    return from < rungs.size() ? std::optional{from} : std::nullopt;
  }
};
struct on_filters : ordered {
  using fallback = filtering;
};

using footing::must;

template <class T>
linchpin::error refused(const linchpin::result<T>& outcome) {
  REQUIRE_FALSE(outcome);
  return outcome.error();
}

/// Waits until no other run of these tests on this machine stands on a stage: its objects have the
/// same names.
class stage_lock {
 public:
  stage_lock();
  stage_lock(const stage_lock&) = delete;
  stage_lock& operator=(const stage_lock&) = delete;
  ~stage_lock();

 private:
  int lock_;
};

/// The newest object of each kind that is there at construction.
struct newest {
  newest();
  std::uint32_t program = 0;
  std::uint32_t map = 0;
  std::uint32_t link = 0;
};

/// Live objects of the fixtures.
struct census {
  std::set<std::uint32_t> programs;
  std::set<std::uint32_t> maps;
  std::set<std::uint32_t> links;

  friend bool operator==(const census&, const census&) = default;
};
[[nodiscard]] std::string text(const census& taken);

/// Waits for a condition. What the kernel does after a grace period or from a work queue (freeing,
/// taking a cgroup off line) has no other sign. Gives up after 20 s.
[[nodiscard]] bool wait_until(linchpin::kernel& kernel, auto&& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    must(kernel.wait_grace_period());
  }
  return true;
}

class stage {
 public:
  /// The test is skipped where there can be no such place.
  stage();

  service_kernel kernel;
  /// Where `at` and what rests on it looks: among the filters instead of the tcx links.
  bool filters = false;

  static constexpr const char* interface = "lpe0";
  static constexpr const char* near_address = "10.77.0.1";
  static constexpr const char* far_address = "10.77.0.2";
  [[nodiscard]] const std::string& cgroup() const noexcept { return cgroup_; }
  [[nodiscard]] const std::string& bpffs() const noexcept { return box_.bpffs(); }
  [[nodiscard]] std::string root() const { return bpffs() + "/edge"; }
  [[nodiscard]] const linchpin::testing::netns& far() const noexcept { return far_; }

  /// Those that were made since this stage was: what earlier tests left is freed by the kernel
  /// when it pleases, and would be counted now and be gone a moment later. Other people's objects
  /// come and go too, and are known by their names.
  [[nodiscard]] census take_census() const;

  /// A name beside its own, as udev gives to interfaces.
  void add_interface_name(const std::string& name) { must(veth_.add_name(name)); }
  void remove_interface();
  void make_interface();
  void remove_cgroup();
  void make_cgroup();

  [[nodiscard]] linchpin::attach_point at(const linchpin::any_hook& hook);
  [[nodiscard]] linchpin::any_hook ingress() const {
    return linchpin::hook::tcx_ingress{interface};
  }
  [[nodiscard]] linchpin::any_hook egress() const { return linchpin::hook::tcx_egress{interface}; }
  /// Generic: a veth in native mode sets up its queues at each change, which takes long.
  [[nodiscard]] linchpin::any_hook xdp() const { return linchpin::hook::xdp{interface}.generic(); }
  [[nodiscard]] linchpin::any_hook skb() const {
    return linchpin::hook::cgroup_skb_ingress{cgroup_};
  }
  [[nodiscard]] linchpin::any_hook connect4() const {
    return linchpin::hook::cgroup_connect4{cgroup_};
  }

  /// The programs at a hook in run order.
  [[nodiscard]] std::vector<linchpin::program_id> chain(const linchpin::any_hook& hook);
  /// What runs first at a hook; a failed test if nothing does.
  [[nodiscard]] linchpin::program_info program_at(const linchpin::any_hook& hook);
  /// The links at a hook in run order; 0 for filters.
  [[nodiscard]] std::vector<linchpin::link_id> links(const linchpin::any_hook& hook);
  /// Every pin below a directory, sorted; directories end in '/'.
  [[nodiscard]] std::vector<std::string> pins(const std::string& below) const;

  template <class Policies = ordered>
  [[nodiscard]] loose_orchestrator<Policies> open(linchpin::kernel& kernel) {
    return must(loose_orchestrator<Policies>::open(root(), {.on = &kernel}));
  }
  template <class Policies = ordered>
  [[nodiscard]] loose_orchestrator<Policies> open() {
    return open<Policies>(kernel);
  }

  /// tcx, xdp and cgroup.
  [[nodiscard]] linchpin::desired_component three_hooks(
      std::span<const std::byte> object = bpf_objects::turnstile(), int priority = 10) const;
  /// Those, and two more that count nothing.
  [[nodiscard]] linchpin::desired_component five_hooks(
      std::span<const std::byte> object = bpf_objects::turnstile()) const;
  /// Those of the five hooks that have links on this kernel.
  [[nodiscard]] linchpin::desired_component linked_hooks(
      std::span<const std::byte> object = bpf_objects::turnstile());
  /// One program at one hook.
  [[nodiscard]] static linchpin::desired_component one(
      std::string name, std::string program, linchpin::any_hook hook,
      std::span<const std::byte> object = bpf_objects::turnstile());

 private:
  stage_lock alone_;
  newest before_;
  linchpin::testing::sandbox box_;
  linchpin::testing::netns far_;
  linchpin::testing::veth_pair veth_;
  std::string cgroup_;
};

/// Somebody else's program at a hook, until destruction.
class stranger {
 public:
  stranger(stage& on, const linchpin::any_hook& hook);
  stranger(const stranger&) = delete;
  stranger& operator=(const stranger&) = delete;
  ~stranger();

  [[nodiscard]] linchpin::program_id id() const noexcept { return id_; }
  /// Whether it stands exactly once in the chain.
  [[nodiscard]] bool runs();

 private:
  stage& on_;
  linchpin::any_hook hook_;
  linchpin::attach_point at_;
  linchpin::handle program_;
  linchpin::program_id id_;
  linchpin::attachment attached_;
};

/// What the attachment of a program is found to be.
[[nodiscard]] linchpin::attachment_state state_at(linchpin::orchestrator_core& edge,
                                                  const std::string& program);

}  // namespace live_engine
