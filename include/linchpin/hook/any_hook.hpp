// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/answer.hpp>
#include <linchpin/core/hook_abilities.hpp>
#include <linchpin/core/uapi.hpp>
#include <linchpin/hook/netns_name.hpp>
#include <linchpin/hook/traits.hpp>
#include <linchpin/kernel/attach_point.hpp>
#include <linchpin/kernel/facts.hpp>

#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// What all hooks of one kind have in common. Two families are the same if they have the same name:
/// a process with several shared objects may hold one family at several addresses.
///
/// ownership: a constant of the family's header, which lives for ever.
struct hook_family {
  std::string_view name;  ///< as users and manifests write it: "tcx_ingress", "cgroup_connect4"
  const target_traits* target = &unknown_target;
  uapi::program_type program{};  ///< the only program type it takes
  attached_kind attaches = attached_kind::program;
  /// Where maps are attached: the C structure that a map holds, "tcp_congestion_ops".
  std::string_view structure = {};
  /// The attach type that a program must have been loaded for. A family without one is attached
  /// nowhere.
  uapi::attach_type attach = no_attach_type;
  /// Kernel interfaces that realise the same hook, preferred first.
  std::span<const mechanism> mechanisms;
  /// What the hook can do through one of its mechanisms.
  hook_abilities (*abilities)(mechanism how, const kernel_facts& facts){};
  /// Whether a component that insists on one mechanism takes all hooks of this family through it.
  bool one_way = false;
  /// Whether attaching takes CAP_NET_ADMIN though loading the programs does not.
  bool attach_needs_admin = false;

  /// Whether a kernel offers a mechanism of this family at all. Whether the target (a driver, for
  /// example) supports it shows only when a program is attached.
  /// returns: no, for a mechanism that the family does not have.
  [[nodiscard]] answer available(mechanism how, const kernel_facts& facts) const {
    for (const mechanism realising : mechanisms) {
      if (realising == how) return facts.of(how).available;
    }
    return answer::no("mechanism " + std::to_string(static_cast<unsigned>(how)) +
                      " does not realise " + std::string{name});
  }
};

/// One hook, of any kind: a family, a target, and the mechanisms that may realise it.
///
/// Users write the typed values (`hook::tcx_ingress{"eth0"}`), which convert to this; hooks
/// that come from data are made by name with `find_hook_family`.
/// ownership: a value; it refers to its family, which lives for ever.
class any_hook {
 public:
  /// A hook of a family.
  /// \param target_name an interface, a cgroup directory, or a netns file
  /// \param mechanisms a part of the family's, in its order; borrowed
  /// \param netns where the name counts, for families whose targets are interfaces
  any_hook(const hook_family& family, std::string target_name,
           std::span<const mechanism> mechanisms, const netns_name& netns = {})
      : family_(&family),
        on_{family.target->kind, std::move(target_name),
            family.target->scope == target_scope::in_a_netns ? netns.file() : std::string{}},
        mechanisms_(mechanisms) {}

  /// What all hooks of its kind have in common.
  [[nodiscard]] const hook_family& family() const noexcept { return *family_; }
  /// The interface, cgroup, network namespace or map that it is on.
  [[nodiscard]] const target& on() const noexcept { return on_; }
  /// The kernel interfaces that may realise it, preferred first: those of the family, or the ones
  /// that the user left of them.
  [[nodiscard]] std::span<const mechanism> mechanisms() const noexcept { return mechanisms_; }
  /// The same hook through these mechanisms alone.
  [[nodiscard]] any_hook by(std::span<const mechanism> mechanisms) const {
    auto narrowed = *this;
    narrowed.mechanisms_ = mechanisms;
    return narrowed;
  }
  /// What the hook can do through one of its mechanisms, on a kernel with these facts.
  [[nodiscard]] hook_abilities abilities(mechanism how, const kernel_facts& facts) const {
    return family_->abilities(how, facts);
  }
  /// Whether a kernel with these facts offers a mechanism: `hook_family::available`.
  [[nodiscard]] answer available(mechanism how, const kernel_facts& facts) const {
    return family_->available(how, facts);
  }

  /// The hook in words, for messages: "tcx_ingress eth0", "tcx_ingress eth0 in /run/netns/blue",
  /// "cgroup_connect4 /sys/fs/cgroup/web", "sk_lookup own netns", "sk_msg map sockets".
  [[nodiscard]] std::string text() const {
    std::string made{family_->name};
    made += ' ';
    return made += target_text(*family_->target, on_);
  }

  /// Whether both mean the same place: family, target name and netns.
  friend bool operator==(const any_hook& left, const any_hook& right) {
    return left.family_->name == right.family_->name && left.on_ == right.on_;
  }

 private:
  const hook_family* family_;
  target on_;
  std::span<const mechanism> mechanisms_;
};

}  // namespace linchpin
