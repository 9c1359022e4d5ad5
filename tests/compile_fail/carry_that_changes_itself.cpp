// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: carry_policy
// expect: choose(maps)
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>

struct mine {
  static constexpr const char* policy_id = "mine/1";
#ifndef FORBIDDEN
  linchpin::carry_method choose(const linchpin::carry_view&) const noexcept { return {}; }
#else
  linchpin::carry_method choose(const linchpin::carry_view&) noexcept { return {}; }
#endif
};

struct my_policies : linchpin::default_policies {
  using map_carry = mine;
};
linchpin::policy_values<my_policies> with;
