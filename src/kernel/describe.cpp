// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/kernel/live_kernel.hpp>

#include "kernel/object_info.hpp"

namespace linchpin {

result<program_info> live_kernel::describe_program(handle_ref program) {
  return detail::read_program_info(program.number);
}

result<map_info> live_kernel::describe_map(handle_ref map) {
  return detail::read_map_info(map.number);
}

result<link_info> live_kernel::describe_link(handle_ref link) {
  return detail::read_link_info(link.number);
}

}  // namespace linchpin
