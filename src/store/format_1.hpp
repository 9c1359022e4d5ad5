// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/store/records.hpp>

// What the first version of linchpin wrote: whole components inside the manifest, one generation
// each, and a journal without steps. It is read and never written.
namespace linchpin::inline LINCHPIN_ABI {

/// An attachment of format 1: it runs the only generation, and its family tells its attach
/// type.
struct attachment_record_1 {
  std::string family;
  std::string target;
  std::string program;
  mechanism how{};
  target_identity identity;
  attachment_id id;
  std::uint32_t slot = 0;
  std::int32_t priority = 0;

  friend bool operator==(const attachment_record_1&, const attachment_record_1&) = default;
};

/// A component of format 1: its record and its only generation in one.
struct component_record_1 {
  std::string name;
  linchpin::generation generation{};
  std::uint64_t digest = 0;
  std::uint32_t next_slot = 0;
  std::vector<program_record> programs;
  std::vector<map_record> maps;
  std::vector<attachment_record_1> attachments;

  friend bool operator==(const component_record_1&, const component_record_1&) = default;
};

/// The manifest of format 1, which has the components inside.
struct manifest_1 {
  std::uint64_t serial = 0;
  std::vector<std::string> policies;
  std::vector<component_record_1> components;

  friend bool operator==(const manifest_1&, const manifest_1&) = default;
};

/// What one component went through in a transaction of format 1.
///
/// Updates in place are not listed: every attachment in the manifest whose link runs a program of
/// generation `to` has to go back to its program of generation `from`.
struct journal_component_1 {
  std::string name;
  /// 0: not there before.
  linchpin::generation from{};
  /// 0: not there afterwards; equal to `from`: no new programs.
  linchpin::generation to{};
  /// Made by the transaction, to be undone.
  std::vector<attachment_record_1> attached;
  /// Ended by the transaction, once it is committed.
  std::vector<attachment_record_1> dropped;

  friend bool operator==(const journal_component_1&, const journal_component_1&) = default;
};

/// The transaction is committed when the manifest carries the journal's serial.
struct journal_1 {
  std::uint64_t serial = 0;
  std::vector<journal_component_1> components;

  friend bool operator==(const journal_1&, const journal_1&) = default;
};

/// Reads a manifest of format 1.
/// errors: bad_format.
[[nodiscard]] result<manifest_1> decode_manifest_1(std::span<const std::byte> record);
/// Reads a journal of format 1.
/// errors: bad_format.
[[nodiscard]] result<journal_1> decode_journal_1(std::span<const std::byte> record);

/// The same attachment as format 2 says it.
/// \param running the only generation, whose program it runs
/// errors: bad_format for a hook family that this linchpin does not know.
[[nodiscard]] result<attachment_record> carried_on(const attachment_record_1& attachment,
                                                   generation running);
/// The same component as format 2 says it, with its only generation current.
/// \param serial of the manifest that it was in
/// errors: bad_format for a hook family that this linchpin does not know.
[[nodiscard]] result<component_record> carried_on(const component_record_1& component,
                                                  std::uint64_t serial);

}  // namespace linchpin
