// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/variable_copy.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "kernel/variable_writes.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

std::span<const std::byte> part(const std::vector<std::byte>& of, std::uint32_t offset,
                                std::uint32_t size) {
  return std::span{of}.subspan(offset, size);
}

bool same(std::span<const std::byte> left, std::span<const std::byte> right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

}  // namespace

std::string_view source_section(const planned_map& map, const carried_variable& variable) noexcept {
  return variable.moves_from.empty() ? map.spec.name : variable.moves_from;
}

result<void> variable_copy::first_sweep(kernel& kernel) {
  return named(copy_all(kernel));
}

result<void> variable_copy::second_sweep(kernel& kernel) {
  if (planned_->copied_once) return {};
  return named(copy_late(kernel));
}

result<void> variable_copy::named(result<void> outcome) const {
  if (outcome) return outcome;
  return std::move(outcome).error().about(fmt::format("map {}", planned_->spec.name));
}

const variable_copy::source& variable_copy::source_of(const carried_variable& variable) const {
  return *std::find_if(from_.begin(), from_.end(), [&](const source& other) {
    return other.section == source_section(*planned_, variable);
  });
}

result<std::vector<std::byte>> variable_copy::read(kernel& kernel, const source& from) const {
  LINCHPIN_TRY(auto read, kernel.read_map(from.map));
  std::size_t end = 0;
  for (const auto& variable : planned_->variables) {
    if (source_section(*planned_, variable) != from.section) continue;
    end = std::max<std::size_t>(end, std::size_t{variable.from} + variable.size);
  }
  if (read.size() == 1 && read.values.size() >= end) return std::move(read.values);
  return error{errc::layout_mismatch, "copy variables"}
      .expected(
          fmt::format("one value of at least {} bytes in {}, as on record", end, from.section))
      .found(fmt::format("{} of {} bytes", read.size(), read.value_size));
}

result<void> variable_copy::copy_all(kernel& kernel) {
  for (auto& from : from_) {
    LINCHPIN_TRY(from.copied, read(kernel, from));
  }
  std::vector<variable_write> writes;
  writes.reserve(planned_->variables.size());
  for (const auto& variable : planned_->variables) {
    writes.push_back(
        {variable.to, part(source_of(variable).copied, variable.from, variable.size), {}});
  }
  // What cannot be written later, while programs run, is to fail before they are switched.
  auto written = kernel.write_variables(to_, writes, !planned_->copied_once);
  if (written || !written.error().is(errc::unsupported)) return written;
  return std::move(written).error().advice(
      "ask for carry::discard for this map, or put what keeps it from being mapped into a section "
      "of "
      "its own");
}

void variable_copy::add_late(const carried_variable& variable, const std::vector<std::byte>& now,
                             std::optional<scalar_parts>& parts,
                             std::vector<variable_write>& writes) const {
  const auto value = part(now, variable.from, variable.size);
  const auto before = part(source_of(variable).copied, variable.from, variable.size);
  if (same(value, before)) return;
  if (!parts) parts.emplace(planned_->spec.layout, 0, planned_->spec.value_size);
  for (std::uint32_t begin = 0; begin < variable.size;) {
    const auto end = std::min(parts->end_of(variable.to + begin) - variable.to, variable.size);
    const auto size = end - begin;
    const auto late = value.subspan(begin, size);
    const auto early = before.subspan(begin, size);
    const bool at_once = detail::is_one_write(variable.to + begin, size);
    if (at_once && !same(late, early)) writes.push_back({variable.to + begin, late, early});
    begin += size;
  }
}

result<void> variable_copy::copy_late(kernel& kernel) {
  std::vector<std::vector<std::byte>> now;
  now.reserve(from_.size());
  std::vector<variable_write> writes;
  std::optional<scalar_parts> parts;
  for (const auto& from : from_) {
    LINCHPIN_TRY(auto value, read(kernel, from));
    now.push_back(std::move(value));
    for (const auto& variable : planned_->variables) {
      if (source_section(*planned_, variable) == from.section)
        add_late(variable, now.back(), parts, writes);
    }
  }
  return writes.empty() ? result<void>{} : kernel.write_variables(to_, writes, true);
}

}  // namespace linchpin
