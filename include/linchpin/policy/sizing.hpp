// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/policy/concepts.hpp>

#include <initializer_list>
#include <string>
#include <vector>

/// Stock strategies for the size a map is created with.
namespace linchpin::inline LINCHPIN_ABI::sizing {

/// The size and flags that the object declares. The stock choice.
struct declared {
  static constexpr std::string_view policy_id = "sizing.declared/1";

  /// What the object says, whatever the machine.
  [[nodiscard]] constexpr map_shape size(const map_view& wanted,
                                         const machine_view&) const noexcept {
    return {wanted.max_entries, wanted.flags};
  }
};
static_assert(sizing_policy<declared>);

/// Numbers by map name, for every component that has a map of that name; what the object says
/// for maps that are not listed.
///
/// `sizing::fixed{{"blocked", 4096}, {"flows", 65536}}`
/// ownership: a value; it copies the names.
class fixed {
 public:
  static constexpr std::string_view policy_id = "sizing.fixed/1";

  /// One map and its size.
  struct entry {
    /// The whole name, as in the source.
    std::string map;
    /// How many entries it gets.
    std::uint32_t max_entries = 0;
  };

  /// A list that names nothing: as `declared`.
  fixed() = default;
  /// The sizes in braces.
  fixed(std::initializer_list<entry> sizes) : sizes_(sizes) {}
  /// Sizes that come from data.
  explicit fixed(std::vector<entry> sizes) : sizes_(std::move(sizes)) {}

  /// The number for a map that is listed, else what the object says. Flags stay.
  [[nodiscard]] map_shape size(const map_view& wanted, const machine_view& machine) const noexcept;

 private:
  std::vector<entry> sizes_;
};
static_assert(sizing_policy<fixed>);

/// Takes a declared size as one for each CPU, and multiplies by the CPUs that could come online:
/// for hash, LRU and LPM maps, whose load grows with the machine. Arrays, whose keys are positions,
/// and ring buffers stay as declared.
///
/// An LRU hash gets at least 256 entries for each CPU: every CPU hoards up to 128 free elements,
/// and a map smaller than twice that evicts fresh entries while nearly empty, on kernels without
/// the fix of June 2025. A product beyond 32 bits stays at the largest number, which the kernel
/// refuses: never a map smaller than asked for.
///
/// cost: memory grows with the CPUs, and with their square for per-CPU hashes.
/// source: kernel/bpf/bpf_lru_list.c
struct per_cpu {
  static constexpr std::string_view policy_id = "sizing.per_cpu/1";
  /// The least number of entries for each CPU of an LRU hash.
  static constexpr std::uint32_t lru_floor_per_cpu = 256;

  /// The declared number for each CPU, with the exceptions above. Flags stay.
  [[nodiscard]] map_shape size(const map_view& wanted, const machine_view& machine) const noexcept;
};
static_assert(sizing_policy<per_cpu>);

}  // namespace linchpin::sizing

#include <linchpin/policy/detail/sizing.hpp>
