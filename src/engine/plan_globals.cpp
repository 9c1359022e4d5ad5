// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_globals.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <linchpin/core/detail/nearest.hpp>
#include <linchpin/core/detail/try.hpp>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

constexpr std::string_view settings_of_the_kernel = ".kconfig";

error cannot_set(errc condition, const desired_component& desired, const desired_global& wanted) {
  return {condition, "set global",
          fmt::format("component {}, global {}", desired.name(), wanted.name)};
}

error not_there(const desired_component& desired, const desired_global& wanted,
                const object_spec& spec) {
  std::vector<std::string_view> names;
  for (const auto& variable : spec.variables) {
    if (variable.map != settings_of_the_kernel) names.push_back(variable.name);
  }
  auto made = cannot_set(errc::not_found, desired, wanted)
                  .expected(fmt::format("a variable '{}' in {}", wanted.name, spec.name));
  if (detail::nearest(wanted.name, names)) {
    return detail::no_such_name(std::move(made), wanted.name, names);
  }
  return detail::no_such_name(std::move(made), wanted.name, names)
      .advice(
          "a variable that the compiler has optimised away is not in the object: declare it const "
          "volatile, not static, and read it in a program; an object without BTF (-g) has none");
}

std::string_view words(variable_kind kind) noexcept {
  switch (kind) {
    case variable_kind::signed_number:
      return "a signed number";
    case variable_kind::unsigned_number:
      return "an unsigned number";
    case variable_kind::floating:
      return "a floating-point number";
    case variable_kind::composite:
    case variable_kind::pointer:
      break;
  }
  return "a struct or an array";
}

bool is_number(variable_kind kind) noexcept {
  return kind == variable_kind::signed_number || kind == variable_kind::unsigned_number;
}

// Numbers of one size have the same bytes in both kinds while the highest bit is not set.
bool is_of_kind(const desired_global& wanted, variable_kind kind) noexcept {
  if (!wanted.kind || *wanted.kind == kind) return true;
  if (!is_number(*wanted.kind) || !is_number(kind)) return false;
  return (wanted.value.back() & std::byte{0x80}) == std::byte{};
}

result<void> check_kind(const desired_component& desired, const desired_global& wanted,
                        const variable_spec& variable) {
  const auto mismatch = [&](std::string_view found) {
    return cannot_set(errc::layout_mismatch, desired, wanted)
        .expected(fmt::format("{} bytes, {}, as in the object", variable.size, variable.type))
        .found(found);
  };
  if (wanted.value.size() != variable.size) {
    return mismatch(wanted.kind
                        ? fmt::format("{} bytes, {}", wanted.value.size(), words(*wanted.kind))
                        : fmt::format("{} bytes", wanted.value.size()));
  }
  if (variable.kind == variable_kind::pointer) {
    return mismatch("a value that means nothing as an address");
  }
  if (is_of_kind(wanted, variable.kind)) return {};
  if (is_number(*wanted.kind) && is_number(variable.kind)) {
    return mismatch(fmt::format("{}, {}, which is another number there",
                                value_text({wanted.name, *wanted.kind, wanted.value}),
                                words(*wanted.kind)));
  }
  return mismatch(fmt::format("{} bytes, {}", wanted.value.size(), words(*wanted.kind)));
}

result<global_record> plan_global(const desired_component& desired, const desired_global& wanted,
                                  const object_image& image) {
  const auto& spec = image.spec();
  const auto is = [&wanted](const variable_spec& other) { return other.name == wanted.name; };
  const auto variable = std::find_if(spec.variables.begin(), spec.variables.end(), is);
  if (variable == spec.variables.end()) return not_there(desired, wanted, spec);
  if (variable->map == settings_of_the_kernel) {
    return cannot_set(errc::invalid_argument, desired, wanted)
        .expected("a variable in .rodata, .data or .bss")
        .found("a setting of the kernel (__kconfig), which libbpf fills in");
  }
  if (const auto other = std::find_if(variable + 1, spec.variables.end(), is);
      other != spec.variables.end()) {
    return cannot_set(errc::invalid_argument, desired, wanted)
        .expected("the name of one variable")
        .found(fmt::format("two, in {} and in {}", variable->map, other->map))
        .advice("give one of them another name in the source");
  }
  LINCHPIN_CHECK(check_kind(desired, wanted, *variable));
  if (variable->constant) {
    return cannot_set(errc::invalid_argument, desired, wanted)
        .expected("a variable that every program reads where it is")
        .found(
            "a constant, of which the compiler may have put any part into the instructions: "
            "setting "
            "it would change what the others read")
        .advice("declare it const volatile in the source");
  }
  return global_record{wanted.name, variable->kind, wanted.value};
}

std::uint64_t unsigned_value(const std::vector<std::byte>& bytes) noexcept {
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), bytes.size());
  return number;
}

std::int64_t signed_value(const std::vector<std::byte>& bytes) noexcept {
  const auto unused = 64 - 8 * bytes.size();
  return static_cast<std::int64_t>(unsigned_value(bytes) << unused) >> unused;
}

std::string hexadecimal(const std::vector<std::byte>& bytes) {
  // The first bytes tell values apart; a table of a megabyte is nothing to read.
  constexpr std::size_t most = 32;
  std::string text;
  for (std::size_t i = 0; i < std::min(bytes.size(), most); ++i) {
    text += fmt::format("{:02x}", std::to_integer<unsigned>(bytes[i]));
  }
  if (bytes.size() > most) text += fmt::format("... ({} bytes)", bytes.size());
  return text;
}

template <class Number>
std::string floating_text(const std::vector<std::byte>& bytes) {
  Number number{};
  std::memcpy(&number, bytes.data(), sizeof number);
  return fmt::format("{}", number);
}

}  // namespace

std::string value_text(const global_record& of) {
  const auto& bytes = of.value;
  const bool fits = !bytes.empty() && bytes.size() <= sizeof(std::uint64_t);
  if (fits && of.kind == variable_kind::unsigned_number) {
    return fmt::format("{}", unsigned_value(bytes));
  }
  if (fits && of.kind == variable_kind::signed_number) {
    return fmt::format("{}", signed_value(bytes));
  }
  if (of.kind == variable_kind::floating) {
    if (bytes.size() == sizeof(float)) return floating_text<float>(bytes);
    if (bytes.size() == sizeof(double)) return floating_text<double>(bytes);
  }
  return hexadecimal(bytes);
}

result<std::vector<global_record>> plan_globals(const desired_component& desired,
                                                const object_image& image) {
  std::vector<global_record> made;
  made.reserve(desired.globals().size());
  for (const auto& wanted : desired.globals()) {
    LINCHPIN_TRY(auto global, plan_global(desired, wanted, image));
    made.push_back(std::move(global));
  }
  std::sort(made.begin(), made.end(),
            [](const auto& left, const auto& right) { return left.name < right.name; });
  return made;
}

std::vector<std::string> changed_globals(const std::vector<global_record>& next,
                                         const std::vector<global_record>& running) {
  constexpr std::string_view declared = "as in the object";
  std::vector<std::string> lines;
  const auto add = [&lines](const std::string& name, std::string_view from, std::string_view to) {
    // Values that differ behind the bytes that are shown.
    const auto more = from == to ? " (other bytes)" : "";
    lines.push_back(fmt::format("global {}: {} -> {}{}", name, from, to, more));
  };
  auto old = running.begin();
  for (const auto& global : next) {
    for (; old != running.end() && old->name < global.name; ++old) {
      add(old->name, value_text(*old), declared);
    }
    if (old == running.end() || old->name != global.name) {
      add(global.name, declared, value_text(global));
      continue;
    }
    if (old->value != global.value) add(global.name, value_text(*old), value_text(global));
    ++old;
  }
  for (; old != running.end(); ++old) add(old->name, value_text(*old), declared);
  return lines;
}

}  // namespace linchpin
