// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/desired_state.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include <linchpin/core/detail/checksum.hpp>
#include "engine/text_form/global_fields.hpp"
#include "engine/text_form/shared_fields.hpp"

namespace linchpin::inline LINCHPIN_ABI::detail {

enum class source_kind : std::uint8_t { file, memory };

template <>
struct vocabulary<source_kind> {
  static constexpr std::string_view what = "where the object is";
  static constexpr bool open = false;
  static constexpr word<source_kind> words[] = {
      {source_kind::file, "file"},
      {source_kind::memory, "memory"},
  };
};

enum class fill_kind : std::uint8_t { entries, function };

template <>
struct vocabulary<fill_kind> {
  static constexpr std::string_view what = "what a map is filled with";
  static constexpr bool open = false;
  static constexpr word<fill_kind> words[] = {
      {fill_kind::entries, "entries"},
      {fill_kind::function, "function"},
  };
};

enum class prepare_kind : std::uint8_t { function };

template <>
struct vocabulary<prepare_kind> {
  static constexpr std::string_view what = "what a generation is prepared by";
  static constexpr bool open = false;
  static constexpr word<prepare_kind> words[] = {{prepare_kind::function, "function"}};
};

/// An entry of a map as two strings of bytes.
struct entry_line {
  std::string key;
  std::string value;
};

/// What a text holds of an object's source.
struct source_line {
  source_kind kind{};
  std::string name;
  std::uint64_t digest = 0;
};

/// The parts of a component, which is made when all of them are read.
struct component_lines {
  std::string name;
  source_line origin;
  object_source source;
  std::vector<desired_attachment> attachments;
  std::vector<desired_map> maps;
  std::vector<desired_global> globals;
  std::optional<prepare_kind> prepared_by;
};

template <>
inline desired_attachment blank() {
  return {{}, blank_hook(), 0};
}

/// The same mechanisms at a place where they stay: a hook borrows them.
/// returns: empty where that family does not have them all.
[[nodiscard]] std::span<const mechanism> lasting_mechanisms(const hook_family& family,
                                                            std::span<const mechanism> wanted);

template <class Stream, text_of_a<any_hook> Value>
void narrowing(Stream& stream, Value& hook) {
  std::optional<std::vector<mechanism>> chosen;
  const auto all = hook.family().mechanisms;
  if constexpr (!Stream::reads) {
    const auto ours = hook.mechanisms();
    if (!std::equal(ours.begin(), ours.end(), all.begin(), all.end()))
      chosen.emplace(ours.begin(), ours.end());
  }
  stream.optional("by", chosen, [&](auto& mechanisms) { stream.list(mechanisms); });
  if constexpr (Stream::reads) {
    if (stream.failed() || !chosen) return;
    const auto kept = lasting_mechanisms(hook.family(), *chosen);
    if (kept.empty() || std::equal(kept.begin(), kept.end(), all.begin(), all.end())) {
      std::string offered;
      for (const auto how : all) {
        if (!offered.empty()) offered += ", ";
        offered += *word_for(how);
      }
      return stream.fail(
          fmt::format("another choice among {} than all of them in this order", offered),
          kept.empty() ? fmt::format("a mechanism that {} does not have", hook.family().name)
                       : "all of them in this order");
    }
    hook = hook.by(kept);
  }
}

template <class Stream, text_of_a<source_line> Value>
void fields(Stream& stream, Value& source) {
  stream.value(source.kind);
  stream.quoted(source.name);
  if (source.kind != source_kind::memory) return;
  stream.key("digest");
  stream.hex(source.digest);
}

template <class Stream, text_of_a<desired_attachment> Value>
void fields(Stream& stream, Value& attachment) {
  stream.value(attachment.program);
  stream.hook(attachment.hook);
  stream.option("priority", attachment.priority);
  narrowing(stream, attachment.hook);
}

[[nodiscard]] std::vector<entry_line> lines_of(const map_entries& entries);
[[nodiscard]] map_entries entries_of(const std::vector<entry_line>& lines, const entry_size& size);
void check_entry_line(text_reader& reader, const entry_line& line, const entry_size& size);
/// No text holds what a function does.
void fail_function(text_reader& reader, std::string_view what);

template <class Stream, text_of_a<entry_line> Value>
void fields(Stream& stream, Value& entry) {
  stream.quoted(entry.key);
  stream.quoted(entry.value);
}

template <class Stream, text_of_a<desired_map> Value>
void fill_fields(Stream& stream, Value& map) {
  std::optional<fill_kind> with;
  entry_size size;
  std::vector<entry_line> lines;
  if constexpr (!Stream::reads) {
    if (map.fill) {
      with = map.fill->function ? fill_kind::function : fill_kind::entries;
      size = {map.fill->entries.key_size, map.fill->entries.value_size};
      lines = lines_of(map.fill->entries);
    }
  }
  stream.optional("fill", with, [&](auto& kind) {
    stream.value(kind);
    if (kind == fill_kind::function) return;
    stream.value(size.key);
    stream.value(size.value);
  });
  if (with) stream.since(version_with_fills);
  if constexpr (Stream::reads) {
    if (with == fill_kind::function) fail_function(stream, "the entries of a map");
  }
  if (with != fill_kind::entries) return;
  stream.nested([&] {
    stream.each("with", lines, [&](auto& line) {
      fields(stream, line);
      if constexpr (Stream::reads) check_entry_line(stream, line, size);
    });
  });
  if constexpr (Stream::reads) map.fill = map_fill{entries_of(lines, size)};
}

template <class Stream, text_of_a<desired_map> Value>
void fields(Stream& stream, Value& map) {
  stream.value(map.name);
  stream.optional("max_entries", map.max_entries);
  stream.optional("carry", map.carry);
  stream.optional("entry", map.entry, [&](auto& size) {
    stream.value(size.key);
    stream.value(size.value);
  });
  fill_fields(stream, map);
}

/// Told while something is read: what the text alone does not hold.
class desired_checks {
 public:
  explicit desired_checks(std::span<const object_source> sources) : sources_(sources) {}

  void resolve(text_reader& reader, component_lines& component);
  void new_component(text_reader& reader, const std::string& name);
  void new_map(text_reader& reader, const std::string& name);
  void new_global(text_reader& reader, const std::string& name);

 private:
  [[nodiscard]] std::uint64_t digest_of(const object_source& source);

  std::span<const object_source> sources_;
  std::unordered_map<const object_source*, std::uint64_t> digests_;
  std::unordered_set<std::string> components_;
  std::unordered_set<std::string> maps_;     ///< of the component at hand
  std::unordered_set<std::string> globals_;  ///< of the component at hand
};

template <class Stream, text_of_a<component_lines> Value>
void fields(Stream& stream, Value& component, desired_checks& checks) {
  stream.value(component.name);
  if constexpr (Stream::reads) checks.new_component(stream, component.name);
  stream.nested([&] {
    stream.once("object", component.origin, [&](auto& origin) {
      fields(stream, origin);
      if constexpr (Stream::reads) checks.resolve(stream, component);
    });
    stream.each("attach", component.attachments,
                [&](auto& attachment) { fields(stream, attachment); });
    stream.each("map", component.maps, [&](auto& map) {
      fields(stream, map);
      if constexpr (Stream::reads) checks.new_map(stream, map.name);
    });
    stream.each("global", component.globals, [&](auto& global) {
      fields(stream, global);
      if constexpr (Stream::reads) checks.new_global(stream, global.name);
    });
    stream.maybe("prepare", component.prepared_by, [&](auto& by) {
      stream.since(version_with_fills);
      stream.value(by);
      if constexpr (Stream::reads) fail_function(stream, "the preparation of a generation");
    });
  });
}

template <class Stream, class Policies, class Components>
void desired_fields(Stream& stream, Policies& policies, Components& components,
                    desired_checks& checks) {
  policy_fields(stream, policies);
  stream.each("component", components, [&](auto& component) { fields(stream, component, checks); });
}

}  // namespace linchpin::detail
