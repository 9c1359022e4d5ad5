// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "capturing_library.hpp"

#include <linchpin/bpf/detail/libbpf_log.hpp>

void* begin_capture() {
  return new linchpin::detail::libbpf_log;
}

void end_capture(void* capture) {
  delete static_cast<linchpin::detail::libbpf_log*>(capture);
}
