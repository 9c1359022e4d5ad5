// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "pass_all.bpf.hpp"
#include "pass_all_v2.bpf.hpp"

namespace {

std::string_view text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

TEST_CASE("an embedded object is a 64-bit BPF ELF with BTF and without DWARF") {
  const std::string_view elf = text(bpf_objects::pass_all());
  REQUIRE(elf.size() > 64);
  CHECK(elf.substr(0, 4) == "\177ELF");
  CHECK(elf[4] == 2);  // ELFCLASS64
  std::uint16_t machine = 0;
  std::memcpy(&machine, elf.data() + 18, sizeof machine);
  CHECK(machine == 247);  // EM_BPF
  CHECK(elf.find(".BTF.ext") != std::string_view::npos);
  CHECK(elf.find(".debug_info") == std::string_view::npos);
}

TEST_CASE("an embedded object is aligned for libelf") {
  CHECK(reinterpret_cast<std::uintptr_t>(bpf_objects::pass_all().data()) % 8 == 0);
}

TEST_CASE("one BPF source with other definitions is another object") {
  CHECK_FALSE(std::ranges::equal(bpf_objects::pass_all(), bpf_objects::pass_all_v2()));
}
