// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/linchpin.hpp>

#include <bit>

// A policy for each slot as users write them.
namespace user_policies {

// Behind a program that somebody else owns, wherever that one moves.
struct behind_the_gateway {
  static constexpr std::string_view policy_id = "order.behind_the_gateway/1";
  static constexpr bool observes = true;  // look again whenever a plan is made

  linchpin::placement place(const linchpin::program_view&,
                            std::span<const linchpin::chain_member> others,
                            std::optional<std::size_t> current) const noexcept {
    using enum linchpin::placement::kind;
    for (std::size_t index = 0; index < others.size(); ++index) {
      if (others[index].ours || others[index].name != "gateway") continue;
      if (current && *current > index) return {stay};
      return {after, index};
    }
    return {current ? stay : last};  // no gateway here: nothing to stand behind
  }
};
static_assert(linchpin::order_policy<behind_the_gateway>);

// A hash map has a power of two of buckets whatever its size, so take all the entries that
// its buckets are paid for.
struct whole_buckets {
  static constexpr std::string_view policy_id = "sizing.whole_buckets/1";

  linchpin::map_shape size(const linchpin::map_view& declared,
                           const linchpin::machine_view&) const noexcept {
    constexpr std::uint32_t largest = 1U << 31;
    const bool hash = declared.type == linchpin::uapi::map_type::hash;
    if (!hash || declared.max_entries == 0 || declared.max_entries > largest) {
      return {declared.max_entries, declared.flags};
    }
    return {std::bit_ceil(declared.max_entries), declared.flags};
  }
};
static_assert(linchpin::sizing_policy<whole_buckets>);

// The gentlest way that the hook at hand has, whatever it is.
struct gentlest {
  static constexpr std::string_view policy_id = "update.gentlest/1";
  template <class Hook>
  static constexpr bool works_at = true;

  linchpin::update_method choose(const linchpin::hook_view& hook) const noexcept {
    using enum linchpin::update_method;
    if (hook.abilities.update != linchpin::update_ability::none) return in_place;
    return hook.abilities.exclusive ? recreate : make_before_break;
  }
};
static_assert(linchpin::update_policy<gentlest>);

// A cache may be lost when its layout changes, a table may not.
struct caches_may_go {
  static constexpr std::string_view policy_id = "carry.caches_may_go/1";

  linchpin::carry_method choose(const linchpin::carry_view& maps) const noexcept {
    using enum linchpin::carry_method;
    const bool cache = maps.running.type == linchpin::uapi::map_type::lru_hash;
    if (!maps.same_layout && cache) return discard;
    if (maps.same_layout && maps.running.max_entries != maps.next.max_entries) return copy;
    return reuse;  // a table of another layout is refused by the plan, with the fields that differ
  }
};
static_assert(linchpin::carry_policy<caches_may_go>);

// What is only there to look at traffic goes with the process.
struct probes_go_with_us {
  static constexpr std::string_view policy_id = "lifetime.probes_go_with_us/1";

  linchpin::lifetime_kind choose(std::string_view component) const noexcept {
    return component.starts_with("probe-") ? linchpin::lifetime_kind::ephemeral
                                           : linchpin::lifetime_kind::durable;
  }
};
static_assert(linchpin::lifetime_policy<probes_go_with_us>);

// Give a step that lost a race two more chances, then undo.
struct three_attempts {
  static constexpr std::string_view policy_id = "recovery.three_attempts/1";

  linchpin::recovery_action choose(const linchpin::failure_view& failed) const noexcept {
    // Not retryable where the outcome is in doubt: trying again could do it twice.
    const bool again = failed.retryable && failed.attempt < 3;
    return again ? linchpin::recovery_action::retry : linchpin::recovery_action::roll_back;
  }
};
static_assert(linchpin::recovery_policy<three_attempts>);

// XDP in the driver or not at all, an older way for the rest.
struct no_generic_xdp {
  static constexpr std::string_view policy_id = "fallback.no_generic_xdp/1";

  std::optional<std::size_t> choose(const linchpin::hook_view&,
                                    std::span<const linchpin::rung_view> rungs,
                                    std::size_t from) const noexcept {
    for (std::size_t index = from; index < rungs.size(); ++index) {
      if (rungs[index].mechanism == "xdp generic") continue;
      if (!rungs[index].available->is_no()) return index;
    }
    return std::nullopt;
  }
};
static_assert(linchpin::fallback_policy<no_generic_xdp>);

// Whoever debugs at an egress hook may go on; anything else is ours again.
struct debuggers_may_stay {
  static constexpr std::string_view policy_id = "drift.debuggers_may_stay/1";

  linchpin::drift_action choose(const linchpin::drift_view& found) const noexcept {
    const bool egress = found.family.ends_with("_egress");
    if (egress && found.what == linchpin::drift_kind::replaced)
      return linchpin::drift_action::yield;
    return linchpin::drift_action::take_back;
  }
};
static_assert(linchpin::drift_policy<debuggers_may_stay>);

struct of_users : linchpin::default_policies {
  using attach_order = behind_the_gateway;
  using map_sizing = whole_buckets;
  using update_strategy = gentlest;
  using map_carry = caches_may_go;
  using lifetime = probes_go_with_us;
  using recovery = three_attempts;
  using fallback = no_generic_xdp;
  using drift = debuggers_may_stay;
};
static_assert(linchpin::policy_set<of_users>);

}  // namespace user_policies
