// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "foreign_pins.hpp"

#include <iterator>

namespace simulation {

using linchpin::pin_kind;
using linchpin::program_id;

bool foreign_pins::put(const std::string& path, program_id which) {
  const auto program = looking_.open_by_id(pin_kind::program, which.value);
  if (!program || !*program || !looking_.remove_pin(path) || !looking_.pin(program->ref(), path))
    return false;
  pins_[path] = {which};
  return true;
}

void foreign_pins::remove_all() {
  for (const auto& [path, what] : pins_)
    if (stands(path, what.which)) static_cast<void>(looking_.remove_pin(path).has_value());
  pins_.clear();
}

void foreign_pins::operation_ended(std::string_view root) {
  for (auto at = pins_.begin(); at != pins_.end();) {
    auto& [path, what] = *at;
    if (!what.must_stay && path.starts_with(root)) what.must_stay = stands(path, what.which);
    const bool gone = !what.must_stay && path.starts_with(root);
    at = gone ? pins_.erase(at) : std::next(at);
  }
}

std::optional<std::string> foreign_pins::broken() {
  for (const auto& [path, what] : pins_) {
    if (what.must_stay && !stands(path, what.which))
      return "the pin of a stranger at " + path + " is gone or another";
  }
  return std::nullopt;
}

bool foreign_pins::stands(const std::string& path, program_id which) {
  const auto found = looking_.open_pin(path, pin_kind::program);
  if (!found || !*found) return false;
  const auto info = looking_.describe_program(found->ref());
  return info && info->id == which;
}

}  // namespace simulation
