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
  everywhere,  ///< the same one from every network namespace: a cgroup
  in_a_netns,  ///< its number and its name mean something in its own one only, and both may change
  is_a_netns,  ///< it is one itself
  in_the_component,  ///< a map of the component that attaches there: known once that is loaded
};

/// What a component attaches at the hooks of a family.
enum class attached_kind : std::uint8_t {
  program,  ///< a program of its object, by the name of its function
  map,      ///< a map of its object, which holds programs (struct_ops), by the name of its variable
};

/// What there is to know about a kind of target.
struct target_traits {
  target_kind kind{};
  std::string_view word;        ///< "netns": in texts that are kept
  std::string_view indefinite;  ///< "a netns"
  std::string_view noun;        ///< "network namespace"
  target_scope scope = target_scope::everywhere;
  bool is_path = false;  ///< people name it by the path of a file or directory
  std::string_view
      unnamed;  ///< what an empty name means: "own netns"; empty where it means nothing
  std::string_view before_name = {};  ///< "map ", where a name alone does not say what it is of
  /// Of a map of the component: whether a map of that type is such a target. Null for other targets.
  bool (*takes)(uapi::map_type type) = nullptr;

  /// Whether names and numbers of such targets mean something in one network namespace alone.
  [[nodiscard]] constexpr bool depends_on_netns() const noexcept {
    return scope == target_scope::in_a_netns || scope == target_scope::is_a_netns;
  }
};

/// A target by the name that people use for it, in words: "eth0", "eth0 in /run/netns/blue", "own netns",
/// "map sockets".
[[nodiscard]] inline std::string target_text(const target_traits& kind, const target& on) {
  std::string text{on.name.empty() ? kind.unnamed : kind.before_name};
  return text += on.text();
}

/// Stands for every number that no room has.
inline constexpr target_traits unknown_target{.word = "unknown",
                                              .indefinite = "an unknown kind of target",
                                              .noun = "target of an unknown kind",
                                              .unnamed = {}};

/// What there is to know about a mechanism without asking a kernel.
struct mechanism_traits {
  mechanism how{};
  std::string_view name;  ///< "tcx link": in plans and messages
  std::string_view word;  ///< "tcx": in texts that are kept
  const target_traits* target = &unknown_target;
  /// Whose chain its attachments stand in: the mechanism itself, or the one that it shares a chain with.
  mechanism chain{};
  /// Whether its attachments are bpf_links, which a pin keeps and finds again. The others are found
  /// by their place.
  bool has_link = true;
  uapi::link_type link = uapi::link_type::unspecified;  ///< what the kernel calls its links
  /// Whether those links tell what they are attached as; else it is `attach` of the only family.
  bool link_tells_type = true;
  bool lists_links = false;         ///< the chain is listed with the ids of links
  bool may_be_closed = false;       ///< a program that does not share its place keeps links out
  bool list_needs_admin = true;     ///< listing a chain takes CAP_NET_ADMIN
  bool change_needs_admin = false;  ///< attaching and detaching take CAP_NET_ADMIN
};

/// Stands for every number that no room has. Its attachments are taken for links: those are opened by
/// their pins and judged by what they say of themselves.
inline constexpr mechanism_traits unknown_mechanism{.name = "unknown mechanism", .word = "unknown"};

}  // namespace linchpin
