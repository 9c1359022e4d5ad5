// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/info.hpp>
#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/hook/any_hook.hpp>
#include <linchpin/hook/every_hook.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <linchpin/bpf/detail/kernel_words.hpp>
#include <linchpin/hook/detail/program_type_name.hpp>
#include <linchpin/hook/detail/room_list.hpp>

// Looks up hook families, mechanisms and kinds of targets. Which there are is said in
// linchpin/hook/rooms.inc.
namespace linchpin::inline LINCHPIN_ABI {

namespace detail {

using every_room = room_list<LINCHPIN_EVERY_ROOM>;

inline constexpr auto every_family = families_in<every_room>;
inline constexpr auto every_mechanism = mechanisms_in<every_room>;
inline constexpr auto mechanism_at = by_number(every_mechanism);
inline constexpr auto target_kind_at = targets_by_number(every_mechanism);

}  // namespace detail

/// Every hook family that this linchpin has, for a service that reads hooks from data.
/// ownership: constants, which live for ever.
[[nodiscard]] constexpr std::span<const hook_family* const> hook_families() noexcept {
  return detail::every_family;
}
/// Every mechanism that this linchpin has.
/// ownership: constants, which live for ever.
[[nodiscard]] constexpr std::span<const mechanism_traits* const> hook_mechanisms() noexcept {
  return detail::every_mechanism;
}

/// Looks up a family by its name: "tcx_ingress".
/// returns: null when this linchpin has no family of that name.
[[nodiscard]] constexpr const hook_family* find_hook_family(std::string_view name) noexcept {
  for (const auto* family : hook_families()) {
    if (family->name == name) return family;
  }
  return nullptr;
}
/// Looks up the family of an attachment. Families of struct_ops have one attach type, and a
/// mechanism each.
/// returns: null when no family of this linchpin has this mechanism and this attach type.
[[nodiscard]] constexpr const hook_family* find_hook_family(mechanism how,
                                                            uapi::attach_type attach) noexcept {
  return detail::find_family_in<detail::every_room>(how, attach);
}

/// What there is to know about a mechanism.
/// returns: `unknown_mechanism` for a number that this linchpin does not know.
[[nodiscard]] constexpr const mechanism_traits& traits_of(mechanism how) noexcept {
  const auto* traits = detail::mechanism_at[static_cast<std::size_t>(how)];
  return traits == nullptr ? unknown_mechanism : *traits;
}
/// What there is to know about a kind of target.
/// returns: `unknown_target` for a number that this linchpin does not know.
[[nodiscard]] constexpr const target_traits& traits_of(target_kind kind) noexcept {
  const auto* traits = detail::target_kind_at[static_cast<std::size_t>(kind)];
  return traits == nullptr ? unknown_target : *traits;
}

/// The name of a mechanism for plans and messages: "xdp native", "tcx link", "clsact filter".
/// returns: "unknown mechanism" for a number that this linchpin does not know.
[[nodiscard]] constexpr std::string_view mechanism_name(mechanism how) noexcept {
  return traits_of(how).name;
}
/// Whether the attachments of a mechanism are bpf_links, which can be pinned.
[[nodiscard]] constexpr bool has_link(mechanism how) noexcept {
  return traits_of(how).has_link;
}
/// The mechanism in whose chain the attachments of a mechanism stand: that of native XDP for
/// generic XDP.
/// returns: the number itself for one that this linchpin does not know.
[[nodiscard]] constexpr mechanism chain_of(mechanism how) noexcept {
  const auto chain = traits_of(how).chain;
  return chain == mechanism{} ? how : chain;
}

/// Whether a link, by what the kernel says of it, was made by a mechanism for an attach type.
/// \param attach compared only where links of this type report it
[[nodiscard]] inline bool is_link_of(const mechanism_traits& how, uapi::attach_type attach,
                                     const link_info& link) noexcept {
  return how.has_link && link.type == how.link &&
         (!detail::reports_attach_type(how.link) || link.attach_type == attach);
}

namespace detail {

// 0 means "none declared", but it is also the number of cgroup_skb ingress: only the section tells
// the two apart. A '?' in front of a section means "not loaded unless asked for".
inline bool declares_attach_type(const program_spec& declared) {
  std::string_view section = declared.section;
  if (section.starts_with('?')) section.remove_prefix(1);
  return declared.expected_attach_type != uapi::attach_type{} ||
         section.starts_with("cgroup_skb/ingress");
}

// The family whose hooks take programs that were loaded for an attach type; null where none does,
// and where several do.
constexpr const hook_family* only_family_of(uapi::attach_type attach) noexcept {
  const hook_family* found = nullptr;
  for (const auto* family : hook_families()) {
    if (family->attach != attach) continue;
    if (found != nullptr) return nullptr;
    found = family;
  }
  return found;
}

inline std::string declared_place(const program_spec& declared) {
  const auto* family = only_family_of(declared.expected_attach_type);
  if (family != nullptr && family->program == declared.type) return std::string{family->name};
  return "attach type " + std::to_string(static_cast<std::uint32_t>(declared.expected_attach_type));
}

}  // namespace detail

/// Why a program, as its ELF declares it, may not be attached at the hooks of a family. A program
/// that declares no attach type may be attached: it is loaded for this hook. A program that
/// declares the attach type of another hook may not, though a link update of the kernel would take
/// it.
/// returns: words for a message, "a program for cgroup_bind4 (section ...) at cgroup_connect4";
///   nothing where it may be attached.
[[nodiscard]] inline std::optional<std::string> why_not(const hook_family& family,
                                                        const program_spec& declared) {
  // The object declares no type: the program is loaded as what the hook takes.
  if (declared.type == uapi::program_type::unspecified) return std::nullopt;
  std::string found = "a program ";
  const auto section = [&declared] { return "(section \"" + declared.section + "\")"; };
  if (declared.type != family.program) {
    found += "of type " + detail::program_type_name(declared.type) + ' ' + section() + " where ";
    found += family.name;
    return found += " takes " + detail::program_type_name(family.program) + " programs";
  }
  if (detail::declares_attach_type(declared) && declared.expected_attach_type != family.attach) {
    found += "for " + detail::declared_place(declared) + ' ' + section() + " at ";
    return found += family.name;
  }
  return std::nullopt;
}

}  // namespace linchpin
