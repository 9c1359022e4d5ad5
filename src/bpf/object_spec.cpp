// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object_spec.hpp>

namespace linchpin {

const program_spec* object_spec::find_program(std::string_view wanted) const noexcept {
  for (const auto& program : programs) {
    if (program.name == wanted) return &program;
  }
  return nullptr;
}

const map_spec* object_spec::find_map(std::string_view wanted) const noexcept {
  for (const auto& map : maps) {
    if (map.name == wanted) return &map;
  }
  return nullptr;
}

}  // namespace linchpin
