// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/detail/holder_count.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI::detail {

template <class Signature>
class shared_callback;

/// Whether something that can be called holds nothing to call: a null pointer, an empty std::function.
template <class Function>
[[nodiscard]] constexpr bool holds_nothing(const Function& function) noexcept {
  if constexpr (std::is_class_v<Function> || std::is_pointer_v<Function> ||
                std::is_member_pointer_v<Function>) {
    if constexpr (requires {
                    { function == nullptr } -> std::convertible_to<bool>;
                  }) {
      return function == nullptr;
    }
  }
  return false;
}

/// A function of the caller's, which copies share. std::function would bring its header, and cannot
/// tell whether two are copies of one.
///
/// threads: as the function that is held.
template <class Result, class... Arguments>
class shared_callback<Result(Arguments...)> {
 public:
  /// Holds none.
  shared_callback() = default;
  /// Holds that function; none where it is a null pointer or an empty std::function.
  template <class Function>
    requires(!std::same_as<std::remove_cvref_t<Function>, shared_callback> &&
             std::is_invocable_r_v<Result, std::decay_t<Function>&, Arguments...>)
  shared_callback(Function&& function) {
    if (holds_nothing<std::decay_t<Function>>(function)) return;
    held_ = new holding<std::decay_t<Function>>{std::forward<Function>(function)};
  }
  shared_callback(const shared_callback& other) noexcept : held_(other.held_) {
    if (held_ != nullptr) held_->holders.add();
  }
  shared_callback(shared_callback&& other) noexcept : held_(std::exchange(other.held_, nullptr)) {}
  shared_callback& operator=(shared_callback other) noexcept {
    std::swap(held_, other.held_);
    return *this;
  }
  ~shared_callback() {
    if (held_ != nullptr && held_->holders.drop()) delete held_;
  }

  /// Whether it holds one; else it must not be called.
  explicit operator bool() const noexcept { return held_ != nullptr; }
  Result operator()(Arguments... arguments) const {
    return held_->call(static_cast<Arguments>(arguments)...);
  }

  /// Whether one is a copy of the other, or both are empty.
  friend bool operator==(const shared_callback& left, const shared_callback& right) noexcept {
    return left.held_ == right.held_;
  }

 private:
  struct held {
    held() = default;
    held(const held&) = delete;
    held& operator=(const held&) = delete;
    virtual ~held() = default;
    virtual Result call(Arguments... arguments) = 0;
    holder_count holders;
  };
  template <class Function>
  struct holding final : held {
    template <class From>
    explicit holding(From&& from) : function(std::forward<From>(from)) {}
    Result call(Arguments... arguments) override {
      return function(static_cast<Arguments>(arguments)...);
    }
    Function function;
  };

  held* held_ = nullptr;
};

}  // namespace linchpin::detail
