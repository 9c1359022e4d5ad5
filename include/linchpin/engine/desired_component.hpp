// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_source.hpp>
#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/engine/detail/entry_bytes.hpp>
#include <linchpin/engine/map_fill.hpp>
#include <linchpin/hook/any_hook.hpp>
#include <linchpin/policy/concepts.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// One program of a component at one hook, as desired.
struct desired_attachment {
  /// The name of the C function, whole.
  std::string program;
  /// Where the program attaches, and through which mechanisms it may.
  any_hook hook;
  /// What `order::priority` goes by: lower runs first. Other order policies may read it as they
  /// like.
  int priority = 0;

  /// Whether the same program is asked for at the same place, with the same priority and by the
  /// same mechanisms.
  friend bool operator==(const desired_attachment& left, const desired_attachment& right);
};

/// How large a key and a value of a map are, in bytes.
struct entry_size {
  std::uint32_t key = 0;
  std::uint32_t value = 0;

  friend bool operator==(const entry_size&, const entry_size&) = default;
};

/// What is asked of one map of a component. What is absent is left to the policies.
struct desired_map {
  std::string name;
  /// How many entries the map is created with, over what the sizing policy says.
  std::optional<std::uint32_t> max_entries;
  /// How its contents reach the next generation, over what the carry policy says.
  std::optional<carry_method> carry;
  /// The sizes of the key and value types that the service uses; the plan compares them with
  /// the object.
  std::optional<entry_size> entry{};
  /// What is written into it before its programs run.
  std::optional<map_fill> fill{};

  friend bool operator==(const desired_map&, const desired_map&) = default;
};

/// What a global variable of a component is set to before its object is loaded.
struct desired_global {
  /// As in the source; of a variable in a function with the function's name: "in.packets".
  std::string name;
  /// As many bytes as the variable has.
  std::vector<std::byte> value;
  /// What the value is; absent for bytes of which nothing more is known.
  std::optional<variable_kind> kind{};
  /// Of an array of numbers, which is composite: one of them.
  std::optional<number_spec> element{};

  friend bool operator==(const desired_global&, const desired_global&) = default;
};

/// Whether a value of this type may be one of a global: it can be copied by its bytes, and is no pointer,
/// view or span. A pointer inside a struct does not show: whoever sets that sets an address that means
/// nothing in a program.
template <class T>
concept value_of_a_global =
    std::is_trivially_copyable_v<T> && !std::is_pointer_v<T> && !std::is_member_pointer_v<T> &&
    !std::is_null_pointer_v<T> && !std::ranges::enable_borrowed_range<T>;

/// What a value of this type is in a program.
template <class T>
[[nodiscard]] constexpr variable_kind kind_of_value() noexcept {
  if constexpr (std::is_enum_v<T>) {
    return kind_of_value<std::underlying_type_t<T>>();
  } else if constexpr (std::is_floating_point_v<T> && sizeof(T) <= 8) {
    return variable_kind::floating;
  } else if constexpr (std::is_integral_v<T> && sizeof(T) <= 8) {
    return std::is_signed_v<T> ? variable_kind::signed_number : variable_kind::unsigned_number;
  } else {
    return variable_kind::composite;
  }
}

namespace detail {

/// What a value consists of: an array of any depth of its numbers, everything else of itself.
template <class T>
struct element_of_value {
  using type = T;
};
template <class T, std::size_t Count>
struct element_of_value<T[Count]> : element_of_value<T> {};
template <class T, std::size_t Count>
struct element_of_value<std::array<T, Count>> : element_of_value<T> {};

}  // namespace detail

/// What an array of numbers of this type consists of; absent for any other type.
template <class T>
[[nodiscard]] constexpr std::optional<number_spec> element_of_value() noexcept {
  using element = typename detail::element_of_value<T>::type;
  if constexpr (std::is_same_v<element, T> ||
                kind_of_value<element>() == variable_kind::composite) {
    return std::nullopt;
  } else {
    return number_spec{kind_of_value<element>(), sizeof(element)};
  }
}

/// What is wanted of one component, as data: one object, what is set in it, where its programs
/// attach, and how its maps move. Services write `component`, which is checked while it compiles and holds one of
/// these.
///
/// Nothing is read or changed before it is planned. Maps and programs that are not mentioned
/// are handled by the policies; programs that are attached nowhere are loaded (they may be
/// tail-called).
///
/// ownership: a value.
/// threads: as a value.
class LINCHPIN_EXPORT desired_component {
 public:
  /// Names a component and its object.
  /// \param name a pin name: letters, digits, '-' and '_', 1 to 64 of them; unique in its store
  /// \param source where the ELF is; read when a plan is made
  desired_component(std::string name, object_source source)
      : name_(std::move(name)), source_(std::move(source)) {}

  /// Refines the attachment that was added last. Valid until the component moves or gets
  /// another attachment.
  class attachment_words {
   public:
    /// Sets the number that `order::priority` goes by: lower runs first. 0 unless said.
    attachment_words& priority(int number) {
      owner_->attachments_[index_].priority = number;
      return *this;
    }

   private:
    friend class desired_component;
    attachment_words(desired_component& owner, std::size_t index) : owner_(&owner), index_(index) {}
    desired_component* owner_;
    std::size_t index_;
  };

  /// Says something about one map. Valid until the component moves or gets another map.
  class map_words {
   public:
    /// Sets the number of entries that the map is created with, whatever the sizing policy
    /// says.
    map_words& max_entries(std::uint32_t count) {
      owner_->maps_[index_].max_entries = count;
      return *this;
    }
    /// Sets how the contents reach the next generation, whatever the carry policy says:
    /// `carry(carry::copy{})`.
    /// \tparam Strategy a stock strategy, or any type that names its method as a constant
    template <class Strategy>
      requires requires {
        { Strategy::method } -> std::convertible_to<carry_method>;
      }
    map_words& carry(Strategy) {
      owner_->maps_[index_].carry = Strategy::method;
      return *this;
    }
    /// Says how large the keys and values are that the service reads and writes.
    /// errors: the plan refuses an object whose map has others (layout_mismatch)
    map_words& entry(entry_size of) {
      owner_->maps_[index_].entry = of;
      return *this;
    }
    /// Writes entries into the map of each generation before anything of it is attached: after it is
    /// loaded and what is carried was copied, so that the fill wins over a carried entry of the same
    /// key. Other keys that are carried stay (carry::copy) or are not there (carry::discard).
    ///
    /// Only a new generation is filled: other entries alone build none, and the plan notes that they
    /// wait for it. Say with `carry` how the map reaches the next one where the carry policy would share
    /// it (carry::reuse): programs that run would see the fill early. A later fill of the same map
    /// replaces an earlier one.
    /// \param entries with the sizes that the object declares; in a per-CPU map each CPU gets the
    ///   value
    /// errors: the plan of a generation refuses entries of other sizes (layout_mismatch), a key that the
    ///   map cannot have or that comes twice (invalid_argument), more than the map takes (full), a map
    ///   that is not filled by key, and one that this generation and the next would share
    ///   (invalid_argument; carry::reuse). What only the kernel can tell undoes the apply: no room beside
    ///   what was carried and what the running programs add until the switch is over, and an LRU map
    ///   that evicts some of the entries while they are written (full): it does so before it is full.
    ///   From the switch on, traffic may evict them there as any other entry
    map_words& fill(map_entries entries) {
      owner_->maps_[index_].fill = map_fill{std::move(entries)};
      return *this;
    }
    /// The same for a range of pairs of a key and a value, a std::map for instance. The plan compares
    /// the sizes of their types with those of the object; `map<Key, Value>(name)` also compares them
    /// with types, and takes functions that give pairs.
    template <class Pairs>
      requires detail::pairs_of_any<const Pairs>
    map_words& fill(const Pairs& pairs) {
      using key = detail::key_in<const Pairs>;
      using value = detail::value_in<const Pairs>;
      static_assert(std::is_trivially_copyable_v<key> && std::is_trivially_copyable_v<value> &&
                        std::has_unique_object_representations_v<key> &&
                        detail::has_no_padding<value>,
                    "linchpin: what is in a map is bytes: its key and value are trivially copyable "
                    "types, and have no padding");
      return fill(detail::entry_bytes<key, value>(pairs));
    }
    /// The same with entries that a function gives, on the thread that applies and while it does:
    /// after the plan is decided, and again with each further attempt. `open` never calls it.
    /// \param gives what it gives is checked as above; its error, and an exception that leaves it,
    ///   undo the apply and reach the caller. It must not call the orchestrator that applies. An
    ///   empty function fills nothing
    map_words& fill(fill_function gives) {
      auto& fill = owner_->maps_[index_].fill;
      fill.reset();
      if (gives) fill = map_fill{{}, std::move(gives)};
      return *this;
    }

   private:
    friend class desired_component;
    map_words(desired_component& owner, std::size_t index) : owner_(&owner), index_(index) {}
    desired_component* owner_;
    std::size_t index_;
  };

  /// Asks for a program at a hook. The same program may stand at many hooks; the same program
  /// twice at one hook is refused by the plan.
  /// returns: words that refine this attachment
  attachment_words attach(std::string program, any_hook where);

  /// Says something about the map of that name. Those of global variables are called like their
  /// sections: `map(".bss").carry(carry::discard{})`.
  /// returns: the words of the map, also when it was mentioned before
  /// errors: the plan refuses a name that the object does not have (not_found, with the nearest
  ///   name)
  map_words map(std::string name);

  /// Sets a global variable before the object is loaded, in .rodata (`const volatile`), .data or
  /// .bss: `global("sample_every", 100u)`. A variable that was set before gets the later value.
  ///
  /// A generation starts with what is set, also where the variable of the running one is something
  /// else by then. Another value than the running generation was given makes another generation, and
  /// so does not setting any more what was set: the variable has the object's value again. For a constant
  /// the object's own value is no other one.
  /// \param value of the variable's size and kind; a number, and those in an array, may differ in sign
  ///   where that changes nothing. Of a struct in the object the size alone is compared
  /// errors: the plan refuses a variable that the object does not have (not_found, with the nearest
  ///   name), one of another size or kind, and for a _Bool anything but 0 and 1 (layout_mismatch),
  ///   settings of the kernel, and constants and static variables without volatile, about which the
  ///   compiler knows more than the object tells (invalid_argument); pointers, views and types with padding do not compile,
  ///   nor structs with a float, which may have one: give those as bytes
  template <value_of_a_global T>
  void global(std::string name, const T& value) {
    using element = typename detail::element_of_value<T>::type;
    static_assert(
        std::has_unique_object_representations_v<T> ||
            kind_of_value<element>() == variable_kind::floating,
        "linchpin: a global of this type has bytes that mean nothing (padding), so that equal "
        "values would look like different ones: give the padding a name, and set it; of a struct "
        "with a float in it that cannot be told: set it by its bytes");
    const auto bytes = std::as_bytes(std::span{&value, 1});
    global(desired_global{
        std::move(name), {bytes.begin(), bytes.end()}, kind_of_value<T>(), element_of_value<T>()});
  }
  /// The same by bytes of which nothing is known but how many there are.
  void global(std::string name, std::span<const std::byte> value) {
    global(desired_global{std::move(name), {value.begin(), value.end()}, {}});
  }
  /// The same as data.
  void global(desired_global wanted);

  /// Prepares each generation before anything of it is attached: after its maps are filled, with
  /// all of its maps and programs at hand.
  ///
  ///     firewall.prepare([&](next_generation& next) -> result<void> {
  ///       auto blocked = next.map<port, verdict>("blocked");
  ///       if (!blocked) return blocked.error();
  ///       return blocked->update({443}, verdict::drop);
  ///     });
  ///
  /// Include next_generation.hpp to write one.
  ///
  /// Where a map is copied (carry::copy), an entry that the function leaves as it was carried goes on
  /// following the running map until the switch is over; one that it changes does not.
  ///
  /// Variables are carried after the function, over whatever it has written into them. A section of
  /// variables (.data) with a lock, a timer or a pointer of the kernel's in it is written as a whole then:
  /// timers that the function has armed there are disarmed, and pointers let go of.
  /// \param function called as that of `map(...).fill(...)` is: while a plan with a new generation
  ///   is applied, and never by `open`. Its error or exception undoes the apply. An empty function
  ///   prepares nothing; a later one replaces an earlier one
  void prepare(prepare_function function) { preparation_ = std::move(function); }

  /// The name of the component.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  /// Where its object comes from.
  [[nodiscard]] const object_source& source() const noexcept { return source_; }
  /// What is attached where, in the sequence in which it was asked for. Order policies see that
  /// sequence.
  [[nodiscard]] const std::vector<desired_attachment>& attachments() const noexcept {
    return attachments_;
  }
  /// What was said about maps, in that sequence.
  [[nodiscard]] const std::vector<desired_map>& maps() const noexcept { return maps_; }
  /// What was said about global variables, in that sequence.
  [[nodiscard]] const std::vector<desired_global>& globals() const noexcept { return globals_; }
  /// What prepares its generations; empty for nothing.
  [[nodiscard]] const prepare_function& preparation() const noexcept { return preparation_; }

  /// Whether the same is asked for in the same sequence; functions are the same where one
  /// component is a copy of the other. Equal components have equal texts, see desired_state.hpp.
  friend bool operator==(const desired_component&, const desired_component&) = default;

 private:
  std::string name_;
  object_source source_;
  std::vector<desired_attachment> attachments_;
  std::vector<desired_map> maps_;
  std::vector<desired_global> globals_;
  prepare_function preparation_;
};

}  // namespace linchpin
