// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace quickstart {

/// Which version of the components the traffic is to meet at this moment.
///
/// The director writes it before and after everything that changes programs; the caller reads it
/// when a packet leaves and when its answer comes back. If both readings are the same and settled,
/// the packet must have met exactly that version everywhere.
class stage {
 public:
  struct reading {
    std::uint32_t number = 0;   ///< grows by one with every change
    std::uint32_t version = 0;  ///< 0 while programs are being changed

    friend bool operator==(const reading&, const reading&) = default;
  };

  void unsettle() noexcept { publish(0); }
  void settle(std::uint32_t version) noexcept { publish(version); }

  [[nodiscard]] reading read() const noexcept {
    const std::uint64_t packed = packed_.load();
    return {static_cast<std::uint32_t>(packed >> 32), static_cast<std::uint32_t>(packed)};
  }

 private:
  void publish(std::uint32_t version) noexcept {
    packed_.store((std::uint64_t{read().number} + 1) << 32 | version);
  }

  std::atomic<std::uint64_t> packed_{0};
};

}  // namespace quickstart
