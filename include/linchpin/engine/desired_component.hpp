// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_image.hpp>
#include <linchpin/hook/any_hook.hpp>
#include <linchpin/policy/concepts.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI {

/// One program of a component at one hook, as desired.
struct desired_attachment {
  std::string program;  ///< the C function's name
  any_hook hook;
  int priority = 0;

  /// The same program and priority at the same place, by the same mechanisms.
  friend bool operator==(const desired_attachment& left, const desired_attachment& right);
};

/// How large a key and a value of a map are, in bytes.
struct entry_size {
  std::uint32_t key = 0;
  std::uint32_t value = 0;

  friend bool operator==(const entry_size&, const entry_size&) = default;
};

/// What is asked of one map of a component.
struct desired_map {
  std::string name;
  std::optional<std::uint32_t> max_entries;  ///< over what the sizing policy says
  std::optional<carry_method> carry;         ///< over what the carry policy says
  std::optional<entry_size> entry{};         ///< of the types that the service says it uses

  friend bool operator==(const desired_map&, const desired_map&) = default;
};

/// What is wanted of one component, as data: one object, where its programs attach, and how its maps
/// move. Services write `component`, which is checked while it compiles; this is what it holds.
///
/// A value; nothing is read or changed before it is planned. Maps and programs not mentioned are handled
/// by the policies; programs that are attached nowhere are loaded (they may be tail-called).
class desired_component {
 public:
  /// \param name a pin name: letters, digits, '-' and '_', 1 to 64 of them; unique in its store
  desired_component(std::string name, object_source source)
      : name_(std::move(name)), source_(std::move(source)) {}

  /// Refines the attachment that was added last. Valid until the component moves.
  class attachment_words {
   public:
    /// For `order::priority`: lower runs first. 0 unless said.
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

  class map_words {
   public:
    /// The size that the map is made with, whatever the sizing policy says.
    map_words& max_entries(std::uint32_t count) {
      owner_->maps_[index_].max_entries = count;
      return *this;
    }
    /// `carry(carry::copy{})`: any stock strategy that always says the same.
    template <class Strategy>
      requires requires {
        { Strategy::method } -> std::convertible_to<carry_method>;
      }
    map_words& carry(Strategy) {
      owner_->maps_[index_].carry = Strategy::method;
      return *this;
    }
    /// The plan refuses an object whose map has other keys and values.
    map_words& entry(entry_size of) {
      owner_->maps_[index_].entry = of;
      return *this;
    }

   private:
    friend class desired_component;
    map_words(desired_component& owner, std::size_t index) : owner_(&owner), index_(index) {}
    desired_component* owner_;
    std::size_t index_;
  };

  /// Asks for a program at a hook. The same program may stand at many hooks.
  attachment_words attach(std::string program, any_hook where) {
    attachments_.push_back({std::move(program), std::move(where), 0});
    return {*this, attachments_.size() - 1};
  }

  /// Says something about one map.
  map_words map(std::string name);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] const object_source& source() const noexcept { return source_; }
  [[nodiscard]] const std::vector<desired_attachment>& attachments() const noexcept {
    return attachments_;
  }
  [[nodiscard]] const std::vector<desired_map>& maps() const noexcept { return maps_; }

  /// The same is asked for in the same sequence, and both have the same text, see desired_state.hpp.
  friend bool operator==(const desired_component&, const desired_component&) = default;

 private:
  std::string name_;
  object_source source_;
  std::vector<desired_attachment> attachments_;
  std::vector<desired_map> maps_;
};

}  // namespace linchpin
