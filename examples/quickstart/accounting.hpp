// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stage.hpp"

#include <quickstart_stamp.bpf.h>

#include <array>
#include <cstdint>
#include <vector>

namespace quickstart {

inline constexpr std::size_t versions = 2;

/// How many answered packets one program handled, by the version that did.
struct program_tally {
  std::array<std::uint64_t, versions + 1> by_version{};  ///< [0]: it did not run
  std::uint64_t twice = 0;
};

/// The sums over every packet so far. All numbers are packets.
struct tally {
  std::uint64_t sent = 0;
  std::uint64_t received = 0;  ///< answered, each counted once
  std::uint64_t unfiltered =
      0;                      ///< missed at least one program, or was let through though forbidden
  std::uint64_t doubled = 0;  ///< handled twice by one component, or delivered twice
  std::uint64_t stale = 0;    ///< met a version other than the settled one
  std::uint64_t between = 0;  ///< met one version here and the other there, mid-update
  std::uint64_t forbidden_sent = 0;          ///< to the blocked port; not in `sent`
  std::uint64_t forbidden_received = 0;      ///< in `unfiltered` too
  std::array<std::uint64_t, 4> served_by{};  ///< by enum quickstart_server
  program_tally meter, firewall, balancer, returner;

  [[nodiscard]] std::uint64_t lost() const noexcept { return sent - received; }
};

/// Judges every packet of one sender by the stamp that it brings back.
///
/// threads: one.
class accounting {
 public:
  accounting();

  /// The stamp for the next packet, which counts as sent.
  [[nodiscard]] quickstart_stamp stamp_next(stage::reading at_send);
  /// The same for a packet to the blocked port.
  [[nodiscard]] quickstart_stamp stamp_forbidden();
  /// The packet of that stamp never left: it does not count as sent.
  void take_back(const quickstart_stamp& unsent);

  void judge(const quickstart_stamp& answer, stage::reading at_receipt);

  /// Answers that are still expected. Those given up on are not, though they may still come.
  [[nodiscard]] std::uint64_t in_flight() const noexcept { return in_flight_; }
  /// Expects no answer any more to what is in flight; it stays lost unless it comes after all.
  void give_up_waiting() noexcept;

  [[nodiscard]] const tally& so_far() const noexcept { return tally_; }

 private:
  struct outstanding {
    std::uint64_t sequence = 0;
    stage::reading at_send;
    bool expected = false;
  };

  // A packet's place is its sequence number modulo the size: far more than are ever in flight, so
  // that an answer without its entry is one that came twice.
  std::vector<outstanding> outstanding_;
  std::uint64_t next_sequence_ = 0;
  std::uint64_t waited_from_ = 0;  // older ones were given up on
  std::uint64_t in_flight_ = 0;
  tally tally_;
};

}  // namespace quickstart
