// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/plan.hpp>
#include <linchpin/engine/text_form.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// The parts of a `plan_form`: as in a plan, without what only this process can use.
namespace form {

/// An object by what identifies its bytes.
struct object {
  /// What its source is called: a path, or the name of an object in memory.
  std::string name;
  /// The checksum of its bytes, as `object_image::digest`.
  std::uint64_t digest = 0;

  friend bool operator==(const object&, const object&) = default;
};

/// One attachment of a component after the plan.
struct attachment {
  /// What the plan says about it.
  planned_attachment planned;
  /// The number under which neighbours name it; absent where the component does not change.
  std::optional<std::uint32_t> slot;

  friend bool operator==(const attachment&, const attachment&) = default;
};

/// One component of a plan. The members mean what those of `planned_component` mean.
struct component {
  std::string name;
  lifetime_kind lifetime = lifetime_kind::durable;
  generation from{};
  generation to{};
  generation twin{};
  /// Absent: nobody asks for the component.
  std::optional<form::object> object;
  std::vector<std::string> reasons;
  std::vector<global_record> globals;
  std::vector<planned_map> maps;
  std::vector<std::string> left_behind;
  std::vector<program_record> programs;
  std::vector<attachment> attachments;
  std::vector<planned_end> ends;
  std::vector<std::size_t> left_alone;
  std::vector<std::string> why_left_alone;
  std::vector<std::string> held_back;
  /// Whether a function prepares the generation before it is attached.
  bool prepares = false;

  friend bool operator==(const component&, const component&) = default;
};

/// One step of a plan. The members mean what those of `linchpin::step` mean, with indices that
/// are absent instead of `no_index`.
struct step {
  step_kind kind{};
  /// Whose change it belongs to; empty for steps of the plan as a whole.
  std::string component;
  std::optional<std::uint32_t> before;
  /// Into attachments, and behind them left_alone.
  std::optional<std::uint32_t> after;
  /// Into places.
  std::optional<std::uint32_t> place;
  std::uint64_t number = 0;

  friend bool operator==(const step&, const step&) = default;
};

}  // namespace form

/// All that a plan says, as a value with a text that reads back: for a log, a tool, a fleet.
///
///     const auto ours = edge.plan({firewall, balancer}).value().form();
///     send(write_text(ours));                           // on one machine
///
///     const auto theirs = read_plan(received).value();  // on another one
///     if (const auto differs = difference(without_identities(ours), without_identities(theirs)))
///       report(differs->line, differs->left, differs->right);
///
/// It cannot be applied: it has no objects, and what it was decided on may be gone. Only a `plan`
/// can.
///
/// Some lines of a text; see text_form.hpp for what holds for all of them. Its words are the names
/// of the members and enumerators here, in plan.hpp and in step.hpp. Numbers in steps count the
/// lines `attach` (and behind them `left_alone`), `map`, `place` and `chain` from 0; `before` and
/// `running` count the attachments that the component runs with.
///
///     linchpin plan 1
///     policy attach_order order.priority/1
///     component firewall durable from 1 to 2
///       object "firewall.bpf.o" digest 0123456789abcdef
///       because "object changed: fedcba9876543210 -> 0123456789abcdef"
///       map blocked hash key_size 4 value_size 8 max_entries 4096 carry copy reason "asked for"
///       attach fw_in xdp "eth0" at interface 2 how xdp_native what update why new_generation running 0
///     step load_generation of firewall generation 2
///     step swap_program of firewall before 0 after 0
///     end
struct plan_form {
  policy_ids policies;
  /// A checksum of the snapshot that it was decided on, without serials; 0: not told. The same one
  /// on the same machine, by the same version of linchpin: nothing changed that could change the
  /// plan.
  std::uint64_t decided_on = 0;
  std::vector<form::component> components;
  std::vector<std::string> removed;
  std::vector<std::string> notes;
  std::vector<step_place> places;
  std::vector<planned_chain> chains;
  std::vector<form::step> steps;

  friend bool operator==(const plan_form&, const plan_form&) = default;
};

/// The text of a plan.
/// returns: lines of which each ends in a newline; equal plans have equal texts
[[nodiscard]] LINCHPIN_EXPORT std::string write_text(const plan_form& what);

/// Reads a plan back from its text.
/// returns: a form that equals the one that was written
/// errors: bad_format with the line and what was expected there, also for a step about a
///   component, attachment, map, place or chain that the text does not have; newer_format with
///   both versions.
/// cost: memory of at most some eighty times the length of the text
[[nodiscard]] LINCHPIN_EXPORT result<plan_form> read_plan(std::string_view text);

/// The same plan without the numbers that each kernel gives out by itself (ids of programs,
/// maps, links, interfaces, cgroups and namespaces, handles of filters, revisions of chains)
/// and without what it was decided on; in sentences for people each number is N.
///
/// Two machines of which these are equal would do the same. Generations are kept, which each
/// store counts by itself.
[[nodiscard]] LINCHPIN_EXPORT plan_form without_identities(plan_form what);

/// The first line in which the texts of two plans differ.
/// returns: absent for plans that do the same
[[nodiscard]] LINCHPIN_EXPORT std::optional<text_difference> difference(const plan_form& left,
                                                                        const plan_form& right);

}  // namespace linchpin
