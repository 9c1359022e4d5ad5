// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/core/answer.hpp>
#include <linchpin/core/hook_abilities.hpp>
#include <linchpin/core/uapi.hpp>
#include <linchpin/kernel/attach_point.hpp>
#include <linchpin/kernel/facts.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// What all hooks of one kind have in common. One constant object for each kind; its address is its
/// identity.
struct hook_family {
  std::string_view name;  ///< as users and manifests write it: "tcx_ingress", "cgroup_connect4"
  target_kind target{};
  uapi::program_type program{};  ///< the only program type it takes
  /// What a program must have been loaded for. A family that does not say is attached nowhere.
  uapi::attach_type attach = no_attach_type;
  /// Kernel interfaces that realise the same hook, preferred first.
  std::span<const mechanism> mechanisms;
  /// What the hook can do through one of its mechanisms.
  hook_abilities (*abilities)(mechanism how, const kernel_facts& facts){};
  /// Whether this kernel offers the mechanism at all; the target's own support shows at attach.
  answer (*available)(mechanism how, const kernel_facts& facts){};

  /// Whether a program as its ELF declares it may stand here: absent if so, else why not, in words
  /// for a message. A program that declares no attach type is fine; it is loaded for this hook. One
  /// that declares another hook's is not: the kernel would let it in at a link update.
  [[nodiscard]] std::optional<std::string> accepts(const program_spec& declared) const;
};

/// One hook, of any kind: a family, a target, and the mechanisms that may realise it.
///
/// Users write the typed values (`hook::tcx_ingress{"eth0"}`); they convert to this.
class any_hook {
 public:
  any_hook(const hook_family& family, std::string target_name,
           std::span<const mechanism> mechanisms)
      : family_(&family), on_{family.target, std::move(target_name)}, mechanisms_(mechanisms) {}

  [[nodiscard]] const hook_family& family() const noexcept { return *family_; }
  [[nodiscard]] const target& on() const noexcept { return on_; }
  /// Preferred first; a subset of the family's when the user narrowed it.
  [[nodiscard]] std::span<const mechanism> mechanisms() const noexcept { return mechanisms_; }
  [[nodiscard]] hook_abilities abilities(mechanism how, const kernel_facts& facts) const {
    return family_->abilities(how, facts);
  }
  [[nodiscard]] answer available(mechanism how, const kernel_facts& facts) const {
    return family_->available(how, facts);
  }

  /// "tcx_ingress eth0", "cgroup_connect4 /sys/fs/cgroup/web", "sk_lookup own netns"
  [[nodiscard]] std::string text() const;

  /// The same place: family and target name.
  friend bool operator==(const any_hook& left, const any_hook& right) {
    return left.family_ == right.family_ && left.on_ == right.on_;
  }

 private:
  const hook_family* family_;
  target on_;
  std::span<const mechanism> mechanisms_;
};

/// The family of that name, or nullptr.
[[nodiscard]] const hook_family* find_hook_family(std::string_view name) noexcept;
/// Every family this linchpin knows.
[[nodiscard]] std::span<const hook_family* const> hook_families() noexcept;

/// "xdp native", "tcx link", "clsact filter": for plans and messages.
[[nodiscard]] std::string_view mechanism_name(mechanism how) noexcept;

}  // namespace linchpin
