// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: recovery_policy
// expect: policy_id
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>

struct mine {
#ifndef FORBIDDEN
  static constexpr const char* policy_id = "mine/1";
#endif
  linchpin::recovery_action choose(const linchpin::failure_view&) const noexcept { return {}; }
};

struct my_policies : linchpin::default_policies {
  using recovery = mine;
};
linchpin::policy_values<my_policies> with;
