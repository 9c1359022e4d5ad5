// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/error.hpp>

#include <new>
#include <type_traits>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

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

/// Either a T or an `error`: the one channel for what can fail at run time.
///
/// `if (auto r = f()) use(*r); else report(r.error());`, or `f().value()`, which throws `failure`
/// with the same content. Library code never throws it.
///
/// errors: reading the side that is not there is a programming error (undefined), except by
/// `value()`, which throws.
template <class T>
class [[nodiscard]] result {
  static_assert(!std::is_reference_v<T> && !std::is_same_v<std::remove_cv_t<T>, linchpin::error>);

 public:
  using value_type = T;

  template <class U = T>
    requires(std::is_constructible_v<T, U &&> &&
             !std::is_same_v<std::remove_cvref_t<U>, linchpin::error> &&
             !detail::is_result<std::remove_cvref_t<U>>)
  result(U&& value) noexcept(std::is_nothrow_constructible_v<T, U&&>) : ok_(true) {
    ::new (static_cast<void*>(&value_)) T(std::forward<U>(value));
  }
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

  [[nodiscard]] bool has_value() const noexcept { return ok_; }
  explicit operator bool() const noexcept { return ok_; }

  [[nodiscard]] T& operator*() & noexcept { return value_; }
  [[nodiscard]] const T& operator*() const& noexcept { return value_; }
  /// By value, so that a loop over `*f()` does not outlive what it walks.
  [[nodiscard]] T operator*() && noexcept(std::is_nothrow_move_constructible_v<T>) {
    return std::move(value_);
  }
  [[nodiscard]] T* operator->() noexcept { return &value_; }
  [[nodiscard]] const T* operator->() const noexcept { return &value_; }

  /// The value, or a throw of `failure`.
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

  template <class U>
  [[nodiscard]] T value_or(U&& fallback) && {
    return ok_ ? std::move(value_) : static_cast<T>(std::forward<U>(fallback));
  }

  [[nodiscard]] linchpin::error& error() & noexcept { return error_; }
  [[nodiscard]] const linchpin::error& error() const& noexcept { return error_; }
  [[nodiscard]] linchpin::error&& error() && noexcept { return std::move(error_); }

  /// Calls `next(value)`, which returns a result, or passes the error on.
  template <class F>
  auto and_then(F&& next) && -> std::invoke_result_t<F, T&&> {
    if (!ok_) return std::move(error_);
    return std::forward<F>(next)(std::move(value_));
  }

  /// Calls `change(value)`, which returns a plain value, or passes the error on.
  template <class F>
  auto transform(F&& change) && -> result<std::remove_cvref_t<std::invoke_result_t<F, T&&>>> {
    if (!ok_) return std::move(error_);
    return std::forward<F>(change)(std::move(value_));
  }

  /// Calls `recover(error)`, which returns a result of the same type, or passes the value on.
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

/// Success without a value, or an error.
template <>
class [[nodiscard]] result<void> {
 public:
  using value_type = void;

  result() noexcept : ok_(true) {}
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

  [[nodiscard]] bool has_value() const noexcept { return ok_; }
  explicit operator bool() const noexcept { return ok_; }

  void value() const {
    if (!ok_) detail::throw_failure(error_);
  }

  [[nodiscard]] linchpin::error& error() & noexcept { return error_; }
  [[nodiscard]] const linchpin::error& error() const& noexcept { return error_; }
  [[nodiscard]] linchpin::error&& error() && noexcept { return std::move(error_); }

  template <class F>
  auto and_then(F&& next) && -> std::invoke_result_t<F> {
    if (!ok_) return std::move(error_);
    return std::forward<F>(next)();
  }

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
