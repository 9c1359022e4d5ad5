// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/engine/desired_component.hpp>

#include <algorithm>

namespace linchpin::inline LINCHPIN_ABI {

bool operator==(const desired_attachment& left, const desired_attachment& right) {
  const auto ours = left.hook.mechanisms(), theirs = right.hook.mechanisms();
  return left.program == right.program && left.priority == right.priority &&
         left.hook == right.hook &&
         std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end());
}

desired_component::attachment_words desired_component::attach(std::string program, any_hook where) {
  attachments_.push_back({std::move(program), std::move(where), 0});
  return {*this, attachments_.size() - 1};
}

desired_component::map_words desired_component::map(std::string name) {
  for (std::size_t i = 0; i < maps_.size(); ++i) {
    if (maps_[i].name == name) return {*this, i};
  }
  maps_.push_back({std::move(name), {}, {}});
  return {*this, maps_.size() - 1};
}

void desired_component::global(desired_global wanted) {
  const auto size = wanted.value.size();
  const bool is_number =
      wanted.kind == variable_kind::signed_number || wanted.kind == variable_kind::unsigned_number;
  const bool fits = wanted.kind == variable_kind::floating ? size == 4 || size == 8
                    : is_number ? size == 1 || size == 2 || size == 4 || size == 8
                                : wanted.kind != variable_kind::pointer;
  if (!fits) wanted.kind.reset();
  const auto known =
      std::find_if(globals_.begin(), globals_.end(),
                   [&wanted](const desired_global& other) { return other.name == wanted.name; });
  if (known == globals_.end()) {
    globals_.push_back(std::move(wanted));
  } else {
    *known = std::move(wanted);
  }
}

}  // namespace linchpin
