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

/// What all hooks of one kind have in common. Its name is its identity: a process with several
/// libraries may hold one kind at several addresses.
struct hook_family {
  std::string_view name;  ///< as users and manifests write it: "tcx_ingress", "cgroup_connect4"
  const target_traits* target = &unknown_target;
  uapi::program_type program{};  ///< the only program type it takes
  attached_kind attaches = attached_kind::program;
  /// Where maps are attached: the C structure that a map holds, "tcp_congestion_ops".
  std::string_view structure = {};
  /// What a program must have been loaded for. A family that does not say is attached nowhere.
  uapi::attach_type attach = no_attach_type;
  /// Kernel interfaces that realise the same hook, preferred first.
  std::span<const mechanism> mechanisms;
  /// What the hook can do through one of its mechanisms.
  hook_abilities (*abilities)(mechanism how, const kernel_facts& facts){};
  /// A component takes all hooks of this family through the same mechanism, once it insists on one.
  bool one_way = false;
  /// Anybody may load its programs, so that it is attaching them that takes CAP_NET_ADMIN.
  bool attach_needs_admin = false;

  /// Whether this kernel offers the mechanism at all; the target's own support shows at attach.
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

  /// Its kind.
  [[nodiscard]] const hook_family& family() const noexcept { return *family_; }
  /// What it is on.
  [[nodiscard]] const target& on() const noexcept { return on_; }
  /// Preferred first; a subset of the family's when the user narrowed it.
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
  /// Whether a kernel with these facts offers the mechanism; the target's own support shows at
  /// attach.
  [[nodiscard]] answer available(mechanism how, const kernel_facts& facts) const {
    return family_->available(how, facts);
  }

  /// "tcx_ingress eth0", "tcx_ingress eth0 in /run/netns/blue", "cgroup_connect4 /sys/fs/cgroup/web",
  /// "sk_lookup own netns", "sk_msg map sockets"
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
