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

}  // namespace linchpin
