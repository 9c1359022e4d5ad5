// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/btf.hpp>
#include <linchpin/bpf/object.hpp>
#include <linchpin/bpf/object_image.hpp>

#include <elf.h>
#include <sys/fsuid.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "../../support/error_texts.hpp"
#include "many_maps.bpf.hpp"
#include "pass_all.bpf.hpp"

// Objects that are none, or not what is asked of them.

namespace object_texts_test {

using namespace linchpin;

namespace {

std::vector<std::byte> as_bytes(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

std::vector<std::byte> copy_of(std::span<const std::byte> bytes) {
  return {bytes.begin(), bytes.end()};
}

// With a name that differs from run to run.
struct scratch_directory {
  scratch_directory() { REQUIRE(::mkdtemp(path.data()) != nullptr); }
  ~scratch_directory() { ::rmdir(path.c_str()); }
  std::string path = "/tmp/linchpin-texts-XXXXXX";
};

// Root reads everything, so root opens files as nobody for a moment.
result<object_image> read_as_nobody(const std::string& path) {
  const auto before = static_cast<uid_t>(::setfsuid(65534));
  auto read = object_source::file(path).read();
  ::setfsuid(before);
  return read;
}

// With no descriptor left for it.
result<object_image> read_without_descriptors(const std::string& path) {
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  const rlimit none{0, before.rlim_max};
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  auto read = object_source::file(path).read();
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  return read;
}

error of_file(const char* path) {
  auto read = object_source::file(path).read();
  REQUIRE_FALSE(read);
  return read.error();
}

error of_bytes(std::string name, std::vector<std::byte> bytes) {
  auto read = object_image::parse(std::move(name), std::move(bytes));
  REQUIRE_FALSE(read);
  return read.error();
}

// The same with a section called maps, as SEC("maps") makes it.
std::vector<std::byte> with_legacy_maps() {
  const auto whole = bpf_objects::many_maps();
  std::string bytes{reinterpret_cast<const char*>(whole.data()), whole.size()};
  constexpr std::string_view now{"\0.maps\0", 7};
  const auto name = bytes.rfind(now);  // the first one is in BTF
  REQUIRE(name != std::string::npos);
  bytes.replace(name, now.size(), std::string{"\0maps\0\0", now.size()});
  return as_bytes(bytes);
}

unsigned own_machine() {
  Elf64_Ehdr header{};
  std::ifstream{"/proc/self/exe", std::ios::binary}.read(reinterpret_cast<char*>(&header),
                                                         sizeof header);
  return header.e_machine;
}

std::vector<std::byte> with_header(std::size_t offset, int value) {
  auto bytes = copy_of(bpf_objects::pass_all());
  bytes[offset] = std::byte(value);
  return bytes;
}

Elf64_Ehdr header_of(std::span<const std::byte> elf) {
  Elf64_Ehdr header{};
  std::memcpy(&header, elf.data(), sizeof header);
  return header;
}
std::size_t section_count(std::span<const std::byte> elf) {
  return header_of(elf).e_shnum;
}
std::size_t section_table(std::span<const std::byte> elf) {
  return header_of(elf).e_shoff;
}

// Changes the header of the table of symbols, or each symbol.
std::vector<std::byte> with_symbols(auto change_table, auto change_symbol) {
  auto bytes = copy_of(bpf_objects::pass_all());
  for (std::size_t i = 0; i < section_count(bytes); ++i) {
    auto* const at = bytes.data() + section_table(bytes) + i * sizeof(Elf64_Shdr);
    Elf64_Shdr table{};
    std::memcpy(&table, at, sizeof table);
    if (table.sh_type != SHT_SYMTAB) continue;
    for (auto offset = table.sh_offset; offset < table.sh_offset + table.sh_size;
         offset += sizeof(Elf64_Sym)) {
      Elf64_Sym symbol{};
      std::memcpy(&symbol, bytes.data() + offset, sizeof symbol);
      change_symbol(symbol);
      std::memcpy(bytes.data() + offset, &symbol, sizeof symbol);
    }
    change_table(table);
    std::memcpy(at, &table, sizeof table);
  }
  return bytes;
}
std::vector<std::byte> without_symbols() {
  return with_symbols([](auto& table) { table.sh_type = SHT_NULL; }, [](auto&) {});
}
std::vector<std::byte> with_static_programs() {
  return with_symbols([](auto&) {},
                      [](auto& symbol) {
                        if (ELF64_ST_TYPE(symbol.st_info) == STT_FUNC) {
                          symbol.st_info = ELF64_ST_INFO(STB_LOCAL, STT_FUNC);
                        }
                      });
}

// The words and the number are those of one version of libbpf.
std::vector<error_texts::varying> libbpf_words(const error& told) {
  std::string log{told.log()};
  while (log.ends_with('\n')) log.pop_back();
  REQUIRE_FALSE(log.empty());
  return {{std::move(log), "<libbpf's words>"},
          {std::string{errno_name(told.os_error())}, "<libbpf's number>"}};
}

}  // namespace

TEST_CASE("texts of files that are no objects", "[errors]") {
  error_texts::area told{"object file"};
  told.add("it is missing", of_file("/nonexistent/firewall.bpf.o"));
  told.add("it is a directory", of_file("/tmp"));
  told.add("it is a device", of_file("/dev/null"));
  told.add("no file descriptor is left", read_without_descriptors("/proc/self/exe"));
  {
    const scratch_directory home;
    const auto path = home.path + "/firewall.bpf.o";
    std::ofstream{path}.close();
    REQUIRE(::truncate(path.c_str(), off_t{4} << 30) == 0);
    told.add("it is larger than any object", of_file(path.c_str()), {{home.path, "<directory>"}});
    REQUIRE(::unlink(path.c_str()) == 0);
  }
  {
    const scratch_directory closed;
    told.add("it may not be read", read_as_nobody(closed.path + "/firewall.bpf.o"),
             {{closed.path, "<directory>"}});
  }
  told.add("it is an executable of the machine", of_file("/proc/self/exe"),
           {{std::to_string(own_machine()), "<machine>"}});
  told.check();
}

TEST_CASE("texts of bytes that are no object", "[errors]") {
  error_texts::area told{"object"};
  told.add("empty", of_bytes("firewall.bpf.o", {}));
  told.add("text", of_bytes("firewall.bpf.o", as_bytes("{\"a\": 1}")));
  told.add("what clang writes with -flto",
           of_bytes("firewall.bpf.o", as_bytes("BC\xc0\xde\x35\x14")));
  told.add("big-endian", of_bytes("firewall.bpf.o", with_header(EI_DATA, ELFDATA2MSB)));
  told.add("maps as they were declared before BTF", of_bytes("firewall.bpf.o", with_legacy_maps()));
  const auto whole = bpf_objects::pass_all();
  told.add("cut off", of_bytes("firewall.bpf.o", copy_of(whole.first(whole.size() / 2))),
           {{std::to_string(section_count(whole)), "<sections>"},
            {std::to_string(section_table(whole)), "<table>"},
            {std::to_string(whole.size() / 2), "<half>"}});
  told.add("an executable of BPF",
           of_bytes("firewall.bpf.o", with_header(offsetof(Elf64_Ehdr, e_type), ET_EXEC)));
  told.add("without symbols", of_bytes("firewall.bpf.o", without_symbols()));
  const auto hidden = of_bytes("firewall.bpf.o", with_static_programs());
  told.add("static programs", hidden, libbpf_words(hidden));
  told.check();
}

TEST_CASE("texts of what an object does not have", "[errors]") {
  error_texts::area told{"object contents"};
  auto opened = object::open(object_source::memory("firewall", bpf_objects::many_maps())).value();
  told.add("a program that it does not have", opened.find_program("count_and_decid"));
  told.add("a map that it does not have", opened.find_map("flow"));
  told.add("a program before loading", opened.find_program("count_and_decide"));
  told.add("a map before loading", opened.find_map("flows"));
  told.add("the size of a map that it does not have", opened.set_max_entries("flow", 4));
  told.add("a global that it does not have",
           opened.set_global("verdikt", std::as_bytes(std::span<const char>{"abc"})));
  told.add("a global of another size",
           opened.set_global("verdict", std::as_bytes(std::span<const char>{"abcdefg"})));
  const auto types = btf_types::of_object(opened).value();
  told.add("a type that it does not have", types.size_of("flow_kez"));
  told.check();
}

}  // namespace object_texts_test
