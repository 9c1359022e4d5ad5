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

template <class Stream, text_of_a<desired_map> Value>
void fields(Stream& stream, Value& map) {
  stream.value(map.name);
  stream.optional("max_entries", map.max_entries);
  stream.optional("carry", map.carry);
  stream.optional("entry", map.entry, [&](auto& size) {
    stream.value(size.key);
    stream.value(size.value);
  });
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
  });
}

template <class Stream, class Policies, class Components>
void desired_fields(Stream& stream, Policies& policies, Components& components,
                    desired_checks& checks) {
  policy_fields(stream, policies);
  stream.each("component", components, [&](auto& component) { fields(stream, component, checks); });
}

}  // namespace linchpin::detail
