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

namespace {

bool is_whole_number(variable_kind kind, std::size_t size) noexcept {
  switch (kind) {
    case variable_kind::signed_number:
    case variable_kind::unsigned_number:
      return size == 1 || size == 2 || size == 4 || size == 8;
    case variable_kind::floating:
      return size == 4 || size == 8;
    case variable_kind::composite:
    case variable_kind::pointer:
      break;
  }
  return false;
}

}  // namespace

// What does not fit together is not said: it would have no text that reads back.
void desired_component::global(desired_global wanted) {
  const auto size = wanted.value.size();
  const bool composite = wanted.kind == variable_kind::composite;
  if (wanted.kind && !composite && !is_whole_number(*wanted.kind, size)) wanted.kind.reset();
  if (wanted.element) {
    const auto& one = *wanted.element;
    const bool fits = composite && is_whole_number(one.kind, one.size) && size % one.size == 0;
    wanted.element = fits ? std::optional{number_spec{one.kind, one.size}} : std::nullopt;
  }
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
