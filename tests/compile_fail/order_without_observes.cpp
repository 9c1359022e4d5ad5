// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: order_policy
// expect: observes
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>

struct mine {
  static constexpr const char* policy_id = "mine/1";
#ifndef FORBIDDEN
  static constexpr bool observes = false;
#endif
  linchpin::placement place(const linchpin::program_view&, std::span<const linchpin::chain_member>,
                            std::optional<std::size_t>) const noexcept {
    return {};
  }
};

struct my_policies : linchpin::default_policies {
  using attach_order = mine;
};
linchpin::policy_values<my_policies> with;
