// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: was not checked against the policies of this orchestrator
#include <linchpin/engine/orchestrator.hpp>

#include <vector>

using service = linchpin::orchestrator<>;

void apply(service& edge, const std::vector<linchpin::desired_component>& from_text) {
#ifdef FORBIDDEN
  (void)edge.apply(from_text);
#else
  std::vector<service::component> checked;
  for (const auto& component : from_text) checked.emplace_back(component);
  (void)edge.apply(checked);
#endif
}
