// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/blob_format.hpp"

#include <linchpin/bpf/map_layout.hpp>

#include <cstring>

#include <linux/bpf.h>
#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

bool is_blob(const map_info& info) noexcept {
  return info.name == blob_name && info.type == uapi::map_type::array && info.max_entries == 1;
}

result<void> check_blob_map(std::string_view operation, std::string_view path,
                            const map_info& info) {
  const bool fits = info.type == uapi::map_type::array && info.key_size == 4 &&
                    info.max_entries == 1 && (info.flags & BPF_F_MMAPABLE) != 0 &&
                    info.value_size >= sizeof(blob_header);
  if (fits) return {};
  return error{errc::bad_format, operation, path}
      .expected("an mmapable array map of one entry, as linchpin writes it")
      .found(fmt::format(
          "map {} \"{}\": {}, key {} bytes, value {} bytes, max_entries {}, flags {:#x}",
          info.id.value, info.name, name_of(info.type), info.key_size, info.value_size,
          info.max_entries, info.flags));
}

result<std::vector<std::byte>> take_blob(std::string_view operation, std::string_view path,
                                         std::span<const std::byte> value) {
  const auto bad = [&](std::string_view expected, const std::string& found) {
    return error{errc::bad_format, operation, path}.expected(expected).found(found);
  };
  blob_header header;
  if (value.size() < sizeof header) {
    return bad(fmt::format("a header of {} bytes", sizeof header),
               fmt::format("{} bytes in all", value.size()));
  }
  std::memcpy(&header, value.data(), sizeof header);
  const auto difference = header.magic ^ blob_header::expected_magic;
  if (difference != 0 &&
      (difference >> blob_header::version_at) << blob_header::version_at == difference) {
    const auto version = [](std::uint64_t magic) {
      return fmt::format("blob version {}", static_cast<char>(magic >> blob_header::version_at));
    };
    const bool newer = header.magic > blob_header::expected_magic;
    return bad(version(blob_header::expected_magic), version(header.magic))
        .as(newer ? errc::newer_format : errc::bad_format)
        .advice("run the linchpin that wrote it, or remove the store with it");
  }
  if (difference != 0) {
    return bad(fmt::format("the mark {:#x}", blob_header::expected_magic),
               fmt::format("{:#x}", header.magic));
  }
  const auto rest = value.subspan(sizeof header);
  if (header.length > rest.size()) {
    return bad(fmt::format("at most {} bytes", rest.size()),
               fmt::format("a length of {} bytes", header.length));
  }
  const auto bytes = rest.first(static_cast<std::size_t>(header.length));
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

}  // namespace linchpin::detail
