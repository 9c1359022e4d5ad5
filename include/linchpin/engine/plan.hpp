// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_image.hpp>
#include <linchpin/hook/any_hook.hpp>
#include <linchpin/policy/views.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace linchpin {

/// What happens to one attachment.
enum class change : std::uint8_t {
  keep,      ///< nothing
  attach,    ///< a hook that is not ours yet
  update,    ///< the program changes in place
  replace,   ///< the new program is attached, then the old one detached; both run in between
  recreate,  ///< the old program is detached, then the new one attached; neither runs in between
  detach,    ///< a hook that is no longer wanted
  wait,      ///< the target is gone; nothing to do until it is back
};

/// Why.
enum class cause : std::uint8_t {
  unchanged,
  first_start,      ///< the component is new
  new_hook,         ///< the component did not stand here
  new_generation,   ///< its programs change
  moved,            ///< it stands at another place in the chain than the order policy says
  other_mechanism,  ///< asked for through another kernel interface
  target_back,      ///< the interface, cgroup or netns was gone and is there again
  link_lost,        ///< drift: our link is no longer there
  altered,          ///< drift: somebody put another program into our link
  unwanted,         ///< no longer asked for
  target_gone,
};

[[nodiscard]] std::string_view text(change what) noexcept;
[[nodiscard]] std::string_view text(cause why) noexcept;

/// One map of the generation that is to be built.
struct planned_map {
  map_spec spec;                      ///< with the shape it will be asked for
  std::optional<carry_method> carry;  ///< absent when there is nothing to carry
  std::string reason;                 ///< for people
  /// The component said how large, not the sizing policy.
  bool size_asked = false;
};

/// Where the order policy puts a program, counted in the chain that the plan leaves.
struct planned_place {
  std::uint32_t number = 0;  ///< 1 runs first; 0: decided when it is attached, not before
  std::uint32_t of = 0;
};

/// One attachment after the plan.
struct planned_attachment {
  std::string program;  ///< whole name
  any_hook hook;
  int priority = 0;
  target_identity identity;
  mechanism how{};
  change what = change::keep;
  cause why = cause::unchanged;
  /// Which attachment of the running component this one continues.
  std::optional<std::size_t> running;
  /// For cause::altered: the program that stands there instead of ours.
  program_id intruder{};
  /// The order number changed although nothing needs to move.
  bool renumbered = false;
  /// Absent where the order policy is not asked, or leaves the program where it is.
  std::optional<planned_place> place;
};

/// An attachment of the running component that ends.
struct planned_end {
  std::size_t running = 0;
  cause why = cause::unwanted;
  std::string program;  ///< whole name
  std::string hook;     ///< "tcx_ingress eth0"
};

/// One component, from what runs to what is asked for.
struct planned_component {
  std::string name;
  lifetime_kind lifetime = lifetime_kind::durable;
  generation from{};  ///< 0: not there yet
  generation to{};    ///< equal to `from`: nothing is loaded
  object_image image;
  std::vector<std::string> reasons;  ///< why a new generation is built
  std::vector<planned_map> maps;     ///< of the new generation; empty if none is built
  std::vector<planned_attachment> attachments;
  std::vector<planned_end> ends;

  [[nodiscard]] bool builds() const noexcept { return from != to; }
  [[nodiscard]] bool changes() const noexcept;
};

/// The difference between what is asked for and what is there, as a value. Nothing has changed yet.
///
/// Valid for the orchestrator that made it until that applies something; `apply` refuses a plan
/// that was overtaken.
class plan {
 public:
  /// True when applying it changes nothing.
  [[nodiscard]] bool empty() const noexcept;

  /// What will happen, why, and which policy decided it; one line for each thing that changes. A
  /// policy's id stands in brackets directly behind what it decided.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] const std::vector<planned_component>& components() const noexcept {
    return components_;
  }
  /// Components that run and are no longer asked for.
  [[nodiscard]] const std::vector<std::string>& removed() const noexcept { return removed_; }
  /// Things worth knowing that change nothing: another policy set than last time, waiting targets.
  [[nodiscard]] const std::vector<std::string>& notes() const noexcept { return notes_; }

 private:
  friend class planner;
  friend class orchestrator_core;
  friend class transaction;

  std::uint64_t serial_ = 0;  ///< of the state it was made against; see running_state
  std::vector<std::string> policies_;
  std::vector<planned_component> components_;
  std::vector<std::string> removed_;
  std::vector<std::string> notes_;
};

}  // namespace linchpin
