// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "store/envelope.hpp"

#include <cstring>

#include <fmt/format.h>

#include <linchpin/core/detail/checksum.hpp>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

struct header {
  std::uint32_t magic;
  std::uint32_t format;
  std::uint64_t payload_bytes;
  std::uint64_t sum;
};
static_assert(sizeof(header) == envelope_size);

// The checksum of a whole record: that of a header which has the payload's checksum inside.
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

result<unsealed> unseal(const record_kind& kind, std::span<const std::byte> record) {
  const auto bad = [&kind](std::string_view expected, std::string_view found) {
    return error{errc::bad_format, fmt::format("read {}", kind.name)}.expected(expected).found(
        found);
  };
  header front{};
  if (record.size() < sizeof front) {
    return bad(fmt::format("a header of {} bytes", sizeof front),
               fmt::format("{} bytes in all", record.size()));
  }
  std::memcpy(&front, record.data(), sizeof front);
  if (front.magic != kind.magic) {
    return bad(fmt::format("the mark {:#x} of a {}", kind.magic, kind.name),
               fmt::format("{:#x}", front.magic));
  }
  const auto payload = record.subspan(sizeof front);
  if (payload.size() != front.payload_bytes) {
    return bad(fmt::format("{} bytes after the header, as it says", front.payload_bytes),
               fmt::format("{} bytes", payload.size()));
  }
  if (const auto sum = sum_of(front, payload); sum != front.sum) {
    return bad(fmt::format("the checksum {:#x}", front.sum), fmt::format("{:#x}", sum));
  }
  const bool older = kind.oldest != 0 && front.format >= kind.oldest && front.format < kind.format;
  if (front.format != kind.format && !older) {
    const bool newer = front.format > kind.format;
    return error{newer ? errc::newer_format : errc::bad_format, fmt::format("read {}", kind.name)}
        .expected(kind.oldest == 0 || kind.oldest == kind.format
                      ? fmt::format("format {}", kind.format)
                      : fmt::format("formats {} to {}", kind.oldest, kind.format))
        .found(fmt::format("format {}", front.format))
        .advice("run the linchpin that wrote this store, or remove the store with it");
  }
  return unsealed{front.format, payload};
}

bool claims_to_be(const record_kind& kind, std::span<const std::byte> record) noexcept {
  header front{};
  if (record.size() < sizeof front) return false;
  std::memcpy(&front, record.data(), sizeof front);
  return front.magic == kind.magic && front.format == kind.format;
}

}  // namespace linchpin::detail
