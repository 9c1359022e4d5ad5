// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/desired_component.hpp>
#include <linchpin/engine/detail/entry_bytes.hpp>
#include <linchpin/hook/typed_hook.hpp>
#include <linchpin/policy/carry.hpp>
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/update.hpp>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <type_traits>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// What a service says about a map whose key and value types the service knows as C++ types.
/// Made by `component::map<Key, Value>(name)`.
///
/// ownership: refers into its component, and is valid until the component moves or gets another
///   map.
template <class Key, class Value>
class typed_map_words {
 public:
  /// Wraps what is said about a map of any type.
  explicit typed_map_words(desired_component::map_words about) : about_(about) {}

  /// Asks for a number of entries, over what the sizing policy says, as
  /// desired_component::map_words does.
  typed_map_words& max_entries(std::uint32_t count) {
    about_.max_entries(count);
    return *this;
  }
  /// Asks for a way to carry the contents over, which wins over the carry policy.
  template <class Strategy>
  typed_map_words& carry(Strategy strategy) {
    about_.carry(strategy);
    return *this;
  }

  /// As `carry`, where the types of the running version are known as well: `carry_from<old_key,
  /// old_value>(carry::copy{})`. Entries that cannot go from one version to the other do not
  /// compile.
  ///
  /// The plan compares the fields of both maps as well, where BTF describes them: sizes that
  /// agree by chance are found there.
  /// \tparam OldKey the key type of the version that runs
  /// \tparam OldValue the value type of the version that runs
  template <class OldKey, class OldValue, class Strategy>
  typed_map_words& carry_from(Strategy strategy) {
    static_assert(
        carries_between<Strategy, OldKey, Key> && carries_between<Strategy, OldValue, Value>,
        "linchpin: this strategy cannot carry the entries of the running version into those of "
        "the next one: carry::reuse and carry::copy need keys and values of the same size, "
        "carry::discard starts with an empty map");
    return carry(strategy);
  }

  /// Fills the map before anything of its generation is attached, as desired_component::map_words
  /// does.
  ///
  ///     firewall.map<port, verdict>("blocked").carry(carry::discard{}).fill(blocked_ports);
  ///
  /// \param with a range of pairs of a key and a value, a std::map for instance, or a function that
  ///   gives such a range or a `result` of one. Pairs of other types do not compile
  template <class Entries>
  typed_map_words& fill(const Entries& with) {
    static_assert(std::has_unique_object_representations_v<Key>,
                  "linchpin: a key of this type has bytes that mean nothing (padding), which the "
                  "kernel compares all the same: give the padding a name, and set it");
    static_assert(
        detail::has_no_padding<Value>,
        "linchpin: a value of this type has bytes that mean nothing (padding), which would "
        "reach the map as they are: give the padding a name, and set it");
    if constexpr (detail::gives_pairs_of<Entries, Key, Value>) {
      fill_function gives;
      if (!detail::holds_nothing(with)) {
        gives = [with]() mutable { return detail::given_bytes<Key, Value>(with()); };
      }
      about_.fill(std::move(gives));
    } else {
      static_assert(detail::pairs_of<const Entries, Key, Value>,
                    "linchpin: a map is filled with pairs of its own key and value types, or by a "
                    "function that gives such pairs");
      about_.fill(detail::entry_bytes<Key, Value>(with));
    }
    return *this;
  }
  /// The same for pairs in braces: `fill({{80, verdict::drop}, {443, verdict::drop}})`.
  typed_map_words& fill(std::initializer_list<std::pair<Key, Value>> with) {
    return fill<std::initializer_list<std::pair<Key, Value>>>(with);
  }

 private:
  desired_component::map_words about_;
};

/// A component that was checked against an update strategy, in whichever ways it takes its hooks:
/// what plans of an orchestrator with that strategy are made of. Services write `component`.
template <class Update>
class checked_component : public desired_component {
 public:
  /// Says something about one map, whatever its types.
  using desired_component::map;
  /// As `map(name)`, for a map with such keys and values.
  /// errors: the plan refuses an object whose map has a key or value of another size
  ///   (layout_mismatch).
  template <class Key, class Value>
  typed_map_words<Key, Value> map(std::string name) {
    static_assert(
        std::is_trivially_copyable_v<Key> && std::is_trivially_copyable_v<Value>,
        "linchpin: what is in a map is bytes: its key and value are trivially copyable types");
    auto about = desired_component::map(std::move(name));
    about.entry({sizeof(Key), sizeof(Value)});
    return typed_map_words<Key, Value>{about};
  }

 protected:
  using desired_component::desired_component;
  explicit checked_component(desired_component from_data)
      : desired_component(std::move(from_data)) {}
};

/// The smallest deployable unit: one object, where its programs attach, and how its maps move.
/// Checked while it compiles: a hook at which the update strategy cannot work, a second way
/// at hooks of one family, a carry between two known layouts that do not fit.
///
///     linchpin::component firewall{"firewall", object_source::file("firewall.bpf.o")};
///     firewall.attach("fw_ingress", hook::tcx_ingress{"eth0"});
///
/// is for orchestrators with the stock update strategy; `orchestrator<P>::component` is the type
/// for every policy set. Hooks that come from data are of type `any_hook`, and what holds for them
/// is checked by the plan.
///
/// \tparam Ways for families whose hooks are taken in one way by a whole component, which way:
///   `hook::xdp_way::native` insists on it at each hook of type `hook::xdp`. An `any_hook` says its
///   own, and the plan refuses two ways in one component
/// ownership: a value; it can be copied and planned any number of times.
/// threads: as a value.
template <class Update = default_policies::update_strategy, auto... Ways>
class component : public checked_component<Update> {
  static_assert(are_ways_of_families<Ways...>(),
                "a component takes one way for each family that has several");

 public:
  /// Names a component and its object. The object is read when a plan is made.
  /// \param name a pin name: letters, digits, '-' and '_', 1 to 64 of them; unique in its store
  /// \param source where the ELF is; see `object_source`
  component(std::string name, object_source source)
      : checked_component<Update>(std::move(name), std::move(source)) {}
  /// Takes over a component that comes from data, from a text for instance; the plan checks
  /// what types cannot.
  explicit component(desired_component from_data)
      : checked_component<Update>(std::move(from_data)) {}

  /// Asks for a program at a hook. The same program may stand at many hooks.
  /// \param program the name of the C function
  /// \param where a typed hook such as `hook::tcx_ingress{"eth0"}`, or an `any_hook` from data
  /// returns: words that refine this attachment: `.priority(10)`
  /// errors: a hook at which the update strategy cannot work, and a hook that insists on another
  ///   way than the component takes, do not compile; for an `any_hook` the plan refuses them
  template <class Hook>
    requires typed_hook<Hook> || std::same_as<Hook, any_hook>
  desired_component::attachment_words attach(std::string program, Hook where) {
    if constexpr (std::same_as<Hook, any_hook>) {
      return desired_component::attach(std::move(program), std::move(where));
    } else {
      static_assert(
          update_works_at<Update, Hook>,
          "linchpin: the update policy of this component's policy set cannot work at this hook: "
          "update::in_place needs a hook whose program can be replaced, "
          "update::make_before_break one that holds two programs at a time (xdp and "
          "flow_dissector hold one)");
      return desired_component::attach(std::move(program), in_ways<Ways...>(std::move(where)));
    }
  }
};
/// Without template arguments: a component for the stock update strategy.
component(std::string, object_source) -> component<>;

}  // namespace linchpin
