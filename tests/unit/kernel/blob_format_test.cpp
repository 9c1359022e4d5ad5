// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/blob_format.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstring>
#include <vector>

using linchpin::errc;
using linchpin::map_info;
using linchpin::detail::blob_header;
using linchpin::detail::check_blob_map;
using linchpin::detail::take_blob;

namespace {

std::vector<std::byte> value_with(const blob_header& header, std::span<const std::byte> bytes) {
  std::vector<std::byte> value(sizeof header + bytes.size());
  std::memcpy(value.data(), &header, sizeof header);
  if (!bytes.empty()) std::memcpy(value.data() + sizeof header, bytes.data(), bytes.size());
  return value;
}

const std::vector<std::byte> content{std::byte{1}, std::byte{2}, std::byte{0}, std::byte{255}};

blob_header good_header() {
  blob_header header;
  header.length = content.size();
  return header;
}

map_info good_map() {
  map_info info;
  info.type = linchpin::uapi::map_type::array;
  info.key_size = 4;
  info.value_size = 64;
  info.max_entries = 1;
  info.flags = 1U << 10;  // BPF_F_MMAPABLE
  return info;
}

}  // namespace

TEST_CASE("a blob gives back the bytes that were written", "[kernel][blob]") {
  CHECK(take_blob("read blob", "/b", value_with(good_header(), content)).value() == content);
}

TEST_CASE("what follows a blob's length is not part of it", "[kernel][blob]") {
  auto value = value_with(good_header(), content);
  value.resize(value.size() + 100, std::byte{7});
  CHECK(take_blob("read blob", "/b", value).value() == content);
}

TEST_CASE("a value that is not a blob is refused", "[kernel][blob]") {
  auto other_mark = good_header();
  other_mark.magic += 1;
  auto too_long = good_header();
  too_long.length = content.size() + 1;
  auto endless = good_header();
  endless.length = ~0ULL;
  const std::vector<std::byte> stub(sizeof(blob_header) - 1);
  for (const auto& value : {value_with(other_mark, content), value_with(too_long, content),
                            value_with(endless, content), stub, std::vector<std::byte>(128)}) {
    const auto taken = take_blob("read blob", "/b", value);
    REQUIRE_FALSE(taken);
    CHECK(taken.error().is(errc::bad_format));
    CHECK_FALSE(taken.error().found().empty());
  }
}

TEST_CASE("a blob of another version is told as such", "[kernel][blob]") {
  auto newer = good_header();
  newer.magic += std::uint64_t{1} << blob_header::version_at;
  const auto told = take_blob("read blob", "/b", value_with(newer, content));
  REQUIRE_FALSE(told);
  CHECK(told.error().is(errc::newer_format));
  CHECK(told.error().expected() == "blob version 2");
  CHECK(told.error().found() == "blob version 3");
  auto older = good_header();
  older.magic -= std::uint64_t{1} << blob_header::version_at;
  CHECK(take_blob("read blob", "/b", value_with(older, content)).error().is(errc::bad_format));
}

TEST_CASE("only an mmapable array of one entry can be a blob", "[kernel][blob]") {
  CHECK(check_blob_map("read blob", "/b", good_map()));
  auto hash = good_map();
  hash.type = linchpin::uapi::map_type::hash;
  auto two = good_map();
  two.max_entries = 2;
  auto not_mapped = good_map();
  not_mapped.flags = 0;
  auto small = good_map();
  small.value_size = 8;
  for (const auto& info : {hash, two, not_mapped, small}) {
    const auto checked = check_blob_map("read blob", "/b", info);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().is(errc::bad_format));
    CHECK(checked.error().subject() == "/b");
  }
}
