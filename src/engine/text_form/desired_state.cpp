// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/desired_state.hpp>
#include <linchpin/policy/carry.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "engine/text_form/desired_fields.hpp"

namespace linchpin::inline LINCHPIN_ABI {

namespace {

constexpr std::string_view desired_kind = "desired";

std::vector<std::vector<mechanism>> every_narrowing(std::span<const mechanism> all) {
  std::vector<std::vector<mechanism>> made{{}};
  for (std::size_t i = 0; i < made.size(); ++i) {
    for (const auto how : all) {
      auto longer = made[i];
      if (std::find(longer.begin(), longer.end(), how) != longer.end()) continue;
      longer.push_back(how);
      made.push_back(std::move(longer));
    }
  }
  made.erase(made.begin());
  return made;
}

using narrowings = std::vector<std::pair<const hook_family*, std::vector<std::vector<mechanism>>>>;

narrowings narrowings_of_families() {
  narrowings made;
  for (const auto* family : hook_families())
    made.emplace_back(family, every_narrowing(family->mechanisms));
  return made;
}

detail::component_lines lines_of(const desired_component& what) {
  const auto& source = what.source();
  detail::source_line origin{detail::source_kind::file, source.name(), 0};
  if (!source.is_file()) {
    origin.kind = detail::source_kind::memory;
    origin.digest = detail::checksum(source.bytes());
  }
  std::optional<detail::prepare_kind> prepared_by;
  if (what.preparation()) prepared_by = detail::prepare_kind::function;
  return {what.name(), std::move(origin), source,     what.attachments(),
          what.maps(), what.globals(),    prepared_by};
}

void say_carry(desired_component::map_words& map, carry_method how) {
  switch (how) {
    case carry_method::reuse:
      map.carry(carry::reuse{});
      return;
    case carry_method::copy:
      map.carry(carry::copy{});
      return;
    case carry_method::discard:
      map.carry(carry::discard{});
      return;
  }
}

desired_component component_of(detail::component_lines lines) {
  desired_component made{std::move(lines.name), std::move(lines.source)};
  for (auto& at : lines.attachments)
    made.attach(std::move(at.program), std::move(at.hook)).priority(at.priority);
  for (auto& wanted : lines.maps) {
    auto map = made.map(std::move(wanted.name));
    if (wanted.max_entries) map.max_entries(*wanted.max_entries);
    if (wanted.carry) say_carry(map, *wanted.carry);
    if (wanted.entry) map.entry(*wanted.entry);
    if (wanted.fill) map.fill(std::move(wanted.fill->entries));
  }
  for (auto& wanted : lines.globals) made.global(std::move(wanted));
  return made;
}

}  // namespace

std::span<const mechanism> detail::lasting_mechanisms(const hook_family& family,
                                                      std::span<const mechanism> wanted) {
  static const auto known = narrowings_of_families();
  for (const auto& [of, choices] : known) {
    if (of->name != family.name) continue;
    for (const auto& choice : choices) {
      if (std::equal(choice.begin(), choice.end(), wanted.begin(), wanted.end())) return choice;
    }
  }
  return {};
}

std::vector<detail::entry_line> detail::lines_of(const map_entries& entries) {
  std::vector<entry_line> lines;
  lines.reserve(entries.size());
  const auto text = [](const std::vector<std::byte>& bytes, std::size_t from, std::size_t size) {
    const auto* const all = reinterpret_cast<const char*>(bytes.data());
    const auto begin = std::min(from, bytes.size());
    return std::string{all + begin, std::min(size, bytes.size() - begin)};
  };
  for (std::size_t i = 0; i < entries.size(); ++i) {
    lines.push_back({text(entries.keys, i * entries.key_size, entries.key_size),
                     text(entries.values, i * entries.value_size, entries.value_size)});
  }
  return lines;
}

map_entries detail::entries_of(const std::vector<entry_line>& lines, const entry_size& size) {
  map_entries made{size.key, size.value, {}, {}};
  const auto append = [](std::vector<std::byte>& to, const std::string& text) {
    const auto* const first = reinterpret_cast<const std::byte*>(text.data());
    to.insert(to.end(), first, first + text.size());
  };
  for (const auto& line : lines) {
    append(made.keys, line.key);
    append(made.values, line.value);
  }
  return made;
}

void detail::check_entry_line(text_reader& reader, const entry_line& line, const entry_size& size) {
  if (reader.failed()) return;
  if (size.key == 0) return reader.fail("no entries, since a key has no bytes", "an entry");
  if (line.key.size() == size.key && line.value.size() == size.value) return;
  reader.fail(fmt::format("a key of {} bytes and a value of {}", size.key, size.value),
              fmt::format("{} and {} bytes", line.key.size(), line.value.size()));
}

void detail::fail_function(text_reader& reader, std::string_view what) {
  if (reader.failed()) return;
  reader.fail(error{errc::unsupported, "read desired state", reader.subject()}
                  .expected(fmt::format("{} as a value", what))
                  .found("a function of the process that wrote the text")
                  .advice("give the service that reads it the same function"));
}

void detail::desired_checks::new_component(text_reader& reader, const std::string& name) {
  maps_.clear();
  globals_.clear();
  if (reader.failed() || components_.insert(name).second) return;
  reader.fail("each component once", fmt::format("a second {}", shortened(name)));
}

void detail::desired_checks::new_map(text_reader& reader, const std::string& name) {
  if (reader.failed() || maps_.insert(name).second) return;
  reader.fail("each map of a component once", fmt::format("a second {}", shortened(name)));
}

void detail::desired_checks::new_global(text_reader& reader, const std::string& name) {
  if (reader.failed() || globals_.insert(name).second) return;
  reader.fail("each global of a component once", fmt::format("a second {}", shortened(name)));
}

// An object may serve many components.
std::uint64_t detail::desired_checks::digest_of(const object_source& source) {
  const auto [known, added] = digests_.try_emplace(&source);
  if (added) known->second = checksum(source.bytes());
  return known->second;
}

void detail::desired_checks::resolve(text_reader& reader, component_lines& component) {
  const auto& origin = component.origin;
  if (reader.failed()) return;
  if (origin.kind == source_kind::file) {
    component.source = object_source::file(origin.name);
    return;
  }
  std::vector<std::string_view> names;
  std::string digests;
  for (const auto& source : sources_) {
    if (source.is_file()) continue;
    names.push_back(source.name());
    if (source.name() != origin.name) continue;
    const auto digest = digest_of(source);
    if (digest == origin.digest) {
      component.source = source;
      return;
    }
    digests += fmt::format("{}{:016x}", digests.empty() ? "" : ", ", digest);
  }
  error why{errc::not_found, "read desired state", reader.subject()};
  why = std::move(why).expected(fmt::format("an object in memory {} with digest {:016x}",
                                            shortened(origin.name), origin.digest));
  if (digests.empty()) {
    return reader.fail(
        std::move(why).found("no source of this name").advice(advice_about(origin.name, names)));
  }
  reader.fail(std::move(why)
                  .found(fmt::format("digest {}", digests))
                  .advice("read it with the build that it was written for"));
}

std::string write_text(const desired_state& what) {
  detail::text_writer writer{desired_kind, detail::oldest_text_version};
  std::vector<detail::component_lines> components;
  components.reserve(what.components.size());
  for (const auto& component : what.components) components.push_back(lines_of(component));
  detail::desired_checks checks{{}};
  detail::desired_fields(writer, what.policies, std::as_const(components), checks);
  return std::move(writer).end();
}

result<desired_state> read_desired(std::string_view text, std::span<const object_source> sources) {
  detail::text_reader reader{text, desired_kind, detail::newest_text_version, "read desired state"};
  desired_state read;
  std::vector<detail::component_lines> components;
  detail::desired_checks checks{sources};
  detail::desired_fields(reader, read.policies, components, checks);
  LINCHPIN_CHECK(std::move(reader).end());
  read.components.reserve(components.size());
  for (auto& component : components) read.components.push_back(component_of(std::move(component)));
  return read;
}

result<void> check_policies(const policy_ids& asked_for, const policy_ids& built_with) {
  for (std::size_t i = 0; i < slot_count; ++i) {
    if (asked_for[i].empty() || asked_for[i] == built_with[i]) continue;
    const auto which = slot{static_cast<std::uint8_t>(i)};
    return error{errc::conflict, "check policies", *detail::word_for(which)}
        .expected(fmt::format("policy {}, which the desired state is written for", asked_for[i]))
        .found(built_with[i].empty() ? "none" : built_with[i])
        .advice("build the service with that policy, or write the desired state for this one");
  }
  return {};
}

std::optional<text_difference> difference(const desired_state& left, const desired_state& right) {
  return first_difference(write_text(left), write_text(right));
}

std::optional<text_difference> first_difference(std::string_view left, std::string_view right) {
  const auto take_line = [](std::string_view& rest) {
    const auto end = std::min(rest.find('\n'), rest.size());
    std::string line{rest.substr(0, end)};
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return line;
  };
  if (left == right) return std::nullopt;
  text_difference found;
  do {
    ++found.line;
    found.left = take_line(left);
    found.right = take_line(right);
  } while (found.left == found.right && !(left.empty() && right.empty()));
  return found;
}

}  // namespace linchpin
