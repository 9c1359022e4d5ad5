// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/info.hpp>
#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/hook/any_hook.hpp>
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/netns.hpp>
#include <linchpin/hook/sockmap.hpp>
#include <linchpin/hook/tcp_congestion.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/hook/xdp.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <linchpin/hook/detail/program_type_name.hpp>

// The one list of hook families. To add a room, write linchpin/hook/<family>.hpp with the value, the
// families and their mechanisms, the driver in linchpin/hook/<family>/driver.hpp, and enter the room here
// and its driver's header in linchpin/hook/driver/table.hpp.
namespace linchpin::inline LINCHPIN_ABI {

namespace detail {

template <class... Rooms>
struct room_list {
  static constexpr std::size_t family_count = (std::size(Rooms::families) + ... + 0);
  static constexpr std::size_t mechanism_count = (std::size(Rooms::mechanisms) + ... + 0);

  static constexpr std::array<const hook_family*, family_count> families() {
    std::array<const hook_family*, family_count> all{};
    std::size_t filled = 0;
    const auto enter = [&](const auto& from) {
      for (const auto* family : from) all[filled++] = family;
    };
    (enter(Rooms::families), ...);
    return all;
  }
  static constexpr std::array<const mechanism_traits*, mechanism_count> mechanisms() {
    std::array<const mechanism_traits*, mechanism_count> all{};
    std::size_t filled = 0;
    const auto enter = [&](const auto& from) {
      for (const auto& traits : from) all[filled++] = &traits;
    };
    (enter(Rooms::mechanisms), ...);
    return all;
  }
};

using every_room = room_list<hook::xdp_room, hook::tcx_room, hook::cgroup_room, hook::netns_room,
                             hook::sockmap_room, hook::tcp_congestion_room>;

inline constexpr auto every_family = every_room::families();
inline constexpr auto every_mechanism = every_room::mechanisms();

}  // namespace detail

/// Every family this linchpin knows.
[[nodiscard]] constexpr std::span<const hook_family* const> hook_families() noexcept {
  return detail::every_family;
}
/// Every mechanism this linchpin knows.
[[nodiscard]] constexpr std::span<const mechanism_traits* const> hook_mechanisms() noexcept {
  return detail::every_mechanism;
}

/// The family of that name, or nullptr.
[[nodiscard]] constexpr const hook_family* find_hook_family(std::string_view name) noexcept {
  for (const auto* family : hook_families()) {
    if (family->name == name) return family;
  }
  return nullptr;
}
/// The family that attaches programs as that, or nullptr.
[[nodiscard]] constexpr const hook_family* find_hook_family(uapi::attach_type attach) noexcept {
  for (const auto* family : hook_families()) {
    if (family->attach == attach) return family;
  }
  return nullptr;
}

/// What there is to know about a mechanism; `unknown_mechanism` for a number that is none.
[[nodiscard]] constexpr const mechanism_traits& traits_of(mechanism how) noexcept {
  for (const auto* traits : hook_mechanisms()) {
    if (traits->how == how) return *traits;
  }
  return unknown_mechanism;
}
/// What there is to know about a kind of target; `unknown_target` for a number that is none.
[[nodiscard]] constexpr const target_traits& traits_of(target_kind kind) noexcept {
  for (const auto* traits : hook_mechanisms()) {
    if (traits->target->kind == kind) return *traits->target;
  }
  return unknown_target;
}

/// "xdp native", "tcx link", "clsact filter": for plans and messages.
[[nodiscard]] constexpr std::string_view mechanism_name(mechanism how) noexcept {
  return traits_of(how).name;
}
/// As in `mechanism_traits`.
[[nodiscard]] constexpr bool has_link(mechanism how) noexcept {
  return traits_of(how).has_link;
}
/// The mechanism whose chain the attachments stand in; the number itself where it is none of ours.
[[nodiscard]] constexpr mechanism chain_of(mechanism how) noexcept {
  const auto chain = traits_of(how).chain;
  return chain == mechanism{} ? how : chain;
}

/// Whether a link is one of a mechanism, attached as that.
[[nodiscard]] inline bool is_link_of(const mechanism_traits& how, uapi::attach_type attach,
                                     const link_info& link) noexcept {
  return how.has_link && link.type == how.link &&
         (!how.link_tells_type || link.attach_type == attach);
}

namespace detail {

// 0 says "none declared", except that it also is the number of cgroup_skb ingress: there only the
// section can tell the two apart. A '?' in front says "not loaded unless asked".
inline bool declares_attach_type(const program_spec& declared) {
  std::string_view section = declared.section;
  if (section.starts_with('?')) section.remove_prefix(1);
  return declared.expected_attach_type != uapi::attach_type{} ||
         section.starts_with("cgroup_skb/ingress");
}

inline std::string declared_place(const program_spec& declared) {
  const auto* family = find_hook_family(declared.expected_attach_type);
  if (family != nullptr && family->program == declared.type) return std::string{family->name};
  return "attach type " + std::to_string(static_cast<std::uint32_t>(declared.expected_attach_type));
}

}  // namespace detail

/// Why a program as its ELF declares it may not stand at the hooks of a family, in words for a message;
/// absent where it may. A program that declares no attach type is fine; it is loaded for this hook. One
/// that declares another hook's is not: the kernel would let it in at a link update.
[[nodiscard]] inline std::optional<std::string> why_not(const hook_family& family,
                                                        const program_spec& declared) {
  // Nothing is declared: it is loaded as what the hook takes.
  if (declared.type == uapi::program_type::unspecified) return std::nullopt;
  std::string found = "a program ";
  const std::string section = "(section \"" + declared.section + "\")";
  if (declared.type != family.program) {
    found += "of type " + detail::program_type_name(declared.type) + ' ' + section + " where ";
    found += family.name;
    return found += " takes " + detail::program_type_name(family.program) + " programs";
  }
  if (detail::declares_attach_type(declared) && declared.expected_attach_type != family.attach) {
    found += "for " + detail::declared_place(declared) + ' ' + section + " at ";
    return found += family.name;
  }
  return std::nullopt;
}

}  // namespace linchpin
