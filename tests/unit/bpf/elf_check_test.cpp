// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/elf_check.hpp>
#include <linchpin/bpf/object_image.hpp>

#include "edited_elf.hpp"
#include "references.bpf.hpp"

#include <climits>
#include <cstdlib>

#include <unistd.h>

using namespace linchpin;

// Each of these damages one number of a sound object. The comment says what libbpf 1.1 does with it.

namespace {

edited_elf sound() {
  return edited_elf{bpf_objects::references()};
}

std::string found_in(const edited_elf& edited) {
  const auto read = object_image::parse("edited", edited.bytes());
  REQUIRE_FALSE(read);
  INFO(read.error().message());
  CHECK(read.error().is(errc::bad_format));
  CHECK_FALSE(read.error().advice().empty());
  return std::string{read.error().found()};
}

bool begins(std::string_view text, std::string_view with) {
  return text.starts_with(with);
}

// A pointer without a name: the first of its kind.
constexpr std::string_view nameless;

}  // namespace

TEST_CASE("an object in which everything refers to everything passes the check", "[bpf][elf]") {
  CHECK(check_elf(bpf_objects::references(), "references"));
  const auto image = object_image::parse("references", sound().bytes());
  INFO((image ? std::string{} : image.error().message()));
  CHECK(image);
}

TEST_CASE("a section table or a section beyond the end of the file is refused", "[bpf][elf]") {
  auto table = sound();
  table.change_header([](auto& header) { header.e_shoff = ~Elf64_Off{0} - 8; });
  CHECK(begins(found_in(table), "a section table of "));

  auto section = sound();
  section.change_section(".maps", [](auto& header) { header.sh_offset = ~Elf64_Off{0} - 8; });
  CHECK(found_in(section).find("beyond the end of the file") != std::string::npos);
}

TEST_CASE("sections that the header does not count are refused", "[bpf][elf]") {
  for (const unsigned count : {0U, 1U, 0xff00U, 0xffffU}) {
    auto edited = sound();
    edited.change_header(
        [count](auto& header) { header.e_shnum = static_cast<Elf64_Half>(count); });
    CHECK(found_in(edited) == "a section table of " + std::to_string(count) + " sections");
  }
}

TEST_CASE("names without an end are refused", "[bpf][elf]") {
  auto edited = sound();
  const auto strings = edited.section_header(edited.header().e_shstrndx);
  edited.set(strings.sh_offset + strings.sh_size - 1, 'x');
  CHECK(begins(found_in(edited), "strings of the sections' names in section "));
}

// Copies from before the section.
TEST_CASE("a program whose end wraps round is refused", "[bpf][elf]") {
  auto edited = sound();
  edited.change_symbol("look", [](auto& symbol) {
    symbol.st_value = ~Elf64_Addr{0} - 15;
    symbol.st_size = 24;
  });
  CHECK(found_in(edited).find("(look) at 18446744073709551600, 24 bytes long") !=
        std::string::npos);
}

// Writes 8 bytes beyond the end of the program, when it is loaded.
TEST_CASE("a program that ends in half an instruction is refused", "[bpf][elf]") {
  auto edited = sound();
  const auto code = edited.section_header("xdp");
  edited.set(code.sh_offset + code.sh_size - 8, std::uint8_t{0x18});
  CHECK(found_in(edited).find("with half an instruction at its end") != std::string::npos);
}

// Allocates 4 GB, or less than nothing.
TEST_CASE("a relocation whose end wraps round is refused", "[bpf][elf]") {
  auto edited = sound();
  edited.change_relocation(".rel.maps", 0,
                           [](auto& relocation) { relocation.r_offset = ~Elf64_Addr{0} - 3; });
  CHECK(found_in(edited).find("is not within section ") != std::string::npos);
}

// Asks a section without bytes how many it has.
TEST_CASE("relocations for another section than their name says are refused", "[bpf][elf]") {
  auto edited = sound();
  edited.change_section(".rel.maps", [](auto& header) { header.sh_info = 0; });
  CHECK(found_in(edited).find("(.rel.maps) of relocations for section 0 of ") != std::string::npos);
  edited.change_section(".rel.maps", [&edited](auto& header) {
    header.sh_info = static_cast<Elf64_Word>(edited.section(".bss"));
  });
  CHECK(found_in(edited).find("(.rel.maps) of relocations for section ") != std::string::npos);
}

TEST_CASE("a relocation to a symbol that is not there is refused", "[bpf][elf]") {
  auto edited = sound();
  edited.change_relocation(".relxdp", 0, [](auto& relocation) {
    relocation.r_info = ELF64_R_INFO(9000UL, ELF64_R_TYPE(relocation.r_info));
  });
  CHECK(found_in(edited).find("relocation 0 refers to symbol 9000 of ") != std::string::npos);
}

// Cuts the size to 32 bits.
TEST_CASE("a section of more zeros than a map's value holds is refused", "[bpf][elf]") {
  auto edited = sound();
  edited.change_section(".bss", [](auto& header) { header.sh_size = 1ULL << 40; });
  CHECK(found_in(edited).find("of 1099511627776 bytes, more than a map's value has") !=
        std::string::npos);
}

// Follows a null pointer.
TEST_CASE("a type that is not there is refused", "[bpf][elf]") {
  auto edited = sound();
  edited.change_type(BTF_KIND_VAR, "seen", [](auto& variable) { variable.type = 100'000; });
  CHECK(found_in(edited).find("a var, refers to type 100000, which it cannot") !=
        std::string::npos);
}

// Compares with a null pointer.
TEST_CASE("a type with a name that is not there is refused", "[bpf][elf]") {
  auto edited = sound();
  edited.change_type(BTF_KIND_DATASEC, ".maps", [](auto& type) { type.name_off = 1U << 24; });
  CHECK(found_in(edited).find("a datasec, refers to the name at 16777216") != std::string::npos);
}

// Does not come back.
TEST_CASE("a type that is a part of itself is refused", "[bpf][elf]") {
  auto edited = sound();
  const auto at = edited.type(BTF_KIND_TYPEDEF, "setting");
  edited.change_type(BTF_KIND_TYPEDEF, "setting",
                     [&](auto& type) { type.type = edited.number_of_type(at); });
  CHECK(found_in(edited).ends_with("a typedef, that is a part of itself"));
}

// libbpf does not look; whoever tells the layout of a map would not come back.
TEST_CASE("a pointer to itself is refused", "[bpf][elf]") {
  auto edited = sound();
  const auto at = edited.type(BTF_KIND_PTR, nameless);
  edited.change_type(BTF_KIND_PTR, nameless,
                     [&](auto& type) { type.type = edited.number_of_type(at); });
  CHECK(found_in(edited).ends_with("made of more than 128 types in one another"));
}

// Writes the linkage of a variable behind a type that is none.
TEST_CASE("a section of variables that holds something else is refused", "[bpf][elf]") {
  auto edited = sound();
  const auto at = edited.type(BTF_KIND_DATASEC, ".kconfig");
  auto variable = edited.get<btf_var_secinfo>(at + sizeof(btf_type));
  variable.type = edited.number_of_type(edited.type(BTF_KIND_FUNC, "clip"));
  edited.set(at + sizeof(btf_type), variable);
  CHECK(found_in(edited).find("a datasec, refers to type ") != std::string::npos);
}

// Takes the error for an object, and closes it.
TEST_CASE("a setting larger than a number of 32 bits says is refused", "[bpf][elf]") {
  auto edited = sound();
  const auto text = edited.get<btf_type>(edited.type(BTF_KIND_VAR, "CONFIG_CC_VERSION_TEXT"));
  auto array = edited.type(text.type);
  while (BTF_INFO_KIND(edited.get<btf_type>(array).info) != BTF_KIND_ARRAY) {
    array = edited.type(edited.get<btf_type>(array).type);
  }
  const auto elements = array + sizeof(btf_type) + offsetof(struct btf_array, nelems);
  edited.set(elements, 0x8000'0001U);
  CHECK(found_in(edited) ==
        "setting CONFIG_CC_VERSION_TEXT (__kconfig), of no size that a setting has");
}

// Only says ENOENT.
TEST_CASE("a variable whose symbol has another name is refused by its name", "[bpf][elf]") {
  auto edited = sound();
  edited.change_symbol("sum", [](auto& symbol) { symbol.st_name = 0; });
  CHECK(found_in(edited) == "variable sum of section .bss without a symbol");
}

// Adds the two up to less than 32 bits hold, and copies from before the section.
TEST_CASE("a struct_ops beyond its section is refused", "[bpf][elf]") {
  auto edited = sound();
  edited.change_type(BTF_KIND_STRUCT, "linchpin_test_ops",
                     [](auto& type) { type.size = 1U << 31; });
  CHECK(found_in(edited).find("variable ops at 0, 2147483648 bytes long") != std::string::npos);
}

// Follows a null pointer when it is loaded.
TEST_CASE("a map of the type that libbpf makes of a struct_ops is refused", "[bpf][elf]") {
  auto edited = sound();
  // jumps: __uint(type, 3), and nothing else of that object has an array of 3.
  const auto start = edited.section_header(".BTF");
  for (auto at = start.sh_offset; at + 24 < start.sh_offset + start.sh_size; at += 4) {
    const bool array = BTF_INFO_KIND(edited.get<std::uint32_t>(at + 4)) == BTF_KIND_ARRAY &&
                       edited.get<std::uint32_t>(at) == 0 && edited.get<std::uint32_t>(at + 8) == 0;
    if (array && edited.get<std::uint32_t>(at + 20) == 3) edited.set(at + 20, 26U);
  }
  CHECK(found_in(edited) == "map jumps of .maps of type struct_ops, which only libbpf makes");
}

TEST_CASE("tables of lines that are cut off are refused", "[bpf][elf]") {
  auto edited = sound();
  const auto start = edited.section_header(".BTF.ext").sh_offset;
  edited.set(start + 20, edited.get<std::uint32_t>(start + 20) - 4);
  CHECK(found_in(edited) == "table of lines of .BTF.ext cut off");
}

TEST_CASE("a sparse file larger than any object is refused before it is read", "[bpf][elf]") {
  std::string path = "/tmp/linchpin-sparse-XXXXXX";
  const int fd = ::mkstemp(path.data());
  REQUIRE(fd >= 0);
  // A tmpfs may not hold 4 TB, whatever is in it.
  const off_t size = ::ftruncate(fd, off_t{4} << 40) == 0 ? off_t{4} << 40 : off_t{1} << 32;
  REQUIRE(::ftruncate(fd, size) == 0);
  ::close(fd);
  const auto read = object_source::file(path).read();
  ::unlink(path.c_str());
  REQUIRE_FALSE(read);
  CHECK(read.error().is(errc::bad_format));
  CHECK(read.error().expected() == "at most 256 MiB, more than any object has");
  CHECK(read.error().found() == std::to_string(size) + " bytes");
}
