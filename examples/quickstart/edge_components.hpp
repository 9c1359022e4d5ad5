// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/linchpin.hpp>

#include <array>
#include <string>

namespace quickstart {

/// How this service wants its programs handled; what it does not say, the defaults say.
struct edge_policies : linchpin::default_policies {
  using attach_order =
      linchpin::order::priority;  // the firewall before the balancer, whoever came first
  using update_strategy = linchpin::update::in_place;  // one compare-and-swap for each hook
};

/// The same service, careless: it detaches the old programs and then attaches the new ones.
struct careless_policies : edge_policies {
  using update_strategy = linchpin::update::recreate;
};

/// Everything the service runs on one interface, in one of its two versions: what it hands to
/// linchpin at its start, for an upgrade and after a crash alike. As data, since both policy sets take it.
[[nodiscard]] std::array<linchpin::desired_component, 3> edge_components(
    const std::string& interface, unsigned version);

}  // namespace quickstart
