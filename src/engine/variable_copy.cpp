// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/variable_copy.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/plan_variables.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

std::span<const std::byte> part(const std::vector<std::byte>& of, std::uint32_t offset,
                                std::uint32_t size) {
  return std::span{of}.subspan(offset, size);
}

}  // namespace

result<void> variable_copy::first_sweep(kernel& kernel) {
  return named(copy_all(kernel));
}

result<void> variable_copy::second_sweep(kernel& kernel) {
  if (holds_kernel_objects(planned_->spec)) return {};
  return named(copy_late(kernel));
}

result<void> variable_copy::named(result<void> outcome) const {
  if (outcome) return outcome;
  return std::move(outcome).error().about(fmt::format("map {}", planned_->spec.name));
}

result<std::vector<std::byte>> variable_copy::read_old(kernel& kernel) const {
  LINCHPIN_TRY(auto read, kernel.read_map(from_));
  std::size_t end = 0;
  for (const auto& variable : planned_->variables) {
    end = std::max<std::size_t>(end, std::size_t{variable.from} + variable.size);
  }
  if (read.size() == 1 && read.values.size() >= end) return std::move(read.values);
  return error{errc::layout_mismatch, "copy variables"}
      .expected(fmt::format("one value of at least {} bytes, as on record", end))
      .found(fmt::format("{} of {} bytes", read.size(), read.value_size));
}

result<void> variable_copy::copy_all(kernel& kernel) {
  LINCHPIN_TRY(copied_, read_old(kernel));
  std::vector<variable_write> writes;
  writes.reserve(planned_->variables.size());
  for (const auto& variable : planned_->variables) {
    writes.push_back({variable.to, part(copied_, variable.from, variable.size), {}});
  }
  return kernel.write_variables(to_, writes);
}

result<void> variable_copy::copy_late(kernel& kernel) {
  LINCHPIN_TRY(const auto now, read_old(kernel));
  std::vector<variable_write> writes;
  for (const auto& variable : planned_->variables) {
    const auto count = std::max<std::uint32_t>(variable.elements, 1);
    const auto size = variable.size / count;
    for (std::uint32_t i = 0; i < count; ++i) {
      const auto value = part(now, variable.from + i * size, size);
      const auto before = part(copied_, variable.from + i * size, size);
      if (std::equal(value.begin(), value.end(), before.begin())) continue;
      writes.push_back({variable.to + i * size, value, before});
    }
  }
  return writes.empty() ? result<void>{} : kernel.write_variables(to_, writes);
}

}  // namespace linchpin
