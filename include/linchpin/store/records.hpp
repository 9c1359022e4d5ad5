// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/kernel/kernel.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// A program of a generation that is alive.
struct program_record {
  /// The name of the C function, whole.
  std::string name;
  uapi::program_type type{};
  /// What it was loaded for; the kernel compares it at some hooks.
  uapi::attach_type attach_type{};
  /// What the kernel calls it: its identity while it is loaded.
  program_id id{};
  /// A checksum of its instructions; compared as well, since ids may be given out again.
  program_tag tag{};

  friend bool operator==(const program_record&, const program_record&) = default;
};

/// Stands for the checksum of what a function filled a map with.
inline constexpr std::uint64_t filled_by_function = 1;

/// A map of a generation that is alive: what was asked for, and its identity. The kernel may
/// round sizes (ring buffers, per-CPU LRU), so `spec` keeps the request and `id` finds what
/// came of it.
struct map_record {
  map_spec spec;
  map_id id{};
  /// A checksum of what it was filled with before its programs ran; 0 for nothing, and
  /// `filled_by_function` where a function gave that.
  std::uint64_t filled = 0;

  friend bool operator==(const map_record&, const map_record&) = default;
};

/// A global variable that a component sets before its object is loaded.
struct global_record {
  /// As in the source.
  std::string name;
  /// What the variable is, by which people read its value.
  variable_kind kind{};
  /// As many bytes as the variable has.
  std::vector<std::byte> value;

  friend bool operator==(const global_record&, const global_record&) = default;
};

/// One loaded version of a component.
struct LINCHPIN_EXPORT generation_record {
  generation number{};
  /// The checksum of the object that it was loaded from; 0: not known, after a take-over
  /// without a record.
  std::uint64_t digest = 0;
  std::vector<program_record> programs;
  std::vector<map_record> maps;
  /// What its variables were set to, in the order of their names.
  std::vector<global_record> globals{};
  /// Which words the layouts of its maps are written in; 1 where an earlier linchpin wrote them.
  std::uint32_t layouts = layout_version;
  /// Whether a function of the component prepared it.
  bool prepared = false;

  /// The program of that name, or null.
  [[nodiscard]] const program_record* find_program(std::string_view wanted) const noexcept;
  /// The program of that id, or null.
  [[nodiscard]] const program_record* find_program(program_id wanted) const noexcept;
  /// The map of that name, or null.
  [[nodiscard]] const map_record* find_map(std::string_view wanted) const noexcept;
  friend bool operator==(const generation_record&, const generation_record&) = default;
};

/// One of our attachments.
struct attachment_record {
  /// Its hook family: "tcx_ingress".
  std::string family;
  /// The name that it was asked for by: "eth0". The identity tells what it meant.
  std::string target;
  /// The path of the netns where that name counts; empty for the service's own. The identity tells which
  /// it was.
  std::string netns;
  /// The program's whole name.
  std::string program;
  /// The generation whose program it runs.
  linchpin::generation generation{};
  mechanism how{};
  /// What it was attached as.
  uapi::attach_type type{};
  target_identity identity;
  attachment_id id;
  /// The number of its pin: "link-<slot>".
  std::uint32_t slot = 0;
  std::int32_t priority = 0;

  friend bool operator==(const attachment_record&, const attachment_record&) = default;
};

/// A component as it runs: what its own record in its own directory says.
struct LINCHPIN_EXPORT component_record {
  std::string name;
  /// The generation that is meant to run; others may be alive.
  linchpin::generation current{};
  /// The slot of the next attachment. Slots are not used twice.
  std::uint32_t next_slot = 0;
  /// Of the transaction that wrote the record; of two copies the higher one counts.
  std::uint64_t serial = 0;
  std::vector<generation_record> generations;
  std::vector<attachment_record> attachments;

  /// The generation of that number, or null.
  [[nodiscard]] const generation_record* find_generation(
      linchpin::generation wanted) const noexcept;
  /// The current generation, or null when the record lists none of that number.
  [[nodiscard]] const generation_record* running() const noexcept;
  friend bool operator==(const component_record&, const component_record&) = default;
};

/// An attachment next to which another one is placed: one of ours, by component and slot; or,
/// when `component` is empty, a stranger's, by what the chain told of it.
struct neighbour_record {
  std::string component;
  /// The slot of one of ours.
  std::uint32_t slot = 0;
  /// What the chain told of a stranger.
  chain_entry entry;

  friend bool operator==(const neighbour_record&, const neighbour_record&) = default;
};

}  // namespace linchpin
