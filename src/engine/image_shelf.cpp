// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/image_shelf.hpp"

#include <linchpin/bpf/object_image.hpp>

#include <algorithm>
#include <set>
#include <utility>

#include <linchpin/core/detail/try.hpp>

namespace linchpin::inline LINCHPIN_ABI {

result<object_image> image_shelf::read(std::string_view component, const object_source& source) {
  std::vector<std::byte> from_file;
  auto bytes = source.bytes();
  if (source.is_file()) {
    LINCHPIN_TRY(from_file, source.read_bytes());
    bytes = from_file;
  }
  const auto of = images_.find(component);
  auto nobody = std::vector<object_image>{};
  auto& kept = of == images_.end() ? nobody : of->second;
  const auto known = std::find_if(kept.begin(), kept.end(), [&](const object_image& image) {
    return image.spec().name == source.name() && std::ranges::equal(image.bytes(), bytes);
  });
  if (known != kept.end()) {
    std::rotate(kept.begin(), known, known + 1);
    return object_image{kept.front()};
  }
  LINCHPIN_TRY(auto image, object_image::parse(source.name(), {bytes.begin(), bytes.end()}));
  auto& shelf = images_[std::string{component}];
  if (shelf.size() == most) shelf.pop_back();
  shelf.insert(shelf.begin(), image);
  return image;
}

void image_shelf::keep(std::span<const desired_component* const> desired) {
  std::set<std::string_view> names;
  for (const auto* component : desired) names.insert(component->name());
  std::erase_if(images_, [&names](const auto& of) { return !names.contains(of.first); });
}

}  // namespace linchpin
