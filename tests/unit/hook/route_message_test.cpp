// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/driver/route_socket.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cstring>

using linchpin::detail::route_attributes;

namespace {

std::vector<std::byte> bytes_of(std::initializer_list<unsigned char> list) {
  std::vector<std::byte> bytes;
  for (const auto one : list) bytes.push_back(std::byte{one});
  return bytes;
}

}  // namespace

TEST_CASE("attributes are read with their padding skipped", "[kernel][netlink]") {
  // length 5 type 1 'a' and padding, then length 8 type 2 (nested flag set) value 7
  const auto bytes = bytes_of({5, 0, 1, 0, 'a', 0, 0, 0, 8, 0, 2, 0x80, 7, 0, 0, 0});
  const auto list = route_attributes(bytes);
  REQUIRE(list.size() == 2);
  CHECK(list[0].type == 1);
  CHECK(list[0].text() == "a");
  CHECK(list[1].type == 2);
  CHECK(list[1].u32() == 7);
}

TEST_CASE("attributes that are cut off or too short end the list", "[kernel][netlink]") {
  CHECK(route_attributes(bytes_of({})).empty());
  CHECK(route_attributes(bytes_of({8, 0, 1})).empty());
  CHECK(route_attributes(bytes_of({9, 0, 1, 0, 1, 2, 3, 4})).empty());
  CHECK(route_attributes(bytes_of({0, 0, 1, 0, 1, 2, 3, 4})).empty());
  const auto list = route_attributes(bytes_of({5, 0, 1, 0, 'a'}));
  REQUIRE(list.size() == 1);
  CHECK(list[0].payload.size() == 1);
}

TEST_CASE("a short attribute reads as zero and not past its end", "[kernel][netlink]") {
  const auto bytes = bytes_of({6, 0, 1, 0, 0xff, 0xff, 0xff, 0xff});
  CHECK(route_attributes(bytes)[0].u32() == 0);
}
