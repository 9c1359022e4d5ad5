// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>
#include <linchpin/engine/apply_observer.hpp>
#include <linchpin/engine/apply_report.hpp>
#include <linchpin/engine/component.hpp>
#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/desired_component.hpp>
#include <linchpin/engine/detail/policy_decisions.hpp>
#include <linchpin/engine/plan.hpp>
#include <linchpin/engine/snapshot.hpp>
#include <linchpin/engine/status.hpp>
#include <linchpin/policy/policy_set.hpp>

#include <concepts>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

class map_ref;
class program_ref;

struct running_component;
struct observed_attachment;
struct observed_component;
struct snapshot;
struct unfinished_change;
struct unseen_component;

/// The word for an empty desired state: `edge.apply(linchpin::nothing)` removes every component. A
/// list that happens to be empty does not, since nothing tells it from one that was lost.
struct nothing_t {
  explicit constexpr nothing_t(int) noexcept {}
};
/// The value to pass: `edge.apply(linchpin::nothing)`.
inline constexpr nothing_t nothing{0};

/// What an orchestrator is opened with, beside its directory and its policies.
struct open_options {
  /// Kernel to work on; must outlive the orchestrator. The running kernel when null.
  kernel* on = nullptr;
};

/// Everything that an orchestrator does, compiled once for all policy sets. Services use
/// `orchestrator`.
///
/// Where an earlier call ended with outcome::stranded, the next one first repairs what it left,
/// also one that otherwise only reads. What still fails for one component waits in its
/// directory and is tried again with every call; `status` says so, plans leave that component
/// as it is, and the others go on.
///
/// ownership: movable; a moved-from one can only be destroyed or assigned to.
/// threads: one thread at a time.
class LINCHPIN_EXPORT orchestrator_core {
 public:
  /// Takes the store over, with its lock.
  orchestrator_core(orchestrator_core&& other) noexcept
      : state_(std::exchange(other.state_, nullptr)) {}
  /// Closes the store that was held, as the destructor does, and takes over the other one.
  orchestrator_core& operator=(orchestrator_core&& other) noexcept;
  /// effects: detaches ephemeral components, leaves durable ones running, gives the lock up.
  ~orchestrator_core();

  /// What would change so that exactly these components run. Nothing is changed. These
  /// overloads take components as data; `orchestrator` takes those that were checked against
  /// its policies.
  ///
  /// A component that runs and is not among them is removed by the plan. One that cannot be
  /// looked at, or of which both records are lost, is left as it is, and the plan's notes say
  /// why.
  /// returns: the plan; an empty one when everything runs as asked for
  /// errors: what can be known beforehand is refused here: an empty list while components run
  ///   (say `nothing`), a source that cannot be read, an unknown program (with the nearest
  ///   name), a program of the wrong type for its hook, an interface or cgroup that does not
  ///   exist, an exclusive hook that is taken or asked for twice, an order this kernel cannot
  ///   give, a map that cannot be carried (with the fields that differ), a capability that this
  ///   thread does not have (permission_denied), a cgroup that takes no link because of another
  ///   program (busy, with its id and its cgroup).
  /// kernel: reads only.
  /// cost: at most 4 syscalls for each attached cgroup, one read of each object; where
  ///   something is attached anew, one for its cgroup and 4 for each above it, up to the first
  ///   with programs.
  [[nodiscard]] result<class plan> plan(std::span<const desired_component> desired);
  /// The same for components in braces.
  [[nodiscard]] result<class plan> plan(std::initializer_list<desired_component> desired);
  /// A plan that removes every component.
  [[nodiscard]] result<class plan> plan(nothing_t);

  /// Carries a plan out: all of it or none of it.
  ///
  /// effects: loads what is new, carries maps, changes hook by hook with compare-and-swap, then
  ///   publishes the manifest, which commits. The detaches come after that.
  /// \param watching told of each step; null for nobody
  /// returns: what was done; empty numbers for an empty plan
  /// errors: conflict when the plan was overtaken or is another orchestrator's, bad_format when
  ///   it is about components alone whose records are lost (nothing was tried); rolled_back
  ///   when a step failed: everything is as it was, and the error names the step, its hook and
  ///   what runs; stranded when undoing failed as well: it says where. An error after the
  ///   commit (leftovers that could not be removed) is stranded too; the new generation runs.
  /// kernel: CAP_BPF, CAP_NET_ADMIN; CAP_PERFMON where a program needs it.
  [[nodiscard]] result<apply_report> apply(const class plan& what,
                                           apply_observer* watching = nullptr);
  /// The same, which takes out of the plan what it can use, rather than copying it.
  [[nodiscard]] result<apply_report> apply(class plan&& what, apply_observer* watching = nullptr);

  /// Plans and applies. When somebody else changed a chain in between, observes and plans
  /// again. Where the recovery policy says degrade, plans again without the component whose
  /// step failed, and the report says who was left as it is.
  /// \param attempts how often to plan in all before the conflict is returned
  /// errors: as `plan` and as `apply` of a plan
  [[nodiscard]] result<apply_report> apply(std::span<const desired_component> desired,
                                           unsigned attempts = 3);
  /// The same for components in braces.
  [[nodiscard]] result<apply_report> apply(std::initializer_list<desired_component> desired,
                                           unsigned attempts = 3);
  /// Removes every component; `remove_all` also removes what linchpin keeps below the root.
  [[nodiscard]] result<apply_report> apply(nothing_t, unsigned attempts = 3);

  /// What the kernel and the store have now, with the chains at all hooks where ours stand.
  /// errors: permission_denied, and whatever reading the kernel answers; damage below the store
  ///   is no error but a problem in the snapshot
  /// kernel: reads only.
  [[nodiscard]] result<snapshot> observe();
  /// What runs, observed now, and what of it is pinned no more. The next apply pins that again,
  /// as far as it is held.
  /// errors: as `observe`
  /// kernel: reads only.
  [[nodiscard]] result<struct status> status();

  /// Removes one component: detaches it everywhere and forgets it.
  /// effects: one transaction, as an apply without this component would be; the others are not
  ///   touched
  /// errors: not_found (with the nearest name); conflict while its last change is not finished
  ///   or it cannot be looked at; or as `apply`.
  [[nodiscard]] result<apply_report> remove(std::string_view component);
  /// Removes every component, and what linchpin keeps below the root.
  /// effects: the directory itself stays, with what is not ours in it. A component whose record
  ///   is lost or whose last change is not finished stays as well, and is told in the report's
  ///   `left_alone`.
  /// errors: as `apply`
  [[nodiscard]] result<apply_report> remove_all();

  /// Gives one component up: its directory gets another name below the root and is nobody's
  /// from then on. What is pinned in it stays pinned and attached; traffic is not touched.
  /// returns: where its pins are now
  /// errors: not_found (with the nearest name); unsupported for an ephemeral component.
  [[nodiscard]] result<std::string> release(std::string_view component);
  /// Takes over a component whose record is lost, from what its pins hold. Filters are found by
  /// the programs that they run, at all interfaces of this network namespace; links whose pins
  /// were lost as well are found so too, with CAP_SYS_ADMIN.
  ///
  /// Which object it was loaded from is not known afterwards, so that the next apply builds a
  /// new generation.
  /// effects: writes a record; traffic is not touched
  /// errors: not_found (with the nearest name), also when too little is pinned; conflict while
  ///   its last change is not finished, unless what tells of that change is damaged: then that
  ///   is dropped.
  [[nodiscard]] result<void> adopt_again(std::string_view component);

  /// The pin of a map of the running generation, for other processes and for bpftool.
  /// returns: an absolute path, valid until the next upgrade of the component
  /// errors: not_found (with the nearest name); unsupported for an ephemeral component, which
  ///   has no pins.
  [[nodiscard]] result<std::string> map_path(std::string_view component,
                                             std::string_view map) const;
  /// Borrows a map of the running generation.
  /// ownership: valid until the component is upgraded or removed, or a call ends with
  ///   outcome::stranded; of a component whose last change is not finished, as `status` says,
  ///   until the next call.
  /// errors: not_found (with the nearest name); stranded.
  [[nodiscard]] result<map_ref> map_handle(std::string_view component, std::string_view map) const;
  /// The same for a program. errors: not_found (with the nearest name), also for one whose pin is gone; stranded.
  [[nodiscard]] result<program_ref> program_handle(std::string_view component,
                                                   std::string_view program) const;

  /// What opening, or the last call that repaired something, found of a transaction that was
  /// cut short, and did about it.
  /// returns: sentences for people; empty if there was nothing to repair
  [[nodiscard]] const std::string& recovered() const noexcept;

  struct state;

 protected:
  static result<orchestrator_core> open(std::string root, const open_options& options,
                                        decisions* owned_policies);

  using wanted_components = std::span<const desired_component* const>;
  result<class plan> plan_wanted(wanted_components desired);
  result<apply_report> apply_wanted(wanted_components desired, unsigned attempts);

 private:
  explicit orchestrator_core(state* owned) noexcept : state_(owned) {}

  result<class plan> plan_all(std::span<const desired_component* const> desired);
  result<class plan> plan_wanted(nothing_t) { return plan_all({}); }
  result<void> check_not_empty(std::span<const desired_component* const> desired) const;
  template <class Desired>
  result<apply_report> apply_until_settled(Desired desired, unsigned attempts);
  template <class Desired>
  result<apply_report> apply_with_what_is_left(Desired desired, unsigned attempts);
  result<apply_report> carry_out(class plan&& what, std::string& given_up);
  result<class plan> decide_on(std::span<const desired_component* const> desired);
  result<class plan> decide_on(std::span<const desired_component* const> desired,
                               std::vector<unseen_component>& unseen);
  result<apply_report> remove_these(snapshot seen);
  bool yields(std::string_view component, const attachment_record& record,
              const observed_attachment& found) const;
  void add_maps(component_status& to, const running_component& component) const;
  error no_such_component(std::string_view operation, std::string_view component) const;
  static error unrecorded(std::string_view operation, std::string_view component);
  static error unfinished(std::string_view operation, const unfinished_change& what);
  static error unseen(std::string_view operation, const observed_component& what);
  result<void> repair(bool unfinished_too = true);
  result<void> heal();
  void note_targets(const class plan& what);
  result<void> prepare(const class plan& what);
  result<void> check_recorded(const class plan& what) const;
  result<const running_component*> find_map(std::string_view component, std::string_view map) const;
  result<const running_component*> find_running(std::string_view component,
                                                std::string_view operation,
                                                std::string_view what) const;

  state* state_;
};

namespace detail {
template <class T>
concept names_components = requires(const T& several) {
  { *several.begin() } -> std::convertible_to<const desired_component&>;
  several.end();
  several.size();
};
}  // namespace detail

/// Owns the whole life of a service's BPF components below one directory of a bpffs.
///
/// One object does everything: a first start, a restart (the plan is empty, and traffic is not
/// touched), an upgrade, a reorder, a resize, a removal are all an `apply` of what the service
/// wants now.
///
/// \tparam Policies a policy set: `default_policies`, or a struct derived from it
/// threads: one thread at a time.
/// ownership: holds the store's lock while it lives. Destroying it detaches ephemeral
///   components and leaves durable ones running; the next `open` adopts those.
template <policy_set Policies = default_policies>
class orchestrator : public orchestrator_core {
 public:
  /// Opens a store, and takes over what an earlier process left running in it.
  /// effects: takes the lock, repairs a transaction that was cut short, adopts what runs.
  ///   Traffic is not touched unless there is something to repair.
  /// \param root a directory of its own on a bpffs, created if absent: "/sys/fs/bpf/edge"
  /// \param options the kernel to work on, for tests
  /// \param values parameters of the policies, where they have any
  /// errors: busy with the pid that holds the lock; unsupported when the root is not on a
  ///   bpffs; permission_denied; newer_format of an undamaged manifest or journal. Damage is no
  ///   error: `status` tells it.
  [[nodiscard]] static result<orchestrator> open(std::string_view root, open_options options = {},
                                                 policy_values<Policies> values = {}) {
    std::string name{root};
    auto core = orchestrator_core::open(std::move(name), options,
                                        new detail::policy_decisions<Policies>(std::move(values)));
    if (!core) return std::move(core).error();
    return orchestrator{*std::move(core)};
  }

  /// What components are checked against while they compile.
  using update_strategy = typename Policies::update_strategy;
  /// What this orchestrator plans: `service::component firewall{"firewall", source}`.
  using component = linchpin::component<update_strategy>;
  /// A component that insists on one way at all its hooks of a family that has several:
  /// `service::component_at<hook::xdp_way::native>`.
  template <auto... Ways>
  using component_at = linchpin::component<update_strategy, Ways...>;

  /// As `orchestrator_core::plan`, for components that were checked against the policies of
  /// this orchestrator.
  /// \param desired a vector, an array or a span of them
  template <class Components>
    requires detail::names_components<Components>
  [[nodiscard]] result<class plan> plan(const Components& desired) {
    return plan_wanted(pointers(desired));
  }
  /// The same for components in braces.
  template <class Component>
  [[nodiscard]] result<class plan> plan(std::initializer_list<Component> desired) {
    return plan_wanted(pointers(desired));
  }
  /// The same for components in braces that differ in the ways in which they take their hooks.
  [[nodiscard]] result<class plan> plan(
      std::initializer_list<checked_component<update_strategy>> desired) {
    return plan_wanted(pointers(desired));
  }
  /// A plan that removes every component.
  [[nodiscard]] result<class plan> plan(nothing_t) { return orchestrator_core::plan(nothing); }

  /// As `orchestrator_core::apply`.
  [[nodiscard]] result<apply_report> apply(const class plan& what,
                                           apply_observer* watching = nullptr) {
    return orchestrator_core::apply(what, watching);
  }
  /// As `orchestrator_core::apply`, which takes out of the plan what it can use.
  [[nodiscard]] result<apply_report> apply(class plan&& what, apply_observer* watching = nullptr) {
    return orchestrator_core::apply(std::move(what), watching);
  }
  /// Plans and applies, as `orchestrator_core::apply` does with components.
  template <class Components>
    requires detail::names_components<Components>
  [[nodiscard]] result<apply_report> apply(const Components& desired, unsigned attempts = 3) {
    return apply_wanted(pointers(desired), attempts);
  }
  /// The same for components in braces.
  template <class Component>
  [[nodiscard]] result<apply_report> apply(std::initializer_list<Component> desired,
                                           unsigned attempts = 3) {
    return apply_wanted(pointers(desired), attempts);
  }
  /// The same for components in braces that differ in the ways in which they take their hooks.
  [[nodiscard]] result<apply_report> apply(
      std::initializer_list<checked_component<update_strategy>> desired, unsigned attempts = 3) {
    return apply_wanted(pointers(desired), attempts);
  }
  /// Removes every component.
  [[nodiscard]] result<apply_report> apply(nothing_t, unsigned attempts = 3) {
    return orchestrator_core::apply(nothing, attempts);
  }

 private:
  explicit orchestrator(orchestrator_core&& core) noexcept : orchestrator_core(std::move(core)) {}

  template <class Components>
  static std::vector<const desired_component*> pointers(const Components& desired) {
    std::vector<const desired_component*> made;
    made.reserve(desired.size());
    for (const auto& component : desired) {
      static_assert(
          std::derived_from<std::remove_cvref_t<decltype(component)>,
                            checked_component<update_strategy>>,
          "linchpin: this component was not checked against the policies of this orchestrator: "
          "make it an orchestrator<P>::component");
      made.push_back(&component);
    }
    return made;
  }
};

}  // namespace linchpin
