// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_source.hpp>
#include <linchpin/engine/map_fill.hpp>
#include <linchpin/engine/snapshot.hpp>
#include <linchpin/engine/step.hpp>
#include <linchpin/hook/any_hook.hpp>
#include <linchpin/policy/views.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

struct plan_form;

/// What happens to one attachment.
enum class change : std::uint8_t {
  /// Nothing; it runs as asked for.
  keep,
  /// Our program is attached at a hook where none of this component runs yet.
  attach,
  /// The program in our link or filter is replaced in place: no packet sees none or both.
  update,
  /// Twice: the next attachment is made before the former one ends, and packets run both in
  /// between.
  attach_then_detach,
  /// Gap: the former attachment ends before the next one is made, and packets run neither in
  /// between.
  detach_then_attach,
  /// The target is gone. There is nothing to do until it is back.
  wait,
};

/// Why that happens to it.
enum class cause : std::uint8_t {
  /// Nothing speaks for a change.
  unchanged,
  /// The component is new in this store.
  first_start,
  /// The component runs, and did not stand at this hook.
  new_hook,
  /// The programs of the component change.
  new_generation,
  /// The program stands at another place in the chain than the order policy says.
  moved,
  /// The program's tc priority leaves none free for who is to stand beside it.
  makes_room,
  /// The hook is asked for through another kernel interface.
  other_mechanism,
  /// The target's name means another interface, cgroup or netns than before.
  target_back,
  /// Drift: our link or filter is no longer there.
  link_lost,
  /// Drift: somebody put another program into our link.
  altered,
  /// Drift: somebody removed the pin of our link.
  pin_lost,
  /// Nobody asks for the attachment any more.
  unwanted,
  /// The target does not exist.
  target_gone,
};

/// One word for people: "attach", "update", "twice", "gap".
[[nodiscard]] LINCHPIN_EXPORT std::string_view text(change what) noexcept;
/// The reason as the plan's text says it: "not attached here yet".
[[nodiscard]] LINCHPIN_EXPORT std::string_view text(cause why) noexcept;

/// A global variable that keeps its value from one generation to the next.
struct carried_variable {
  std::string name;
  /// The map of the running generation that it moves from; empty for that of the same section.
  std::string moves_from;
  /// Where it is in the running generation's map, in bytes.
  std::uint32_t from = 0;
  /// Where it is in the next generation's.
  std::uint32_t to = 0;
  /// Bytes, but for those behind the last field.
  std::uint32_t size = 0;
  /// Some of it is no number of 1, 2, 4 or 8 bytes at a multiple of its size, such as a name: no
  /// part of that can be changed while programs run without a moment at which it is a mixture, so that
  /// what changes of it between the copy and the switch is lost.
  bool partly_copied_once = false;

  friend bool operator==(const carried_variable&, const carried_variable&) = default;
};

/// One map of the generation that is to be built.
struct planned_map {
  /// What the object declares, with the size and flags that the map will be created with.
  map_spec spec;
  /// How its contents reach this generation; absent when the running one has nothing to carry.
  std::optional<carry_method> carry;
  /// Who decided that, or what speaks against another way; for people.
  std::string reason;
  /// The component said how large, not the sizing policy.
  bool size_asked = false;
  /// The running map that is reused; 0 for none.
  map_id running{};
  /// Of a map of global variables that is copied: those that keep their values. The others have what
  /// the object or the component gives them.
  std::vector<carried_variable> variables{};
  /// Variables of which the running generation has one of that name, and which do not keep its
  /// value, and those that the next object no longer has; with the reason, for people.
  std::vector<std::string> left_behind{};
  /// Of a map of global variables with something of the kernel's in it (a lock, a timer, a pointer):
  /// it cannot be written in parts, so that what changes of any variable between the copy and the
  /// switch is lost.
  bool copied_once = false;
  /// How many entries are written into it before anything is attached; absent for none, and where a
  /// function gives them.
  std::optional<std::uint64_t> filled_with{};
  /// A function of the component gives the entries.
  bool filled_by_function = false;

  friend bool operator==(const planned_map&, const planned_map&) = default;
};

/// Where a program stands in the chain that the plan leaves.
struct planned_place {
  /// 1 runs first; 0 when the kernel could not tell the chain beforehand.
  std::uint32_t number = 0;
  /// How many programs run in that chain, strangers included.
  std::uint32_t of = 0;

  friend bool operator==(const planned_place&, const planned_place&) = default;
};

/// One attachment of a component after the plan.
struct planned_attachment {
  /// The program, by the name of its C function.
  std::string program;
  any_hook hook;
  int priority = 0;
  /// What the target's name means now; for a target that is gone, what it meant when it was
  /// attached.
  target_identity identity{};
  /// The kernel interface that carries it.
  mechanism how{};
  /// Tried in turn where `how` turns out not to be supported: what the fallback policy allows.
  std::vector<mechanism> else_by{};
  change what = change::keep;
  cause why = cause::unchanged;
  /// For change::attach_then_detach: how long both run at least, in microseconds.
  std::uint32_t overlap_us = 0;
  /// Which attachment of the running component this one continues.
  std::optional<std::size_t> running{};
  /// For cause::altered: the program that stands there instead of ours.
  program_id intruder{};
  /// The order number changed although nothing needs to move.
  bool renumbered = false;
  /// What its name meant is in another network namespace: it stays as it is.
  bool out_of_sight = false;
  /// Somebody changed it, and the drift policy leaves it so.
  bool left_to_others = false;
  /// Whether the plan leaves it as it is whatever was asked for.
  [[nodiscard]] bool untouched() const noexcept { return out_of_sight || left_to_others; }
  /// Absent where the program stays where it is, and where there is one place only.
  std::optional<planned_place> place{};

  friend bool operator==(const planned_attachment&, const planned_attachment&) = default;
};

/// An attachment of the running component that ends.
struct planned_end {
  /// Which one, as an index into the record of the component that runs.
  std::size_t running = 0;
  /// Why it ends.
  cause why = cause::unwanted;
  /// Its program, by the name of its C function.
  std::string program;
  /// Where it is: "tcx_ingress eth0".
  std::string hook;

  friend bool operator==(const planned_end&, const planned_end&) = default;
};

/// One component, from what runs to what is asked for.
struct LINCHPIN_EXPORT planned_component {
  std::string name;
  /// Whether it outlives the process.
  lifetime_kind lifetime = lifetime_kind::durable;
  /// The generation that runs; 0 when none does.
  generation from{};
  /// The generation that will run; equal to `from` when nothing is loaded.
  generation to{};
  /// Programs that move are attached a second time, and a hook takes the same program only once:
  /// the number under which they are loaded again for the length of the transaction; else 0.
  generation twin{};
  /// Absent: nobody asks for it, and it is removed but for what is left alone.
  std::optional<object_image> image;
  /// Why another generation is built, one clause each.
  std::vector<std::string> reasons;
  /// What its global variables are set to, in the order of their names; empty if none is built.
  std::vector<global_record> globals;
  /// The maps of that generation; empty if none is built.
  std::vector<planned_map> maps;
  /// Maps of the running generation that the next one does not have, one line each.
  std::vector<std::string> left_behind;
  /// What is written into the maps that are filled: as many as `maps`, or none if none is filled.
  std::vector<std::optional<map_fill>> fills;
  /// What prepares that generation; empty for nothing.
  prepare_function preparation;
  /// What is loaded, of a twin as well, and for what; ids are 0 until then. In the object's order,
  /// as the maps are.
  std::vector<program_record> programs;
  /// What becomes of each attachment that is asked for, in the sequence of the desired state.
  std::vector<planned_attachment> attachments;
  /// Attachments that run and end.
  std::vector<planned_end> ends;
  /// Running attachments that stay although nobody asks for them: their target is in another
  /// network namespace, or their hook family is not known.
  std::vector<std::size_t> left_alone;
  /// Why those stay, and those that are out of sight; one line each.
  std::vector<std::string> why_left_alone;
  /// Why it is left as it is although something else was asked for; empty if it is not.
  std::vector<std::string> held_back;
  /// What will be on record. Ids that the kernel gives are 0 until then.
  component_record after;

  /// Whether the service asks for this component.
  [[nodiscard]] bool asked_for() const noexcept { return image.has_value(); }
  /// Whether a new generation is loaded.
  [[nodiscard]] bool builds() const noexcept { return from != to; }
  /// Whether anything of it changes: a component that is held back does not.
  [[nodiscard]] bool changes() const noexcept;
};

/// One program in a chain as the plan leaves it.
struct planned_chain_entry {
  /// The component that the program belongs to; empty for somebody else's.
  std::string component;
  /// The whole name of one of ours; the 15 characters of a stranger's where they could be had.
  std::string program;
  /// The program's id; 0 for one of ours that is not loaded yet.
  program_id id{};

  friend bool operator==(const planned_chain_entry&, const planned_chain_entry&) = default;
};

/// The chain at a hook where the plan attaches or moves something.
struct planned_chain {
  /// The hook family: "tcx_ingress".
  std::string family;
  target_identity identity;
  mechanism how{};
  /// Who runs there after the plan, in run order.
  std::vector<planned_chain_entry> entries;
  /// Who runs there at the commit: those of ours that end are still there, since they end after
  /// everything else has come.
  std::vector<planned_chain_entry> at_commit;

  friend bool operator==(const planned_chain&, const planned_chain&) = default;
};

/// The difference between what is asked for and what is there, as a value. Nothing has changed
/// yet.
///
/// Print it before applying: every effect that `apply` will have is in its text.
/// ownership: a value; it holds the images of the objects that it loads. Valid for the
///   orchestrator that made it until that applies something; `apply` refuses a plan that was
///   overtaken.
/// threads: a finished plan may be read from any thread.
class LINCHPIN_EXPORT plan {
 public:
  // Out of line: whoever includes this would compile the end of every part of a plan.
  plan();
  plan(const plan& other);
  plan(plan&& other) noexcept;
  plan& operator=(const plan& other);
  plan& operator=(plan&& other) noexcept;
  ~plan();

  /// Whether applying it changes nothing.
  [[nodiscard]] bool empty() const noexcept;

  /// What will happen, why, and which policy decided it; one line for each thing that changes.
  /// returns: lines for people. A policy's id stands in brackets directly behind what the
  ///   policy decided.
  [[nodiscard]] std::string text() const;
  /// All that it says, in a form that has a stable text and reads back.
  [[nodiscard]] plan_form form() const;

  /// The components that are asked for, and those that are removed but for what is left alone.
  [[nodiscard]] const std::vector<planned_component>& components() const noexcept {
    return components_;
  }
  /// Components that run and are no longer asked for. One of which something is left alone
  /// stays on record, and is among `components`.
  [[nodiscard]] const std::vector<std::string>& removed() const noexcept { return removed_; }
  /// Things worth knowing that change nothing: another policy set than last time, waiting targets.
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }
  /// The primitive changes in the order in which they are carried out. Those up to the commit are
  /// undone, newest first, when one fails; those after it are finished, if need be by the next
  /// process.
  [[nodiscard]] const std::vector<step>& steps() const noexcept { return steps_; }
  /// Where the steps attach; a step names its place by the index into these.
  [[nodiscard]] const std::vector<step_place>& places() const noexcept { return places_; }
  /// One step for people: "attach guard_in at tcx_ingress eth0, component guard".
  [[nodiscard]] std::string text(const step& of) const;
  /// The run order after the plan at each hook where it attaches or moves something.
  [[nodiscard]] const std::vector<planned_chain>& chains() const noexcept { return chains_; }
  /// The snapshot that it was decided on.
  [[nodiscard]] const snapshot& seen() const noexcept { return seen_; }

 private:
  friend class decider;
  friend class orchestrator_core;
  friend class transaction;

  /// What steps mean by a change: a component that changes, or one that is removed.
  struct changed {
    bool removed = false;
    /// Which of components_ or removed_.
    std::uint32_t index = 0;
  };
  [[nodiscard]] std::string_view name_of(const changed& which) const noexcept;

  /// Of the running state that it was made against.
  std::uint64_t serial_ = 0;
  std::vector<std::string> policies_;
  std::vector<planned_component> components_;
  std::vector<std::string> removed_;
  std::vector<std::string> notes_;
  std::vector<changed> changes_;
  std::vector<step> steps_;
  std::vector<step_place> places_;
  std::vector<planned_chain> chains_;
  snapshot seen_;
};

}  // namespace linchpin
