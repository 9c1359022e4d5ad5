// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/pinned_programs.hpp"

#include <fmt/format.h>

#include "core/try.hpp"

namespace linchpin {

result<pinned_programs> pinned_programs::open(store& from, std::string_view component,
                                              generation number) {
  pinned_programs made;
  const auto directory = from.generation_path(component, number);
  LINCHPIN_TRY(const auto names, from.acting().list_pins(directory));
  for (const auto& name : names) {
    if (!name.starts_with("prog-")) continue;
    LINCHPIN_TRY(auto program,
                 from.acting().open_pin(fmt::format("{}/{}", directory, name), pin_kind::program));
    if (!program) continue;
    LINCHPIN_TRY(const auto info, from.acting().describe_program(program.ref()));
    made.entries_.push_back({name, std::move(program), info.id});
  }
  return made;
}

const pinned_programs::entry* pinned_programs::find(program_id id) const noexcept {
  for (const auto& one : entries_) {
    if (one.id == id) return &one;
  }
  return nullptr;
}

const pinned_programs::entry* pinned_programs::find(std::string_view program) const noexcept {
  for (const auto& one : entries_) {
    if (one.pin.size() == program.size() + 5 && one.pin.ends_with(program)) return &one;
  }
  return nullptr;
}

}  // namespace linchpin
