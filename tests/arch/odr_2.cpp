// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/linchpin.hpp>

const linchpin::version_number* version_of_the_other_file();

const linchpin::version_number* version_of_the_other_file() {
  return &linchpin::header_version;
}
