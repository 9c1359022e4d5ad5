// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/testing/fake_kernel.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "world.hpp"

namespace property {

/// Sees to it that at no instant a hook at which a component of ours stays runs none of ours.
class no_gap final : public linchpin::testing::call_observer {
 public:
  explicit no_gap(world& around) : around_(around) {}
  void watch(chain_key place) { places_.push_back(std::move(place)); }
  void after(linchpin::testing::verb called) override {
    if (!broken.empty()) return;
    for (const auto& place : places_) {
      const auto ran = around_.raw(place);
      const bool ours = std::any_of(ran.begin(), ran.end(), [this](linchpin::program_id id) {
        return !around_.strangers().contains(id);
      });
      if (ours) continue;
      broken = fmt::format("after a call of {} none of ours runs at {} of target {}",
                           linchpin::testing::verb_name(called), place.family, place.on.id);
    }
  }
  std::string broken;

 private:
  world& around_;
  std::vector<chain_key> places_;
};

}  // namespace property
