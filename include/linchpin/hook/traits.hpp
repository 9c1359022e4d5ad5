// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/uapi.hpp>
#include <linchpin/kernel/attach_point.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI {

/// How targets of a kind relate to network namespaces.
enum class target_scope : std::uint8_t {
  /// Its name means the same target in every network namespace: a cgroup.
  everywhere,
  /// Its name and its number count in one network namespace only, and both may change: an
  /// interface.
  in_a_netns,
  /// It is a network namespace itself.
  is_a_netns,
  /// It is a map of the component that attaches there, known once the component is loaded.
  in_the_component,
};

/// What a component attaches at the hooks of a family.
enum class attached_kind : std::uint8_t {
  program,  ///< a program of its object, by the name of its function
  map,      ///< a map of its object, which holds programs (struct_ops), by the name of its variable
};

/// What there is to know about a kind of target, the same on every kernel. Each hook family's
/// header has one such constant for its targets.
struct target_traits {
  target_kind kind{};
  std::string_view word;        ///< "netns": in manifests, so that it must not change
  std::string_view indefinite;  ///< "a netns": in messages
  std::string_view noun;        ///< "network namespace": in messages
  target_scope scope = target_scope::everywhere;
  bool is_path = false;  ///< people name it by the path of a file or directory
  /// What an empty name means: "own netns". Empty where such a target must have a name.
  std::string_view unnamed;
  /// What texts put before the name: "map ", where the name alone does not say what it names.
  std::string_view before_name = {};
  /// For maps of the component: whether a map of a type is such a target. Null for other targets.
  bool (*takes)(uapi::map_type type) = nullptr;

  /// Whether names and numbers of such targets mean something in one network namespace alone.
  [[nodiscard]] constexpr bool depends_on_netns() const noexcept {
    return scope == target_scope::in_a_netns || scope == target_scope::is_a_netns;
  }
};

/// A target in words, by the name that people use for it.
/// returns: "eth0", "eth0 in /run/netns/blue", "own netns", "map sockets".
[[nodiscard]] inline std::string target_text(const target_traits& kind, const target& on) {
  std::string text{on.name.empty() ? kind.unnamed : kind.before_name};
  return text += on.text();
}

/// What is known of a kind of target that this linchpin has no hook family for, a number from a
/// newer manifest for example.
inline constexpr target_traits unknown_target{.word = "unknown",
                                              .indefinite = "an unknown kind of target",
                                              .noun = "target of an unknown kind",
                                              .unnamed = {}};

/// What there is to know about a mechanism without asking a kernel. Each hook family's header has
/// one such constant for each of its mechanisms.
struct mechanism_traits {
  mechanism how{};
  std::string_view name;  ///< "tcx link": in plans and messages
  std::string_view word;  ///< "tcx": in manifests, so that it must not change
  const target_traits* target = &unknown_target;
  /// Whose chain its attachments stand in: that of the mechanism itself, or of another one with
  /// which it shares a chain.
  mechanism chain{};
  /// Whether its attachments are bpf_links, which a pin keeps and finds again. Other attachments
  /// are found by their place at the hook.
  bool has_link = true;
  uapi::link_type link = uapi::link_type::unspecified;  ///< what the kernel calls its links
  bool lists_links = false;      ///< the chain is listed with the ids of links
  bool may_be_closed = false;    ///< a program attached without BPF_F_ALLOW_MULTI keeps links out
  bool list_needs_admin = true;  ///< listing a chain takes CAP_NET_ADMIN
  bool change_needs_admin = false;  ///< attaching and detaching take CAP_NET_ADMIN
};

/// What is known of a mechanism that this linchpin does not have. Its attachments are taken for
/// links: links are opened by their pins, and the kernel then says what they are.
inline constexpr mechanism_traits unknown_mechanism{.name = "unknown mechanism", .word = "unknown"};

}  // namespace linchpin
