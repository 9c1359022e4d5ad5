// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/object_image.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/kernel/kernel.hpp>

#include "testing/fake/machine_state.hpp"

#include <memory>
#include <string>
#include <vector>

namespace linchpin::inline LINCHPIN_ABI::testing::fake {

/// Finds the map behind a handle number of the loading process, or null.
class map_finder {
 public:
  [[nodiscard]] virtual std::shared_ptr<map> find_map(int number) const = 0;
  /// Whether the layout of a map can be read, which takes what opening by id takes.
  [[nodiscard]] virtual bool may_read_layouts() const = 0;

 protected:
  ~map_finder() = default;
};

/// What a load made, in the order of the object's spec, by their whole names.
struct loaded {
  std::vector<std::pair<std::string, std::shared_ptr<program>>> programs;
  std::vector<std::pair<std::string, std::shared_ptr<map>>> maps;
};

[[nodiscard]] result<loaded> load_object(machine_state& machine, const object_image& image,
                                         const load_request& request, const map_finder& finder);

}  // namespace linchpin::testing::fake
