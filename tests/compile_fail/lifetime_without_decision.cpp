// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: lifetime_policy
// expect: choose(component)
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>

struct mine {
  static constexpr const char* policy_id = "mine/1";
#ifndef FORBIDDEN
  linchpin::lifetime_kind choose(std::string_view) const noexcept { return {}; }
#else

#endif
};

struct my_policies : linchpin::default_policies {
  using lifetime = mine;
};
linchpin::policy_values<my_policies> with;
