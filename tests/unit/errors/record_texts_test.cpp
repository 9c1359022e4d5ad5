// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0

#include <cstring>

#include "../../support/error_texts.hpp"
#include "../store/samples.hpp"
#include "kernel/blob_format.hpp"
#include "store/envelope.hpp"
#include "store/format_1.hpp"

// Bytes that are not the record they should be.

namespace record_texts_test {

using namespace linchpin;
using namespace store_test;

namespace {

std::vector<std::byte> good() {
  return encode(sample_manifest());
}

// Whoever can write a store can also make the checksum right.
std::vector<std::byte> sealed(std::vector<std::byte> bytes, std::uint32_t format) {
  auto kind = detail::manifest_kind;
  kind.format = format;
  detail::seal(kind, bytes);
  return bytes;
}

std::vector<std::byte> changed(std::size_t at) {
  auto bytes = good();
  bytes[at] ^= std::byte{1};
  return bytes;
}

std::vector<std::byte> with_size(std::size_t size) {
  auto bytes = good();
  bytes.resize(size);
  return bytes;
}

}  // namespace

TEST_CASE("texts of damaged records", "[errors]") {
  error_texts::area told{"record"};
  told.add("cut in its header", decode_manifest(with_size(9)));
  told.add("cut behind its header", decode_manifest(with_size(good().size() - 1)));
  told.add("of another kind", decode_manifest(encode(sample_journal())));
  told.add("with a flipped bit", decode_manifest(changed(good().size() - 1)));
  told.add("sealed again with a byte less",
           decode_manifest(sealed(with_size(good().size() - 1), detail::manifest_kind.format)));
  told.add("sealed again with a byte more",
           decode_manifest(sealed(with_size(good().size() + 1), detail::manifest_kind.format)));
  told.add("of a later format", decode_manifest(sealed(good(), 7)));
  told.add("of an earlier format", decode_manifest(sealed(good(), 1)));
  auto odd = sample_journal();
  odd.phase = journal_phase{3};
  told.add("a journal of no phase", decode_journal(encode(odd)));
  told.check();
}

TEST_CASE("texts of pins that are no blobs", "[errors]") {
  error_texts::area told{"blob"};
  constexpr std::string_view reading = "read blob";
  constexpr std::string_view path = "/sys/fs/bpf/edge/journal";
  map_info other;
  other.id = {17};
  other.name = "theirs";
  other.type = uapi::map_type::hash;
  other.key_size = 4;
  other.value_size = 8;
  other.max_entries = 64;
  told.add("a map of another kind", detail::check_blob_map(reading, path, other));
  detail::blob_header header;
  std::vector<std::byte> bytes(sizeof header + 4);
  const auto of = [&] {
    std::memcpy(bytes.data(), &header, sizeof header);
    return detail::take_blob(reading, path, bytes);
  };
  header.length = 5;
  told.add("a length beyond its end", of());
  header.length = 4;
  header.magic += 1ULL << 56;
  told.add("of a later version", of());
  header.magic = 1;
  told.add("without its mark", of());
  bytes.resize(3);
  told.add("shorter than its header", detail::take_blob(reading, path, bytes));
  told.check();
}

}  // namespace record_texts_test
