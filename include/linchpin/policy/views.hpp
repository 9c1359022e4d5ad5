// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/answer.hpp>
#include <linchpin/core/error.hpp>
#include <linchpin/core/hook_abilities.hpp>
#include <linchpin/core/ids.hpp>
#include <linchpin/core/uapi.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// What policies see and what they say: plain data, borrowed for the length of one call.
namespace linchpin::inline LINCHPIN_ABI {

// ---- order

/// One of our programs, asking for its place.
struct program_view {
  /// The component that it belongs to.
  std::string_view component{};
  /// The name of its C function, whole.
  std::string_view program{};
  /// What the component says: `attach(...).priority(n)`.
  int priority = 0;
};

/// A program at a hook: one that stands there, or one of ours that comes.
struct chain_member {
  /// Its id; 0 for one that is not loaded yet.
  program_id program{};
  /// Its link; 0 where the kernel does not say.
  link_id link{};
  /// At most 15 characters. Empty for a program without a name, and where it could not be had.
  std::string_view name{};
  /// Whether it belongs to this store. `component`, `priority`, `whole_name` and `fixed` mean
  /// nothing for the others.
  bool ours = false;
  /// The component that it belongs to.
  std::string_view component{};
  /// What the component says.
  int priority = 0;
  /// The name of the C function, which may be longer than `name`.
  std::string_view whole_name{};
  /// Whether `name` is known. Of programs of others it takes CAP_SYS_ADMIN.
  bool name_known = true;
  /// Ours, and nobody may move it now: it stays where it stands among strangers and its like.
  bool fixed = false;
};

/// The chain at one hook as it is to be arranged.
struct chain_view {
  /// The hook family: "tcx_ingress".
  std::string_view family{};
  /// The name of its target: "eth0".
  std::string_view target{};
  /// Those that stand there and stay, in run order; behind them those of ours that come, in the
  /// sequence in which they were asked for.
  std::span<const chain_member> members{};
  /// How many of the members stand there.
  std::size_t standing = 0;
};

/// The run order of a whole chain: each member once, by its index. Strangers, and whoever is
/// `fixed`, keep their order among themselves.
struct arrangement {
  std::vector<std::size_t> order;

  friend bool operator==(const arrangement&, const arrangement&) = default;
};

/// Where a program is to stand among the others.
struct placement {
  /// The ways to say it.
  enum class kind : std::uint8_t {
    /// Where it is; only for a program that is attached.
    stay,
    /// Before everybody.
    first,
    /// After everybody.
    last,
    /// Directly before `others[index]`.
    before,
    /// Directly after `others[index]`.
    after,
  };
  kind where = kind::last;
  /// For before and after: which of the others.
  std::size_t index = 0;

  friend bool operator==(const placement&, const placement&) = default;
};

// ---- sizing

/// The machine, as far as sizes depend on it.
struct machine_view {
  /// CPUs that could ever come online: the slots of a per-CPU value.
  std::uint32_t possible_cpus = 1;
  /// All of its memory; 0: not known.
  std::uint64_t memory_bytes = 0;
};

/// A map as its object declares it, or as it is.
struct map_view {
  std::string_view component{};
  std::string_view name{};
  uapi::map_type type{};
  /// Bytes of one key.
  std::uint32_t key_size = 0;
  /// Bytes of one value; of one CPU's slot in a per-CPU map.
  std::uint32_t value_size = 0;
  /// How many entries; for ring buffers bytes.
  std::uint32_t max_entries = 0;
  std::uint32_t flags = 0;
  /// The component says itself how many entries: those, whatever a sizing policy answers.
  bool size_asked = false;
};

/// All maps of all components that are asked for and can change now, but .data, .bss, .rodata
/// and .kconfig.
struct sizing_view {
  std::span<const map_view> maps{};
  machine_view machine{};
};

/// The size a map is to be created with.
struct map_shape {
  /// How many entries; for ring buffers bytes.
  std::uint32_t max_entries = 0;
  /// BPF_F_*, those that the object declares included.
  std::uint32_t flags = 0;

  friend bool operator==(const map_shape&, const map_shape&) = default;
};

// ---- update

/// A hook of a component, through the mechanism that was chosen for it.
struct hook_view {
  std::string_view component{};
  /// The hook family: "tcx_ingress".
  std::string_view family{};
  /// The name of its target: "eth0".
  std::string_view target{};
  /// What the hook can do through that mechanism.
  hook_abilities abilities{};
};

/// A component and the hooks at which it runs and goes on running.
struct upgrade_view {
  std::string_view component{};
  std::span<const hook_view> hooks{};
};

/// How a hook goes from one generation to the next.
enum class update_method : std::uint8_t {
  /// One compare-and-swap; no packet sees none or both.
  in_place,
  /// Attach the new one, then detach the old one; both run in between.
  make_before_break,
  /// Detach the old one, then attach the new one; neither runs in between.
  recreate,
};

/// How one hook goes from one generation to the next, with what the method takes.
struct update_choice {
  update_method method = update_method::in_place;
  /// For make_before_break: how long both generations run at least, in microseconds, before the old
  /// one is detached; more than a second is a second. A program that only moves has none.
  std::uint32_t overlap_us = 0;

  constexpr update_choice(update_method how, std::uint32_t microseconds = 0) noexcept
      : method(how), overlap_us(microseconds) {}
  friend constexpr bool operator==(const update_choice&, const update_choice&) = default;
};

// ---- carry

/// One leaf field of a key or value, from BTF.
struct field_view {
  /// "value.bytes_seen", "value.addr[]"; "key" or "value" for a scalar.
  std::string_view path{};
  /// BTF's words: "unsigned int", "struct in6_addr".
  std::string_view type{};
  /// Where it begins, counted in bits from the begin of the key or value.
  std::uint32_t bit_offset = 0;
  /// How long it is.
  std::uint32_t bit_size = 0;

  friend bool operator==(const field_view&, const field_view&) = default;
};

/// A map of the running generation and its successor.
struct carry_view {
  map_view running{};
  map_view next{};
  /// Key and value agree in size and, where BTF tells, field by field. Always so for a map of global
  /// variables (.data, .bss): each variable keeps its value by its name, unless that of all is
  /// discarded.
  bool same_layout = false;
  /// Key fields, then value fields, in offset order; empty where there is no BTF for the map.
  std::span<const field_view> running_fields{};
  std::span<const field_view> next_fields{};
};

/// How a map's contents reach the next generation.
enum class carry_method : std::uint8_t {
  /// The same map serves both.
  reuse,
  /// A new map; entries are copied before the switch and once more after it.
  copy,
  /// A new, empty map.
  discard,
};

// ---- lifetime

/// What happens to a component when its process ends.
enum class lifetime_kind : std::uint8_t {
  /// Pinned: outlives the process, adopted by the next one.
  durable,
  /// Not pinned: detached when the process ends, however it ends.
  ephemeral,
};

// ---- recovery

/// A step of a transaction that failed.
struct failure_view {
  std::string_view component{};
  /// "attach", "update", "load".
  std::string_view step{};
  /// Errno, or 0.
  int os_error = 0;
  /// Why it failed.
  errc condition{};
  /// `error::retryable()`: never true where the outcome is in doubt.
  bool retryable = false;
  /// How many times the step has been tried.
  std::uint32_t attempt = 1;
};

/// What to do about a step that failed.
enum class recovery_action : std::uint8_t {
  /// Undo the whole transaction, newest step first.
  roll_back,
  /// Try the step again; honoured only where `retryable`, at most 16 times.
  retry,
  /// Undo the whole transaction; `apply(desired)` then plans again and leaves the component of the
  /// failed step as it is, so that the others get theirs. As roll_back where a plan is carried out
  /// that somebody has in hand, and where the step concerns no single component.
  degrade,
};

/// What to do about a failed step, and when.
struct recovery_answer {
  recovery_action action = recovery_action::roll_back;
  /// Microseconds before the next try; more than a second is a second.
  std::uint32_t wait_us = 0;

  constexpr recovery_answer(recovery_action what, std::uint32_t microseconds = 0) noexcept
      : action(what), wait_us(microseconds) {}
  friend constexpr bool operator==(const recovery_answer&, const recovery_answer&) = default;
};

// ---- drift

/// What somebody did to one of our attachments.
enum class drift_kind : std::uint8_t {
  /// Our link runs a program that is not ours.
  replaced,
  /// Our link or filter is not there any more, though its target is.
  detached,
};

/// A difference at one hook of ours that nobody planned.
struct drift_view {
  std::string_view component{};
  /// Ours.
  std::string_view program{};
  /// "tcx_ingress".
  std::string_view family{};
  /// "eth0".
  std::string_view target{};
  drift_kind what{};
  /// Of `replaced`: what runs instead.
  program_id intruder{};
};

/// What to do about it.
enum class drift_action : std::uint8_t {
  /// Ours again.
  take_back,
  /// Stays so, and is told as a problem.
  report,
  /// Stays so, and is no problem.
  yield,
};

// ---- fallback

/// One way to realise a hook. A ladder lists them in the order of preference.
struct rung_view {
  /// "tcx link", "clsact filter".
  std::string_view mechanism{};
  /// Whether this kernel has it; unknown where only trying tells.
  const answer* available = nullptr;
};

}  // namespace linchpin
