// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/decisions.hpp>

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/text_form/reader.hpp"
#include "engine/text_form/writer.hpp"

// One description of each value's lines serves writing and reading: `Stream` is text_writer with a
// const value, or text_reader with a mutable one. identity_eraser goes over a plan by the same
// description.
namespace linchpin::inline LINCHPIN_ABI::detail {

template <class Value, class Plain>
concept text_of_a = std::same_as<std::remove_const_t<Value>, Plain>;

struct policy_line {
  slot which{};
  std::string id;
};

template <class Stream, text_of_a<policy_line> Value>
void fields(Stream& stream, Value& line) {
  stream.value(line.which);
  stream.value(line.id);
}

/// The policies that a value names, in the order of their slots.
template <class Stream, text_of_a<policy_ids> Value>
void policy_fields(Stream& stream, Value& ids) {
  std::vector<policy_line> lines;
  if constexpr (!Stream::reads) {
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (!ids[i].empty()) lines.push_back({slot{static_cast<std::uint8_t>(i)}, ids[i]});
    }
  }
  std::optional<slot> last;
  stream.each("policy", lines, [&](auto& line) {
    fields(stream, line);
    if constexpr (Stream::reads) {
      if (stream.failed()) return;
      if (last && line.which <= *last)
        return stream.fail(
            "slots each once and in their order",
            fmt::format("'{}' behind '{}'", *word_for(line.which), *word_for(*last)));
      if (line.id.empty()) return stream.fail("the id of a policy", "an empty string");
      last = line.which;
      ids[static_cast<std::size_t>(line.which)] = line.id;
    }
  });
}

}  // namespace linchpin::detail
