// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: policy_set
// expect: sizing
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>

#ifdef FORBIDDEN
struct my_policies {
#else
struct my_policies : linchpin::default_policies {
#endif
  using attach_order = linchpin::order::append;
};
linchpin::policy_values<my_policies> with;
