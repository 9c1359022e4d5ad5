// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: sizing_policy
// expect: size(declared, machine)
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>

struct my_policies : linchpin::default_policies {
#ifdef FORBIDDEN
  using map_sizing = linchpin::order::append;
#else
  using attach_order = linchpin::order::append;
#endif
};
linchpin::policy_values<my_policies> with;
