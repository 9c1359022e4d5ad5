// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "accounting.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdint>

namespace quickstart {

namespace {

constexpr stage::reading settled_at_1{1, 1};
constexpr stage::reading changing{2, 0};
constexpr stage::reading settled_at_2{3, 2};

// What comes back when every program of a version ran once.
quickstart_stamp handled_by(quickstart_stamp stamp, __u8 version) {
  stamp.served_by = quickstart_backend_a;
  stamp.meter = stamp.firewall = stamp.balancer = stamp.returner = {1, version};
  return stamp;
}

}  // namespace

TEST_CASE("a packet that met every program once is received and nothing else") {
  accounting books;
  books.judge(handled_by(books.stamp_next(settled_at_1), 1), settled_at_1);
  const auto& sums = books.so_far();
  CHECK(sums.sent == 1);
  CHECK(sums.received == 1);
  CHECK(sums.lost() == 0);
  CHECK(sums.unfiltered == 0);
  CHECK(sums.doubled == 0);
  CHECK(sums.stale == 0);
  CHECK(sums.between == 0);
  CHECK(sums.firewall.by_version[1] == 1);
  CHECK(sums.served_by[quickstart_backend_a] == 1);
  CHECK(books.in_flight() == 0);
}

TEST_CASE("a packet that missed one program is unfiltered") {
  accounting books;
  auto answer = handled_by(books.stamp_next(settled_at_1), 1);
  SECTION("the meter") {
    answer.meter = {};
  }
  SECTION("the firewall") {
    answer.firewall = {};
  }
  SECTION("the balancer") {
    answer.balancer = {};
  }
  SECTION("the returner") {
    answer.returner = {};
  }
  books.judge(answer, settled_at_1);
  CHECK(books.so_far().received == 1);
  CHECK(books.so_far().unfiltered == 1);
  CHECK(books.so_far().stale == 0);
}

TEST_CASE("a packet that met both versions of one program is double") {
  accounting books;
  auto answer = handled_by(books.stamp_next(changing), 1);
  answer.firewall = {2, 2};
  books.judge(answer, changing);
  CHECK(books.so_far().doubled == 1);
  CHECK(books.so_far().firewall.twice == 1);
}

TEST_CASE("a packet that comes back twice is received once and double") {
  accounting books;
  const auto answer = handled_by(books.stamp_next(settled_at_1), 1);
  books.judge(answer, settled_at_1);
  books.judge(answer, settled_at_1);
  CHECK(books.so_far().received == 1);
  CHECK(books.so_far().doubled == 1);
  CHECK(books.in_flight() == 0);
}

TEST_CASE("a packet that does not come back is lost, also when nobody waits for it any more") {
  accounting books;
  const auto late = books.stamp_next(settled_at_1);
  CHECK(books.so_far().lost() == 1);
  CHECK(books.in_flight() == 1);
  books.give_up_waiting();
  CHECK(books.so_far().lost() == 1);
  CHECK(books.in_flight() == 0);

  SECTION("and found again when it comes after all") {
    books.judge(handled_by(late, 1), settled_at_1);
    CHECK(books.so_far().lost() == 0);
    CHECK(books.so_far().doubled == 0);
    CHECK(books.in_flight() == 0);
  }
}

TEST_CASE("a packet that never left does not count") {
  accounting books;
  books.take_back(books.stamp_next(settled_at_1));
  books.take_back(books.stamp_forbidden());
  CHECK(books.so_far().sent == 0);
  CHECK(books.so_far().forbidden_sent == 0);
  CHECK(books.in_flight() == 0);
}

TEST_CASE("a packet to the blocked port that comes back is unfiltered and not received") {
  accounting books;
  books.judge(handled_by(books.stamp_forbidden(), 1), settled_at_1);
  CHECK(books.so_far().unfiltered == 1);
  CHECK(books.so_far().forbidden_received == 1);
  CHECK(books.so_far().received == 0);
}

TEST_CASE("a packet that meets another version than the settled one is stale") {
  accounting books;
  auto answer = handled_by(books.stamp_next(settled_at_2), 2);
  answer.balancer.version = 1;
  books.judge(answer, settled_at_2);
  CHECK(books.so_far().stale == 1);
}

TEST_CASE("a packet under way during a change may meet either version at each hook") {
  accounting books;
  auto mixed = handled_by(books.stamp_next(settled_at_1), 1);
  mixed.balancer.version = 2;
  books.judge(mixed, changing);
  books.judge(handled_by(books.stamp_next(changing), 1), settled_at_2);
  CHECK(books.so_far().stale == 0);
  CHECK(books.so_far().between == 1);
}

}  // namespace quickstart
