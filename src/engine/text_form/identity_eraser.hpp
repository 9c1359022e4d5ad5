// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/ids.hpp>

#include <cstdint>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Goes over a value by the description of its text, and sets numbers that the kernel gave out to
/// 0.
class identity_eraser {
 public:
  static constexpr bool reads = false;

  template <class Elements, class Visit>
  void each(std::string_view, Elements& elements, Visit visit) {
    for (auto& element : elements) visit(element);
  }
  template <class Optional, class Visit>
  void maybe(std::string_view, Optional& value, Visit visit) {
    if (value) visit(*value);
  }
  template <class Value, class Visit>
  void unless_empty(std::string_view, Value& value, Visit visit) {
    visit(value);
  }
  template <class Visit>
  void nested(Visit visit) {
    visit();
  }

  template <class Value>
  void value(const Value&) {}
  template <class Tag, class Number>
  void value(strong_id<Tag, Number>& id) {
    id = {};
  }
  /// A number that linchpin counts itself: it stays.
  void value(generation&) {}
  template <class Number>
  void given(Number& number) {
    number = {};
  }
  template <class Value>
  void quoted(const Value&) {}
  template <class Value>
  void hook(const Value&) {}
  template <class Value>
  void list(const Value&) {}
  void hex(std::uint64_t) {}
  void key(std::string_view) {}
  void flag(std::string_view, bool) {}
  void since(unsigned) {}

  template <class Value, class Visit>
  void option(std::string_view, Value& what, Visit visit) {
    visit(what);
  }
  template <class Value>
  void option(std::string_view, Value& what) {
    value(what);
  }
  template <class Optional, class Visit>
  void optional(std::string_view, Optional& what, Visit visit) {
    if (what) visit(*what);
  }
  template <class Optional>
  void optional(std::string_view, Optional& what) {
    if (what) value(*what);
  }
};

}  // namespace linchpin::detail
