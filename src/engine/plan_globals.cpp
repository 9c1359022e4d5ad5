// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_globals.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <linchpin/bpf/detail/describe.hpp>
#include <linchpin/bpf/detail/initial_value.hpp>
#include <linchpin/bpf/detail/open_object.hpp>
#include <linchpin/core/detail/nearest.hpp>
#include <linchpin/core/detail/try.hpp>
#include "engine/number_bytes.hpp"

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

std::string words(std::size_t bytes) {
  return fmt::format("{} byte{}", bytes, bytes == 1 ? "" : "s");
}

// What a component sets a variable to: "8 bytes, an array of unsigned numbers of 2 bytes".
std::string words(const desired_global& wanted) {
  auto text = words(wanted.value.size());
  if (wanted.element) {
    auto one = words(wanted.element->kind);
    one.remove_prefix(one.find(' ') + 1);
    return fmt::format("{}, an array of {}s of {}", text, one, words(wanted.element->size));
  }
  return wanted.kind ? fmt::format("{}, {}", text, words(*wanted.kind)) : text;
}

bool is_number(variable_kind kind) noexcept {
  return kind == variable_kind::signed_number || kind == variable_kind::unsigned_number;
}

// Numbers of one size have the same bytes in both kinds while the highest bit is not set. That of a
// byte may be: an array of them is a text or an address as often as numbers.
bool same_numbers(const desired_global& wanted, const number_spec& given,
                  const number_spec& variable) noexcept {
  if (given.size != variable.size) return false;
  if (given.kind == variable.kind) return true;
  if (!is_number(given.kind) || !is_number(variable.kind)) return false;
  if (wanted.element && given.size == 1) return true;
  for (std::size_t end = given.size; end <= wanted.value.size(); end += given.size) {
    if ((wanted.value[end - 1] & std::byte{0x80}) != std::byte{}) return false;
  }
  return true;
}

bool holds_numbers(variable_kind kind) noexcept {
  return is_number(kind) || kind == variable_kind::floating;
}

// What the value consists of, as far as the component says.
std::optional<number_spec> number_of(const desired_global& wanted) noexcept {
  if (wanted.element) return wanted.element;
  if (!wanted.kind || !holds_numbers(*wanted.kind)) return std::nullopt;
  return number_spec{*wanted.kind, static_cast<std::uint32_t>(wanted.value.size())};
}

// Of a struct there is the size alone to compare, whatever stands for it. A struct may stand for an array
// of bytes, as an address often is one here and the other there.
bool is_of_kind(const desired_global& wanted, const variable_spec& variable) noexcept {
  if (!wanted.kind) return true;
  if (holds_numbers(*wanted.kind) != holds_numbers(variable.kind)) return false;
  if (!variable.number) return true;
  const auto given = number_of(wanted);
  return given ? same_numbers(wanted, *given, *variable.number) : variable.number->size == 1;
}

bool is_truth_value(std::byte value) noexcept {
  return value == std::byte{0} || value == std::byte{1};
}

result<void> check_kind(const desired_component& desired, const desired_global& wanted,
                        const variable_spec& variable) {
  const auto mismatch = [&](std::string_view found) {
    return cannot_set(errc::layout_mismatch, desired, wanted)
        .expected(fmt::format("{}, {}, as in the object", words(variable.size), variable.type))
        .found(found);
  };
  if (wanted.value.size() != variable.size) return mismatch(words(wanted));
  if (variable.kind == variable_kind::pointer) {
    return mismatch("a value that means nothing as an address");
  }
  if (!is_of_kind(wanted, variable)) {
    const bool numbers = wanted.kind && is_number(*wanted.kind) && is_number(variable.kind);
    if (!numbers) return mismatch(words(wanted));
    return mismatch(fmt::format("{}, {}, which is another number there",
                                value_text({wanted.name, *wanted.kind, wanted.value}),
                                words(*wanted.kind)));
  }
  const bool truth = variable.number && variable.number->is_truth_value;
  if (!truth || std::all_of(wanted.value.begin(), wanted.value.end(), is_truth_value)) return {};
  return mismatch(fmt::format("{}, where 0 and 1 are all that a truth value can be",
                              value_text({wanted.name, variable.kind, wanted.value})));
}

// Why no value means in every program what it means in the source.
result<void> check_storage(const desired_component& desired, const desired_global& wanted,
                           const variable_spec& variable) {
  if (variable.reshaped) {
    return cannot_set(errc::invalid_argument, desired, wanted)
        .expected("a variable in which the compiler keeps what the source says")
        .found(
            fmt::format("a static {} in {}, which may be no more than a truth value, or a part of "
                        "a struct",
                        variable.type, words(variable.size)))
        .advice("declare it volatile in the source, or not static");
  }
  if (variable.constant) {
    return cannot_set(errc::invalid_argument, desired, wanted)
        .expected("a variable that every program reads where it is")
        .found(
            "a constant, of which the compiler may have put any part into the instructions: "
            "setting "
            "it would change what the others read")
        .advice("declare it const volatile in the source");
  }
  if (!variable.values_are_known) return {};
  return cannot_set(errc::invalid_argument, desired, wanted)
      .expected("a variable of which the compiler expects any value")
      .found(
          "a static one that is not volatile: the compiler may have left out of the instructions "
          "what "
          "happens with a value that the source never stores")
      .advice("declare it volatile in the source, or not static");
}

// The sections that variables of one name are in: "2, in .bss and .data".
std::string places_of(const object_spec& spec, std::string_view name) {
  std::size_t count = 0;
  std::vector<std::string_view> sections;
  for (const auto& variable : spec.variables) {
    if (variable.name != name) continue;
    ++count;
    if (std::find(sections.begin(), sections.end(), variable.map) == sections.end())
      sections.push_back(variable.map);
  }
  return fmt::format("{}, in {}", count, fmt::join(sections, " and "));
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
  if (std::find_if(variable + 1, spec.variables.end(), is) != spec.variables.end()) {
    return cannot_set(errc::invalid_argument, desired, wanted)
        .expected("the name of one variable")
        .found(places_of(spec, wanted.name))
        .advice("give each of them a name of its own in the source");
  }
  LINCHPIN_CHECK(check_storage(desired, wanted, *variable));
  LINCHPIN_CHECK(check_kind(desired, wanted, *variable));
  return global_record{wanted.name, variable->kind, wanted.value};
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
    return fmt::format("{}", detail::unsigned_number(bytes));
  }
  if (fits && of.kind == variable_kind::signed_number) {
    return fmt::format("{}", detail::signed_number(bytes));
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

namespace {

constexpr std::string_view constants = ".rodata";

// The values that constants have in an object. It is opened for the first that is asked about: few plans
// ask about any.
class own_values {
 public:
  explicit own_values(const object_image& of) : image_(of) {}

  // Whether a constant is set to what it is without being set.
  [[nodiscard]] bool has(const global_record& set) {
    const auto& all = image_.spec().variables;
    const auto variable = std::find_if(
        all.begin(), all.end(), [&set](const auto& other) { return other.name == set.name; });
    if (variable == all.end() || !variable->map.starts_with(constants)) return false;
    const auto value = value_of(variable->map);
    const std::size_t end = std::size_t{variable->offset} + variable->size;
    if (set.value.size() != variable->size || end > value.size()) return false;
    return std::equal(set.value.begin(), set.value.end(),
                      value.begin() + static_cast<std::ptrdiff_t>(variable->offset));
  }

 private:
  [[nodiscard]] std::span<const std::byte> value_of(std::string_view section) {
    if (!opened_) opened_.emplace(detail::open_object(image_.spec().name, image_.bytes()));
    if (!*opened_) return {};
    return detail::initial_value(&***opened_, section);
  }

  const object_image& image_;
  std::optional<result<detail::opened_object>> opened_;
};

}  // namespace

std::vector<std::string> changed_globals(const std::vector<global_record>& next,
                                         const std::vector<global_record>& running,
                                         const object_image& image) {
  constexpr std::string_view declared = "as in the object";
  own_values own{image};
  std::vector<std::string> lines;
  const auto add = [&lines](const std::string& name, std::string_view from, std::string_view to) {
    // Values that differ behind the bytes that are shown.
    const auto more = from == to ? " (other bytes)" : "";
    lines.push_back(fmt::format("global {}: {} -> {}{}", name, from, to, more));
  };
  auto old = running.begin();
  for (const auto& global : next) {
    for (; old != running.end() && old->name < global.name; ++old) {
      if (!own.has(*old)) add(old->name, value_text(*old), declared);
    }
    if (old == running.end() || old->name != global.name) {
      if (!own.has(global)) add(global.name, declared, value_text(global));
      continue;
    }
    if (old->value != global.value) add(global.name, value_text(*old), value_text(global));
    ++old;
  }
  for (; old != running.end(); ++old) {
    if (!own.has(*old)) add(old->name, value_text(*old), declared);
  }
  return lines;
}

}  // namespace linchpin
