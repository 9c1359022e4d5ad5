// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: update_policy
// expect: choose(hook)
// expect: decides
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>

struct mine {
  static constexpr const char* policy_id = "mine/1";
#ifndef FORBIDDEN
  linchpin::update_method choose(const linchpin::hook_view&) const noexcept { return {}; }
#else
  int choose(const linchpin::hook_view&) const noexcept { return 0; }
#endif
};

struct my_policies : linchpin::default_policies {
  using update_strategy = mine;
};
linchpin::policy_values<my_policies> with;
