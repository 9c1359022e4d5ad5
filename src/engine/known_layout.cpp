// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/known_layout.hpp"

#include <algorithm>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

// Whether an earlier linchpin may have described it in other words, or without the fields in it.
bool has_new_words(const layout_field& field) {
  const std::string_view type = field.type;
  const bool of_structs = type.starts_with("struct ") || type.starts_with("union ");
  const bool arrays_of_arrays = std::count(type.begin(), type.end(), '[') > 1;
  const bool byte_order = (type.starts_with("__be") || type.starts_with("__le")) &&
                          type.find_first_not_of("0123456789", 4) != std::string_view::npos;
  return type.find('*') != std::string_view::npos || type.find("[0]") != std::string_view::npos ||
         (of_structs && arrays_of_arrays) || byte_order;
}

}  // namespace

bool has_known_layout(const generation_record& running, const map_spec& map) {
  if (running.digest == 0) return false;
  return running.layouts == layout_version ||
         std::none_of(map.layout.begin(), map.layout.end(), has_new_words);
}

}  // namespace linchpin
