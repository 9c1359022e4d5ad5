// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: sizing_policy
// expect: size(declared, machine)
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>

struct mine {
  static constexpr const char* policy_id = "mine/1";
#ifndef FORBIDDEN
  linchpin::map_shape size(const linchpin::map_view&,
                           const linchpin::machine_view&) const noexcept {
    return {};
  }
#else
  linchpin::map_shape size(const linchpin::map_view&, const linchpin::machine_view&) const {
    return {};
  }
#endif
};

struct my_policies : linchpin::default_policies {
  using map_sizing = mine;
};
linchpin::policy_values<my_policies> with;
