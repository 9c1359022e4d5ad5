// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/lift.hpp>
#include <linchpin/testing/detail/note.hpp>
#include <linchpin/testing/detail/policy_checks.hpp>
#include <linchpin/testing/policy_conformance.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

// What the checks of testing/policy_conformance.hpp do.
namespace linchpin::inline LINCHPIN_ABI::testing {

template <sizing_policy Policy>
findings check_sizing(const Policy& policy) {
  using detail::sizing_sample;
  using uapi::map_type;
  constexpr std::uint32_t no_prealloc = 1;
  constexpr std::uint64_t memory_bytes = std::uint64_t{64} << 30;
  constexpr std::array samples{sizing_sample{map_type::array, "array", 0},
                               sizing_sample{map_type::hash, "hash", 0},
                               sizing_sample{map_type::lru_hash, "LRU hash", 0},
                               sizing_sample{map_type::percpu_hash, "per-CPU hash", 0},
                               sizing_sample{map_type::ringbuf, "ring buffer", 0},
                               sizing_sample{map_type::lpm_trie, "LPM trie", no_prealloc}};
  findings found;
  detail::check_id(Policy::policy_id, found);
  const auto whole = lift(policy);
  for (const auto& kind : samples) {
    for (const std::uint32_t entries : {1U, 1000U, 1U << 16, 1U << 31}) {
      if (kind.is_ring() && entries == 1000U) continue;
      std::uint32_t on_fewer = 0;
      for (const std::uint32_t cpus : {1U, 8U, 512U}) {
        const machine_view machine{.possible_cpus = cpus, .memory_bytes = memory_bytes};
        const auto given = detail::size_of(whole, kind.declared(entries), machine, found);
        if (!given) continue;
        detail::check_shape(kind, *given, found);
        if (given->max_entries < on_fewer) {
          detail::note(found,
                       "on a larger machine it makes a map smaller: a product that wraps "
                       "around? (" +
                           std::string{kind.name} + ")");
        }
        on_fewer = given->max_entries;
      }
    }
  }
  return found;
}

template <update_policy Policy>
findings check_update(const Policy& policy) {
  findings found;
  detail::check_id(Policy::policy_id, found);
  const auto whole = lift(policy);
  for (const auto update :
       {update_ability::none, update_ability::swap, update_ability::compare_and_swap}) {
    for (const bool exclusive : {false, true}) {
      const hook_view hook{.component = "alder",
                           .family = "tcx_ingress",
                           .target = "eth0",
                           .abilities = {.update = update, .exclusive = exclusive}};
      const upgrade_view all{"alder", std::span{&hook, 1}};
      const auto first = detail::answer_of(whole.choose_all(all), found);
      const auto again = detail::answer_of(whole.choose_all(all), found);
      if (first != again) detail::note(found, "asked twice about the same, it answers otherwise");
      if (!first) continue;
      if (first->size() != 1) {
        detail::note(found, "it gives another number of choices than there are hooks");
      } else if (first->front().method > update_method::recreate) {
        detail::note(found, "it answers with a word that there is not");
      } else if (first->front().overlap_us > 1'000'000) {
        detail::note(found, "it wants both to run for more than a second; they run for one");
      }
    }
  }
  return found;
}

template <carry_policy Policy>
findings check_carry(const Policy& policy) {
  using uapi::map_type;
  findings found;
  detail::check_id(Policy::policy_id, found);
  for (const auto type : {map_type::array, map_type::hash, map_type::lru_hash, map_type::ringbuf}) {
    for (const bool same : {false, true}) {
      for (const std::uint32_t entries : {64U, 128U}) {
        const map_view running{
            .component = "alder", .name = "flows", .type = type, .max_entries = 64};
        auto next = running;
        next.max_entries = entries;
        detail::check_choice(policy, carry_view{running, next, same}, carry_method::discard, found);
      }
    }
  }
  return found;
}

template <lifetime_policy Policy>
findings check_lifetime(const Policy& policy) {
  findings found;
  detail::check_id(Policy::policy_id, found);
  for (const std::string_view component : {"alder", "probe-birch"}) {
    detail::check_choice(policy, component, lifetime_kind::ephemeral, found);
  }
  return found;
}

template <recovery_policy Policy>
findings check_recovery(const Policy& policy) {
  findings found;
  detail::check_id(Policy::policy_id, found);
  constexpr std::uint32_t most_attempts = 16;
  for (const bool retryable : {false, true}) {
    for (std::uint32_t attempt = 1; attempt <= most_attempts; ++attempt) {
      const recovery_answer given = policy.choose(
          {.component = "alder", .step = "attach", .retryable = retryable, .attempt = attempt});
      if (given.action != recovery_action::retry) continue;
      if (!retryable) {
        detail::note(found,
                     "it says \"retry\" where the step may have been done already; that is "
                     "not followed");
      } else if (attempt == most_attempts) {
        detail::note(found, "it never gives up; after 16 attempts it is not asked again");
      }
      if (given.wait_us > 1'000'000) {
        detail::note(found, "it wants to wait for more than a second; it waits for one");
      }
    }
  }
  return found;
}

template <fallback_policy Policy>
findings check_fallback(const Policy& policy) {
  findings found;
  detail::check_id(Policy::policy_id, found);
  const auto yes = answer::yes();
  const auto no = answer::no("kernel before 6.6");
  const auto unknown = answer::unknown("the probe was refused");
  for (const auto* preferred : {&yes, &no, &unknown}) {
    for (const auto* other : {&yes, &no, &unknown}) {
      const std::array rungs{rung_view{"tcx link", preferred}, rung_view{"clsact filter", other}};
      for (const std::size_t from : {std::size_t{0}, std::size_t{1}, std::size_t{2}}) {
        const hook_view hook{.component = "alder", .family = "tcx_ingress", .target = "eth0"};
        const auto ask = [&]() -> std::optional<std::size_t> {
          const auto given = policy.choose(hook, rungs, from);
          return given ? std::optional{*given} : std::nullopt;
        };
        const auto chosen = ask();
        if (chosen != ask()) {
          detail::note(found, "asked twice about the same ways, it answers otherwise");
        }
        if (!chosen) continue;
        if (*chosen >= rungs.size()) {
          detail::note(found, "it chooses a way that is not offered");
        } else if (*chosen < from) {
          detail::note(found, "it chooses a way that was tried already");
        } else if (rungs[*chosen].available->is_no()) {
          detail::note(found, "it chooses a way that this kernel does not have");
        }
      }
    }
  }
  return found;
}

template <drift_policy Policy>
findings check_drift(const Policy& policy) {
  findings found;
  detail::check_id(Policy::policy_id, found);
  for (const auto what : {drift_kind::replaced, drift_kind::detached}) {
    const drift_view seen{.component = "alder",
                          .program = "guard_in",
                          .family = "tcx_ingress",
                          .target = "eth0",
                          .what = what,
                          .intruder = {what == drift_kind::replaced ? 7U : 0U}};
    detail::check_choice(policy, seen, drift_action::yield, found);
  }
  return found;
}

template <policy_set Policies>
findings check_policies(const policy_values<Policies>& values) {
  findings all;
  const auto add = [&all](std::string_view id, const findings& of) {
    for (const auto& found : of) all.push_back(std::string{id} + ": " + found);
  };
  add(Policies::attach_order::policy_id, check_order(values.attach_order));
  add(Policies::map_sizing::policy_id, check_sizing(values.map_sizing));
  add(Policies::update_strategy::policy_id, check_update(values.update_strategy));
  add(Policies::map_carry::policy_id, check_carry(values.map_carry));
  add(Policies::lifetime::policy_id, check_lifetime(values.lifetime));
  add(Policies::recovery::policy_id, check_recovery(values.recovery));
  add(Policies::fallback::policy_id, check_fallback(values.fallback));
  add(Policies::drift::policy_id, check_drift(values.drift));
  return all;
}

}  // namespace linchpin::testing
