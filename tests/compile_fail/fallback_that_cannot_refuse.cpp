// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: fallback_policy
// expect: choose(hook, rungs, from)
// expect: same_as
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>

struct mine {
  static constexpr const char* policy_id = "mine/1";
#ifndef FORBIDDEN
  std::optional<std::size_t> choose(const linchpin::hook_view&,
                                    std::span<const linchpin::rung_view>,
                                    std::size_t) const noexcept {
    return {};
  }
#else
  std::size_t choose(const linchpin::hook_view&, std::span<const linchpin::rung_view>,
                     std::size_t) const noexcept {
    return 0;
  }
#endif
};

struct my_policies : linchpin::default_policies {
  using fallback = mine;
};
linchpin::policy_values<my_policies> with;
