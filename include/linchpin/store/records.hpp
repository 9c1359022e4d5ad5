// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// A program of a live generation.
struct program_record {
  std::string name;
  uapi::program_type type{};
  uapi::attach_type attach_type{};  ///< what it was loaded for
  program_id id{};
  program_tag tag{};

  friend bool operator==(const program_record&, const program_record&) = default;
};

/// A map of a live generation: what was asked for, and its identity. The kernel may round sizes
/// (ring buffers, per-CPU LRU), so `spec` keeps the request and `id` finds what came of it.
struct map_record {
  map_spec spec;
  map_id id{};

  friend bool operator==(const map_record&, const map_record&) = default;
};

/// One loaded version of a component.
struct generation_record {
  generation number{};
  std::uint64_t digest = 0;  ///< of the object it was loaded from; 0: not known
  std::vector<program_record> programs;
  std::vector<map_record> maps;

  [[nodiscard]] const program_record* find_program(std::string_view wanted) const noexcept;
  [[nodiscard]] const program_record* find_program(program_id wanted) const noexcept;
  [[nodiscard]] const map_record* find_map(std::string_view wanted) const noexcept;
  friend bool operator==(const generation_record&, const generation_record&) = default;
};

/// One of our attachments.
struct attachment_record {
  std::string family;                 ///< "tcx_ingress"
  std::string target;                 ///< "eth0"
  std::string program;                ///< the program's whole name
  linchpin::generation generation{};  ///< whose program it runs
  mechanism how{};
  uapi::attach_type type{};  ///< what it was attached as
  target_identity identity;
  attachment_id id;
  std::uint32_t slot = 0;  ///< its pin: "link-<slot>"
  std::int32_t priority = 0;

  friend bool operator==(const attachment_record&, const attachment_record&) = default;
};

/// A component as it runs: what its own record in its own directory says.
struct component_record {
  std::string name;
  linchpin::generation current{};  ///< the one that is meant to run; others may be alive
  std::uint32_t next_slot = 0;     ///< slots are not used twice
  std::uint64_t serial = 0;        ///< of the transaction that wrote the record
  std::vector<generation_record> generations;
  std::vector<attachment_record> attachments;

  [[nodiscard]] const generation_record* find_generation(
      linchpin::generation wanted) const noexcept;
  /// The current generation, or null when the record lists none of that number.
  [[nodiscard]] const generation_record* running() const noexcept;
  friend bool operator==(const component_record&, const component_record&) = default;
};

/// effects: none; the bytes carry magic, format and checksum.
[[nodiscard]] std::vector<std::byte> encode(const component_record& what);
/// \param[out] into replaced; kept from one record to the next it need not grow again
void encode(const component_record& what, std::vector<std::byte>& into);
/// errors: bad_format, also for every single flipped bit and every lost tail; newer_format for an
///   undamaged record that a newer linchpin wrote.
[[nodiscard]] result<component_record> decode_component(std::span<const std::byte> record);

}  // namespace linchpin
