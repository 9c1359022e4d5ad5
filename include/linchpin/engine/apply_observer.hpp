// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/engine/step.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI {

class error;

/// What happened to one step.
struct step_event {
  enum class kind : std::uint8_t {
    performed,
    failed,  ///< `why` says how; what follows undoes the steps before it
    reverted,
    committed,  ///< everything that can fail is done; `which` is the step before it
  };
  kind what{};
  step which;
  std::string_view component;
  std::size_t number = 0;  ///< counted from 1
  std::size_t of = 0;
  const error* why = nullptr;
};

/// Told of each step of a transaction while it is carried out.
class apply_observer {
 public:
  virtual void on(const step_event& event) noexcept = 0;

 protected:
  ~apply_observer() = default;
};

}  // namespace linchpin
