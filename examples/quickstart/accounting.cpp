// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "accounting.hpp"

#include <algorithm>

namespace quickstart {

namespace {

constexpr std::size_t remembered = 1U << 16;

void count(program_tally& program, quickstart_mark mark) {
  if (mark.runs == 0) {
    ++program.by_version[0];
  } else if (mark.version <= versions) {
    ++program.by_version[mark.version];
  }
  if (mark.runs > 1) ++program.twice;
}

}  // namespace

accounting::accounting() : outstanding_(remembered) {}

quickstart_stamp accounting::stamp_next(stage::reading at_send) {
  quickstart_stamp stamp{};
  stamp.magic = quickstart_magic;
  stamp.sequence = next_sequence_++;
  outstanding_[stamp.sequence % remembered] = {stamp.sequence, at_send, true};
  ++in_flight_;
  ++tally_.sent;
  return stamp;
}

quickstart_stamp accounting::stamp_forbidden() {
  quickstart_stamp stamp{};
  stamp.magic = quickstart_magic;
  stamp.is_forbidden = 1;
  stamp.sequence = tally_.forbidden_sent++;
  return stamp;
}

void accounting::take_back(const quickstart_stamp& unsent) {
  if (unsent.is_forbidden != 0) {
    --tally_.forbidden_sent;
    return;
  }
  outstanding_[unsent.sequence % remembered].expected = false;
  --in_flight_;
  --tally_.sent;
}

void accounting::judge(const quickstart_stamp& answer, stage::reading at_receipt) {
  if (answer.is_forbidden != 0) {
    ++tally_.forbidden_received;
    ++tally_.unfiltered;
    return;
  }
  auto& awaited = outstanding_[answer.sequence % remembered];
  if (!awaited.expected || awaited.sequence != answer.sequence) {
    ++tally_.doubled;
    return;
  }
  awaited.expected = false;
  if (answer.sequence >= waited_from_) --in_flight_;
  ++tally_.received;
  ++tally_.served_by[answer.served_by % tally_.served_by.size()];
  count(tally_.meter, answer.meter);
  count(tally_.firewall, answer.firewall);
  count(tally_.balancer, answer.balancer);
  count(tally_.returner, answer.returner);

  const std::array marks{answer.meter, answer.firewall, answer.balancer, answer.returner};
  const auto any = [&marks](auto holds) { return std::any_of(marks.begin(), marks.end(), holds); };
  const bool missed = any([](quickstart_mark mark) { return mark.runs == 0; });
  if (missed) ++tally_.unfiltered;
  if (any([](quickstart_mark mark) { return mark.runs > 1; })) ++tally_.doubled;

  const bool settled = awaited.at_send == at_receipt && at_receipt.version != 0;
  if (settled) {
    const auto of_another_version = [&at_receipt](quickstart_mark mark) {
      return mark.runs != 0 && mark.version != at_receipt.version;
    };
    if (any(of_another_version)) ++tally_.stale;
  } else if (!missed && any([&marks](quickstart_mark mark) {
               return mark.version != marks.front().version;
             })) {
    ++tally_.between;
  }
}

void accounting::give_up_waiting() noexcept {
  waited_from_ = next_sequence_;
  in_flight_ = 0;
}

}  // namespace quickstart
