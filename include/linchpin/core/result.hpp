// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/error.hpp>

#include <new>
#include <type_traits>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

/// Either a value or an error: defined below.
template <class T>
class result;

namespace detail {
template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<result<T>> = true;

[[noreturn]] inline void throw_failure(error cause) {
  throw failure(std::move(cause));
}
}  // namespace detail

/// Either a T or an `error`: every function of linchpin that can fail at run time returns one.
///
/// `if (auto r = f()) use(*r); else report(r.error());`, or `f().value()`, which throws `failure`
/// with the same content. Library code never calls `value()`.
///
/// Reading the side that is not there is a programming error with undefined behaviour, except by
/// `value()`, which throws.
///
/// ownership: owns the value or the error. After a move it still has a value or an error, which is
///   the moved-from one.
/// cost: no allocation of its own; an error allocates where it is made.
/// \tparam T any type that can be moved, but no reference and not `error`
template <class T>
class [[nodiscard]] result {
  static_assert(!std::is_reference_v<T> && !std::is_same_v<std::remove_cv_t<T>, linchpin::error>);

 public:
  /// What a success holds, for generic code.
  using value_type = T;

  /// A success: `return value;` in a function that returns a result. Takes whatever a T can be
  /// constructed from, except another result.
  template <class U = T>
    requires(std::is_constructible_v<T, U &&> &&
             !std::is_same_v<std::remove_cvref_t<U>, linchpin::error> &&
             !detail::is_result<std::remove_cvref_t<U>>)
  result(U&& value) noexcept(std::is_nothrow_constructible_v<T, U&&>) : ok_(true) {
    ::new (static_cast<void*>(&value_)) T(std::forward<U>(value));
  }
  /// A failure: `return error{...};` in a function that returns a result.
  result(linchpin::error cause) noexcept : ok_(false) {
    ::new (static_cast<void*>(&error_)) linchpin::error(std::move(cause));
  }

  result(const result& other)
    requires std::is_copy_constructible_v<T>
      : ok_(other.ok_) {
    copy_from(other);
  }
  result(result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) : ok_(other.ok_) {
    take_from(other);
  }
  result& operator=(const result& other)
    requires std::is_copy_constructible_v<T>
  {
    if (this != &other) *this = result{other};
    return *this;
  }
  result& operator=(result&& other) noexcept(std::is_nothrow_move_constructible_v<T>) {
    if (this != &other) {
      destroy();
      ok_ = other.ok_;
      take_from(other);
    }
    return *this;
  }
  ~result() { destroy(); }

  /// Whether this is a success.
  [[nodiscard]] bool has_value() const noexcept { return ok_; }
  /// The same, for `if (auto r = f())`.
  explicit operator bool() const noexcept { return ok_; }

  /// The value of a success. Nothing is checked: ask first.
  [[nodiscard]] T& operator*() & noexcept { return value_; }
  [[nodiscard]] const T& operator*() const& noexcept { return value_; }
  /// By value: a loop over `*f()` would otherwise walk a value that has ended already.
  [[nodiscard]] T operator*() && noexcept(std::is_nothrow_move_constructible_v<T>) {
    return std::move(value_);
  }
  /// A member of the value of a success. Nothing is checked: ask first.
  [[nodiscard]] T* operator->() noexcept { return &value_; }
  [[nodiscard]] const T* operator->() const noexcept { return &value_; }

  /// The value, for code that works with exceptions.
  /// errors: throws `failure` with the whole error where there is no value.
  T& value() & {
    if (!ok_) detail::throw_failure(error_);
    return value_;
  }
  const T& value() const& {
    if (!ok_) detail::throw_failure(error_);
    return value_;
  }
  T value() && {
    if (!ok_) detail::throw_failure(std::move(error_));
    return std::move(value_);
  }

  /// The value, or the fallback where there is none; the error is dropped.
  template <class U>
  [[nodiscard]] T value_or(U&& fallback) && {
    return ok_ ? std::move(value_) : static_cast<T>(std::forward<U>(fallback));
  }

  /// The error of a failure. Nothing is checked: ask first.
  [[nodiscard]] linchpin::error& error() & noexcept { return error_; }
  [[nodiscard]] const linchpin::error& error() const& noexcept { return error_; }
  [[nodiscard]] linchpin::error&& error() && noexcept { return std::move(error_); }

  /// Goes on with the value: calls `next(value)`, which returns a result of any type.
  /// returns: what `next` returned, or this error where there is no value.
  template <class F>
  auto and_then(F&& next) && -> std::invoke_result_t<F, T&&> {
    if (!ok_) return std::move(error_);
    return std::forward<F>(next)(std::move(value_));
  }

  /// Converts the value: calls `change(value)`, which returns a plain value and cannot fail.
  /// returns: a result of what `change` returned, or this error where there is no value.
  template <class F>
  auto transform(F&& change) && -> result<std::remove_cvref_t<std::invoke_result_t<F, T&&>>> {
    if (!ok_) return std::move(error_);
    return std::forward<F>(change)(std::move(value_));
  }

  /// Tries to recover from the error: calls `recover(error)`, which returns a result of the same
  /// type.
  /// returns: what `recover` returned, or this value where there is no error.
  template <class F>
  result or_else(F&& recover) && {
    if (ok_) return std::move(*this);
    return std::forward<F>(recover)(std::move(error_));
  }

 private:
  void copy_from(const result& other) {
    if (ok_) {
      ::new (static_cast<void*>(&value_)) T(other.value_);
    } else {
      ::new (static_cast<void*>(&error_)) linchpin::error(other.error_);
    }
  }
  void take_from(result& other) noexcept(std::is_nothrow_move_constructible_v<T>) {
    if (ok_) {
      ::new (static_cast<void*>(&value_)) T(std::move(other.value_));
    } else {
      ::new (static_cast<void*>(&error_)) linchpin::error(std::move(other.error_));
    }
  }
  void destroy() noexcept {
    if (ok_) {
      value_.~T();
    } else {
      error_.~error();
    }
  }

  union {
    T value_;
    linchpin::error error_;
  };
  bool ok_;
};

/// Success without a value, or an error: what a function returns that changes something and has
/// nothing to tell when it worked. `return {};` is the success.
///
/// ownership: owns the error.
template <>
class [[nodiscard]] result<void> {
 public:
  /// A success holds nothing.
  using value_type = void;

  /// A success.
  result() noexcept : ok_(true) {}
  /// A failure.
  result(linchpin::error cause) noexcept : ok_(false) {
    ::new (static_cast<void*>(&error_)) linchpin::error(std::move(cause));
  }
  result(const result& other) noexcept : ok_(other.ok_) {
    if (!ok_) ::new (static_cast<void*>(&error_)) linchpin::error(other.error_);
  }
  result(result&& other) noexcept : ok_(other.ok_) {
    if (!ok_) ::new (static_cast<void*>(&error_)) linchpin::error(std::move(other.error_));
  }
  result& operator=(const result& other) noexcept {
    if (this != &other) *this = result{other};
    return *this;
  }
  result& operator=(result&& other) noexcept {
    if (this != &other) {
      if (!ok_) error_.~error();
      ok_ = other.ok_;
      if (!ok_) ::new (static_cast<void*>(&error_)) linchpin::error(std::move(other.error_));
    }
    return *this;
  }
  ~result() {
    if (!ok_) error_.~error();
  }

  /// Whether this is a success.
  [[nodiscard]] bool has_value() const noexcept { return ok_; }
  /// The same, for `if (auto r = f())`.
  explicit operator bool() const noexcept { return ok_; }

  /// Does nothing for a success.
  /// errors: throws `failure` with the whole error for a failure.
  void value() const {
    if (!ok_) detail::throw_failure(error_);
  }

  /// The error of a failure. Nothing is checked: ask first.
  [[nodiscard]] linchpin::error& error() & noexcept { return error_; }
  [[nodiscard]] const linchpin::error& error() const& noexcept { return error_; }
  [[nodiscard]] linchpin::error&& error() && noexcept { return std::move(error_); }

  /// Goes on after a success: calls `next()`, which returns a result of any type.
  /// returns: what `next` returned, or this error.
  template <class F>
  auto and_then(F&& next) && -> std::invoke_result_t<F> {
    if (!ok_) return std::move(error_);
    return std::forward<F>(next)();
  }

  /// Tries to recover from the error: calls `recover(error)`, which returns a `result<void>`.
  /// returns: what `recover` returned, or success where there is no error.
  template <class F>
  result or_else(F&& recover) && {
    if (ok_) return {};
    return std::forward<F>(recover)(std::move(error_));
  }

 private:
  union {
    linchpin::error error_;
  };
  bool ok_;
};

}  // namespace linchpin
