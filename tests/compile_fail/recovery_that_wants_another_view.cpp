// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: recovery_policy
// expect: choose(failed)
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>

struct mine {
  static constexpr const char* policy_id = "mine/1";
#ifndef FORBIDDEN
  linchpin::recovery_action choose(const linchpin::failure_view&) const noexcept { return {}; }
#else
  linchpin::recovery_action choose(const linchpin::hook_view&) const noexcept { return {}; }
#endif
};

struct my_policies : linchpin::default_policies {
  using recovery = mine;
};
linchpin::policy_values<my_policies> with;
