// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/testing/fake_kernel.hpp>

#include "testing/fake/call.hpp"
#include "testing/fake/map_contents.hpp"
#include "testing/fake/process_state.hpp"

namespace linchpin::inline LINCHPIN_ABI::testing {

using fake::call;

result<std::vector<layout_field>> fake_kernel::read_layout(handle_ref map) {
  const call now{*state_, verb::read_layout};
  if (!now) return now.dead();
  const auto found = state_->find<fake::map>(map.number);
  if (!found) return now.not_a("map", map);
  return state_->may_read_layouts() ? found->layout : std::vector<layout_field>{};
}

result<map_entries> fake_kernel::read_map(handle_ref map) {
  const call now{*state_, verb::read_map};
  if (!now) return now.dead();
  const auto from = state_->find<fake::map>(map.number);
  if (!from) return now.not_a("map", map);
  return fake::read_entries(*from, state_->machine.facts.possible_cpus);
}

result<void> fake_kernel::write_map(handle_ref map, const map_entries& entries, bool only_missing) {
  const call now{*state_, verb::write_map};
  if (!now) return now.dead();
  const auto into = state_->find<fake::map>(map.number);
  if (!into) return now.not_a("map", map);
  if (into->info.type == uapi::map_type::prog_array) {
    return fake::write_slots(*into, entries, [this](std::uint32_t number) {
      return state_->find<fake::program>(static_cast<int>(number));
    });
  }
  return fake::write_entries(*into, state_->machine.facts.possible_cpus, entries, only_missing);
}

result<void> fake_kernel::erase_keys(handle_ref map, std::span<const std::byte> keys) {
  const call now{*state_, verb::erase_keys};
  if (!now) return now.dead();
  const auto from = state_->find<fake::map>(map.number);
  if (!from) return now.not_a("map", map);
  return fake::erase_entries(*from, keys);
}

result<void> fake_kernel::write_variables(handle_ref map, std::span<const variable_write> writes,
                                          bool in_use) {
  const call now{*state_, verb::write_variables};
  if (!now) return now.dead();
  const auto into = state_->find<fake::map>(map.number);
  if (!into) return now.not_a("map", map);
  return fake::write_variables(*into, writes, in_use);
}

}  // namespace linchpin::testing
