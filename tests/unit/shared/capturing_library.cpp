// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "capturing_library.hpp"

#include <linchpin/bpf/detail/libbpf_log.hpp>

void* capturing_library::begin() {
  return new linchpin::detail::libbpf_log;
}

void capturing_library::end(void* capture) {
  delete static_cast<linchpin::detail::libbpf_log*>(capture);
}
