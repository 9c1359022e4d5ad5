// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/engine/orchestrator.hpp>

#include <string_view>
#include <utility>

/// An orchestrator that plans components as data. Tests give the same component to many policy sets, and
/// ask for what a component's type would not let them write.
template <linchpin::policy_set Policies = linchpin::default_policies>
class loose_orchestrator : public linchpin::orchestrator<Policies> {
 public:
  static linchpin::result<loose_orchestrator> open(std::string_view root,
                                                   linchpin::open_options options = {},
                                                   linchpin::policy_values<Policies> values = {}) {
    auto made = linchpin::orchestrator<Policies>::open(root, options, std::move(values));
    if (!made) return std::move(made).error();
    return loose_orchestrator{*std::move(made)};
  }

  using linchpin::orchestrator_core::apply;
  using linchpin::orchestrator_core::plan;

 private:
  explicit loose_orchestrator(linchpin::orchestrator<Policies>&& opened)
      : linchpin::orchestrator<Policies>(std::move(opened)) {}
};
