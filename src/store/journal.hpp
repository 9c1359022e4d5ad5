// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/store/records.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// How far a transaction got. It is committed in the instant in which the journal that says
/// `committed` replaces the one that says `intent`, by rename(2).
enum class journal_phase : std::uint8_t {
  /// Whatever was done is to be undone.
  intent = 1,
  /// Whatever is missing is to be done.
  committed = 2,
};

/// What becomes of one component in a transaction.
struct journal_change {
  /// The component.
  std::string name;
  /// Whether it was on record before the transaction.
  bool was_there = false;
  /// Whether it is on record after it.
  bool stays = false;
  /// Its record after the transaction; empty unless it stays.
  component_record after;
  /// Generations that `after` does not list and of which pins may be there: what retires, and
  /// second copies that programs run by while they move.
  std::vector<generation_record> others;

  friend bool operator==(const journal_change&, const journal_change&) = default;
};

/// A step of a plan in its stable form. The engine gives the numbers their meaning; the store
/// only keeps them.
struct step_record {
  /// The number of a `step_kind`.
  std::uint8_t kind = 0;
  /// Which of the journal's changes it belongs to.
  std::uint32_t change = 0;
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  std::uint64_t number = 0;
  std::optional<neighbour_record> left;
  std::optional<neighbour_record> right;

  friend bool operator==(const step_record&, const step_record&) = default;
};

/// What a transaction is about to do. Written before anything is created, removed after the
/// last leftover is gone: with it a transaction that was cut short can be undone or finished,
/// whichever its phase asks for.
struct journal {
  /// The serial of the transaction, which its records and its manifest will have.
  std::uint64_t serial = 0;
  journal_phase phase = journal_phase::intent;
  /// The ids of the policies that it was planned by.
  std::vector<std::string> policies;
  /// What becomes of each component that changes.
  std::vector<journal_change> changes;
  /// The steps, in the order in which they are carried out.
  std::vector<step_record> steps;

  friend bool operator==(const journal&, const journal&) = default;
};

/// A journal that is to be written, from records that stand elsewhere: those of a thousand
/// hooks are not copied for it. Its fields are those of `journal`; a null pointer is an absent
/// neighbour.
/// ownership: borrows everything it points to.
struct journal_draft {
  /// As `journal_change`.
  struct change {
    std::string_view name;
    bool was_there = false;
    bool stays = false;
    const component_record* after = nullptr;
    std::vector<const generation_record*> others;
  };
  /// As `step_record`.
  struct step {
    std::uint8_t kind = 0;
    std::uint32_t change = 0;
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    std::uint64_t number = 0;
    const neighbour_record* left = nullptr;
    const neighbour_record* right = nullptr;
  };
  std::uint64_t serial = 0;
  journal_phase phase = journal_phase::intent;
  std::span<const std::string> policies;
  std::vector<change> changes;
  std::vector<step> steps;
};

/// The bytes of a journal, with magic, format and checksum. It has format 3 where a generation in
/// it sets globals, or else format 2.
[[nodiscard]] std::vector<std::byte> encode(const journal& what);
/// As above, into a buffer that is kept.
/// \param[out] into replaced; a buffer that is used again need not grow again
void encode(const journal& what, std::vector<std::byte>& into);
void encode(const journal_draft& what, std::vector<std::byte>& into);
/// Reads formats 2 and 3; see format_1.hpp for the one before.
/// errors: bad_format, also for every single flipped bit and every lost tail; newer_format for
///   an undamaged journal that a newer linchpin wrote.
[[nodiscard]] result<journal> decode_journal(std::span<const std::byte> record);

}  // namespace linchpin
