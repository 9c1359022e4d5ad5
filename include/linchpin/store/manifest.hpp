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

namespace linchpin {

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

/// One of our attachments.
struct attachment_record {
  std::string family;   ///< "tcx_ingress"
  std::string target;   ///< "eth0"
  std::string program;  ///< the program's whole name
  mechanism how{};
  target_identity identity;
  attachment_id id;
  std::uint32_t slot = 0;  ///< its pin: "link-<slot>"
  std::int32_t priority = 0;

  friend bool operator==(const attachment_record&, const attachment_record&) = default;
};

/// A component as it runs.
struct component_record {
  std::string name;
  linchpin::generation generation{};
  std::uint64_t digest = 0;     ///< of the object it was loaded from
  std::uint32_t next_slot = 0;  ///< slots are not used twice
  std::vector<program_record> programs;
  std::vector<map_record> maps;
  std::vector<attachment_record> attachments;

  [[nodiscard]] const program_record* find_program(std::string_view wanted) const noexcept;
  [[nodiscard]] const map_record* find_map(std::string_view wanted) const noexcept;
  friend bool operator==(const component_record&, const component_record&) = default;
};

/// What a store says is running. A hint: the kernel decides.
struct manifest {
  std::uint64_t serial = 0;           ///< rises by one with every transaction
  std::vector<std::string> policies;  ///< the policy ids of the set that wrote it
  std::vector<component_record> components;

  [[nodiscard]] const component_record* find(std::string_view component) const noexcept;
  friend bool operator==(const manifest&, const manifest&) = default;
};

/// A manifest whose components lie elsewhere, for writing one without copying it.
struct manifest_parts {
  std::uint64_t serial = 0;
  std::span<const std::string> policies;
  std::span<const component_record* const> components;
};

/// effects: none; the record carries magic, format and checksum.
[[nodiscard]] std::vector<std::byte> encode(const manifest& what);
/// \param[out] into replaced; kept from one record to the next it need not grow again
void encode(const manifest_parts& what, std::vector<std::byte>& into);
/// errors: bad_format, newer_format.
[[nodiscard]] result<manifest> decode_manifest(std::span<const std::byte> record);

}  // namespace linchpin
