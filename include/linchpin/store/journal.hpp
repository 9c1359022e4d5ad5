// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/store/manifest.hpp>

namespace linchpin {

/// What one component goes through in a transaction.
///
/// Updates in place need no words of their own: every attachment in the manifest whose link runs a
/// program of generation `to` goes back to its program of generation `from`.
struct journal_component {
  std::string name;
  linchpin::generation from{};  ///< 0: not there before
  linchpin::generation to{};    ///< 0: not there afterwards; equal to `from`: no new programs
  std::vector<attachment_record> attached;  ///< made by the transaction, to be undone
  std::vector<attachment_record> dropped;   ///< ended by the transaction, once it is committed

  friend bool operator==(const journal_component&, const journal_component&) = default;
};

/// Written before anything is created, removed after the last leftover is gone. The transaction
/// is committed when the manifest carries the journal's serial.
struct journal {
  std::uint64_t serial = 0;
  std::vector<journal_component> components;

  friend bool operator==(const journal&, const journal&) = default;
};

[[nodiscard]] std::vector<std::byte> encode(const journal& what);
/// \param[out] into as with a manifest
void encode(const journal& what, std::vector<std::byte>& into);
/// errors: bad_format, newer_format.
[[nodiscard]] result<journal> decode_journal(std::span<const std::byte> record);

}  // namespace linchpin
