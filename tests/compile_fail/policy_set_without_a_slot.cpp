// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: policy_set
// expect: sizing
#include <linchpin/policy/policy_set.hpp>

#ifdef FORBIDDEN
struct my_policies {
#else
struct my_policies : linchpin::default_policies {
#endif
  using order = linchpin::order::append;
};
linchpin::policy_objects<my_policies> with;
