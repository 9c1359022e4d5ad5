// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/named_list.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

using linchpin::named_list;

namespace {

// How often names were compared by a lookup.
int comparisons = 0;

struct counted_name {
  std::string text;

  operator std::string_view() const noexcept { return text; }
  friend bool operator==(const counted_name& left, const counted_name& other) = default;
  friend bool operator==(const counted_name& left, std::string_view other) noexcept {
    ++comparisons;
    return left.text == other;
  }
  friend bool operator<(const counted_name& left, std::string_view other) noexcept {
    ++comparisons;
    return left.text < other;
  }
};

struct thing {
  counted_name name;
  int number = 0;

  friend bool operator==(const thing&, const thing&) = default;
};

named_list<thing> numbered(int count) {
  std::vector<thing> things;
  things.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) things.push_back({{"thing" + std::to_string(i)}, i});
  return things;
}

}  // namespace

TEST_CASE("a named list finds each item by name and nothing by another name", "[bpf][named_list]") {
  const auto list = numbered(101);
  for (int i = 0; i < 101; ++i) {
    const thing* found = list.find("thing" + std::to_string(i));
    REQUIRE(found != nullptr);
    CHECK(found->number == i);
    CHECK(list.index_of(*found) == static_cast<std::size_t>(i));
  }
  for (const auto* absent : {"", "thing", "thing101", "a", "zzz"}) {
    CHECK(list.find(absent) == nullptr);
  }
  CHECK(named_list<thing>{}.find("thing0") == nullptr);
}

TEST_CASE("a named list keeps the order of declaration", "[bpf][named_list]") {
  const named_list<thing> list{{{{"zebra"}, 1}, {{"ape"}, 2}, {{"lynx"}, 3}}};
  std::vector<int> numbers;
  for (const auto& item : list) numbers.push_back(item.number);
  CHECK(numbers == std::vector{1, 2, 3});
  CHECK(list[1].name.text == "ape");
}

TEST_CASE("of equal names a named list finds the one declared first", "[bpf][named_list]") {
  const named_list<thing> list{{{{"b"}, 1}, {{"a"}, 2}, {{"b"}, 3}, {{"a"}, 4}}};
  CHECK(list.find("a")->number == 2);
  CHECK(list.find("b")->number == 1);
}

TEST_CASE("a copied or moved named list finds its own items", "[bpf][named_list]") {
  auto list = numbered(10);
  const auto copy = list;
  CHECK(copy.find("thing3") == &copy[3]);
  CHECK(copy == list);
  const auto moved = std::move(list);
  CHECK(moved.find("thing3") == &moved[3]);
}

TEST_CASE("a name is looked up in a named list, not searched", "[bpf][named_list]") {
  const auto list = numbered(10'000);
  comparisons = 0;
  CHECK(list.find("thing7777") != nullptr);
  CHECK(comparisons <= 20);
}
