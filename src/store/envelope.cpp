// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/envelope.hpp"

#include <cstring>

#include <fmt/format.h>

#include "core/checksum.hpp"

namespace linchpin::detail {

namespace {

struct header {
  std::uint32_t magic;
  std::uint32_t format;
  std::uint64_t payload_bytes;
  std::uint64_t sum;
};
static_assert(sizeof(header) == envelope_size);

// Of the whole record: the payload's sum stands for it in a header that is summed up itself.
std::uint64_t sum_of(header front, std::span<const std::byte> payload) noexcept {
  front.sum = checksum(payload);
  return checksum(std::as_bytes(std::span{&front, 1}));
}

}  // namespace

void seal(const record_kind& kind, std::span<std::byte> record) noexcept {
  const auto payload = record.subspan(sizeof(header));
  header front{kind.magic, kind.format, payload.size(), 0};
  front.sum = sum_of(front, payload);
  std::memcpy(record.data(), &front, sizeof front);
}

result<std::span<const std::byte>> unseal(const record_kind& kind,
                                          std::span<const std::byte> record) {
  const auto bad = [&kind](std::string_view what) {
    return error{errc::bad_format, fmt::format("read {}", kind.name)}.found(what).advice(
        "the store was damaged or is not linchpin's; to start anew, remove it with all that is "
        "pinned below it, which also detaches that");
  };
  header front{};
  if (record.size() < sizeof front) return bad("fewer bytes than a header has");
  std::memcpy(&front, record.data(), sizeof front);
  if (front.magic != kind.magic) return bad("another kind of record");
  if (front.format > kind.format) {
    return error{errc::newer_format, fmt::format("read {}", kind.name)}
        .expected(fmt::format("format {} or older", kind.format))
        .found(fmt::format("format {}", front.format))
        .advice("run the linchpin that wrote this store, or remove the store with that one");
  }
  if (front.format == 0 || front.format + 1 < kind.format) {
    return bad(fmt::format("format {}, which is no longer read", front.format));
  }
  const auto payload = record.subspan(sizeof front);
  if (payload.size() != front.payload_bytes) return bad("a record that was cut short");
  if (sum_of(front, payload) != front.sum) return bad("a checksum that does not match");
  return payload;
}

}  // namespace linchpin::detail
