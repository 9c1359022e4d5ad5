// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/fwd.hpp>

// Names of fwd.hpp suffice to declare functions of them.
linchpin::result<int> declared_with_fwd_alone(const linchpin::desired_component&,
                                              linchpin::object_source);

#include <linchpin/linchpin.hpp>

// Two translation units include everything: a function that is not inline is defined twice, an
// object that is not inline exists twice.
const linchpin::version_number* version_of_the_other_file();

int main() {
  return version_of_the_other_file() == &linchpin::header_version ? 0 : 1;
}
