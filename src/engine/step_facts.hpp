// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/step.hpp>

#include <array>
#include <cstdint>
#include <string_view>

// What there is to know about each kind of step beside how it is performed.
//
// The one list of steps: the name in `step_kind`, which is the word for texts that are kept as well
// and so must not change; the text in a plan and in events; what `step::number` means; the
// attachment that the step changes; whether a recovery must know of it, because it pins, attaches or
// records something. A kind that is not in the list does not compile.
// clang-format off
#define LINCHPIN_EACH_STEP(row)                                   \
  row(load_generation, "load", generation, none, false)           \
  row(copy_map, "copy", generation, none, false)                  \
  row(pin_generation, "pin", generation, none, true)              \
  row(take_out, "take out", program, before, true)                \
  row(attach_program, "attach", generation, after, true)          \
  row(swap_program, "update", program, before, true)              \
  row(pin_link, "pin again", generation, none, true)              \
  row(verify_chain, "verify", chain, none, false)                 \
  row(settle_maps, "settle", generation, none, false)             \
  row(let_both_run, "let both run", microseconds, none, false)    \
  row(fill_map, "fill", generation, none, true)                   \
  row(prepare_generation, "prepare", generation, none, true)      \
  row(end_attachment, "detach", generation, before, true)         \
  row(swap_back, "swap back", generation, after, true)            \
  row(remove_generation, "retire", generation, none, true)        \
  row(write_record, "record", generation, none, true)             \
  row(remove_component, "remove", generation, none, true)         \
  row(write_index, "index", generation, none, true)
// clang-format on

namespace linchpin::inline LINCHPIN_ABI::detail {

/// What `step::number` means.
enum class number_meaning : std::uint8_t { generation, program, chain, microseconds };

/// The attachment that a step changes, whose hook other steps of the component may have to wait for.
enum class changed_attachment : std::uint8_t {
  none,
  before,  ///< `step::before`, in the record before the plan
  after,   ///< `step::after`, in the record after the plan
};

struct step_facts {
  std::string_view word;  ///< "take_out"; empty for a number that is no kind of step
  std::string_view text;  ///< "take out"
  number_meaning number = number_meaning::generation;
  changed_attachment changes = changed_attachment::none;
  bool in_journal = false;
};

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wswitch"

[[nodiscard]] constexpr step_facts facts_of(step_kind kind) noexcept {
#define LINCHPIN_FACTS(kind, text, number, changes, in_journal) \
  case step_kind::kind:                                         \
    return {#kind, text, number_meaning::number, changed_attachment::changes, in_journal};
  switch (kind) { LINCHPIN_EACH_STEP(LINCHPIN_FACTS) }
#undef LINCHPIN_FACTS
  return {};
}

#pragma GCC diagnostic pop

inline constexpr auto every_step_kind = [] {
#define LINCHPIN_KIND(kind, ...) step_kind::kind,
  return std::array{LINCHPIN_EACH_STEP(LINCHPIN_KIND)};
#undef LINCHPIN_KIND
}();

}  // namespace linchpin::detail
