// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object.hpp>
#include <linchpin/bpf/object_image.hpp>

#include "globals.bpf.hpp"
#include "many_maps.bpf.hpp"
#include "no_programs.bpf.hpp"
#include "pass_all.bpf.hpp"
#include "pass_all_v2.bpf.hpp"
#include "typeless.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <elf.h>
#include <fcntl.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstdlib>
#include <functional>
#include <string>
#include <thread>

using namespace linchpin;

namespace {

object_image parsed(std::span<const std::byte> bytes, std::string name = "test object") {
  return object_image::parse(std::move(name), {bytes.begin(), bytes.end()}).value();
}

std::vector<std::byte> bytes_of(std::string_view text) {
  const auto* first = reinterpret_cast<const std::byte*>(text.data());
  return {first, first + text.size()};
}

struct temporary_file {
  explicit temporary_file(std::span<const std::byte> content) {
    const int fd = ::mkstemp(path.data());
    REQUIRE(fd >= 0);
    REQUIRE(::write(fd, content.data(), content.size()) == static_cast<ssize_t>(content.size()));
    ::close(fd);
  }
  ~temporary_file() { ::unlink(path.c_str()); }
  std::string path = "/tmp/linchpin-object-XXXXXX";
};

const layout_field* field(const map_spec& map, std::string_view path) {
  for (const auto& field : map.layout) {
    if (field.path == path) return &field;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("an object says what programs it has before anything is loaded", "[bpf][object_image]") {
  const object_image image = parsed(bpf_objects::many_maps());
  CHECK(image.spec().programs.size() == 5);

  const program_spec* xdp = image.spec().find_program("count_and_decide");
  REQUIRE(xdp != nullptr);
  CHECK(xdp->section == "xdp");
  CHECK(xdp->type == uapi::program_type::xdp);
  CHECK(xdp->expected_attach_type == uapi::attach_type::xdp);
  CHECK(xdp->autoload);

  const program_spec* connect6 = image.spec().find_program("allow_connect6");
  REQUIRE(connect6 != nullptr);
  CHECK(connect6->type == uapi::program_type::cgroup_sock_addr);
  CHECK(connect6->expected_attach_type == uapi::attach_type::cgroup_inet6_connect);

  const program_spec* optional = image.spec().find_program("optional");
  REQUIRE(optional != nullptr);
  CHECK_FALSE(optional->autoload);

  CHECK(image.spec().find_program("count_and_decid") == nullptr);
}

TEST_CASE("a tcx section is understood whatever the age of libbpf", "[bpf][object_image]") {
  const object_image image = parsed(bpf_objects::many_maps());
  const program_spec* ingress = image.spec().find_program("count_at_ingress");
  REQUIRE(ingress != nullptr);
  CHECK(ingress->type == uapi::program_type::sched_cls);
  CHECK(ingress->expected_attach_type == uapi::attach_type::tcx_ingress);
}

TEST_CASE("an object says what maps it has, sizes and flags included", "[bpf][object_image]") {
  const object_image image = parsed(bpf_objects::many_maps(), "/opt/app/edge.v2.bpf.o");
  const map_spec* split = image.spec().find_map("recent_split");
  REQUIRE(split != nullptr);
  CHECK(split->type == uapi::map_type::lru_hash);
  CHECK(split->key_size == 4);
  CHECK(split->value_size == 8);
  CHECK(split->max_entries == 1001);
  CHECK(split->flags == 2);
  CHECK_FALSE(split->internal);

  const map_spec* rodata = image.spec().find_map(".rodata");
  REQUIRE(rodata != nullptr);
  CHECK(rodata->internal);
  CHECK(image.spec().name == "/opt/app/edge.v2.bpf.o");
}

TEST_CASE("a map's key and value are laid open field by field", "[bpf][object_image]") {
  const object_image image = parsed(bpf_objects::many_maps());
  const map_spec* flows = image.spec().find_map("flows");
  REQUIRE(flows != nullptr);
  const auto expect = [flows](std::string_view path, std::string_view type, std::uint32_t offset,
                              std::uint32_t size) {
    INFO(path);
    const layout_field* found = field(*flows, path);
    REQUIRE(found != nullptr);
    CHECK(found->type == type);
    CHECK(found->bit_offset == offset);
    CHECK(found->bit_size == size);
  };
  expect("key.source", "__be32", 0, 32);
  expect("key.port", "unsigned short", 32, 16);
  expect("value.packets", "unsigned int", 0, 32);
  expect("value.hardware[]", "unsigned char[6]", 32, 48);
  expect("value.vlan", "unsigned short", 80, 12);
  expect("value.priority", "unsigned short", 92, 3);
  expect("value.bytes", "unsigned long long", 128, 64);
  expect("value.times[]", "struct (anonymous)[2]", 192, 128);
  expect("value.times[].seen", "unsigned long long", 192, 64);
  expect("value.address.four", "__be32", 320, 32);
  expect("value.address.sixteen[]", "unsigned char[16]", 320, 128);
  CHECK(flows->layout.front().path == "key.source");

  const map_spec* numbers = image.spec().find_map("numbers");
  REQUIRE(numbers != nullptr);
  CHECK(numbers->layout == std::vector<layout_field>{{"key", "unsigned int", 0, 32},
                                                     {"value", "unsigned long long", 0, 64}});

  const map_spec* routes = image.spec().find_map("routes");
  REQUIRE(routes != nullptr);
  CHECK(routes->layout.empty());
}

TEST_CASE("global variables are the fields of their section's map", "[bpf][object_image]") {
  const object_image image = parsed(bpf_objects::many_maps());
  const map_spec* rodata = image.spec().find_map(".rodata");
  REQUIRE(rodata != nullptr);
  const layout_field* verdict = field(*rodata, "value.verdict");
  REQUIRE(verdict != nullptr);
  CHECK(verdict->type == "unsigned int");
  CHECK(verdict->bit_size == 32);
  const layout_field* limits = field(*rodata, "value.limits[]");
  REQUIRE(limits != nullptr);
  CHECK(limits->bit_size == 32);
}

TEST_CASE("an object says which global variables it has, and what they are",
          "[bpf][object_image][globals]") {
  const object_image image = parsed(bpf_objects::globals());
  const auto find = [&image](std::string_view name) {
    for (const auto& variable : image.spec().variables) {
      if (variable.name == name) return variable;
    }
    FAIL("no variable " << name);
    return variable_spec{};
  };
  const auto every = find("sample_every");
  CHECK(every.map == ".rodata");
  CHECK(every.type == "unsigned int");
  CHECK(every.size == 4);
  CHECK(every.kind == variable_kind::unsigned_number);
  CHECK_FALSE(every.constant);
  CHECK(find("shift").kind == variable_kind::signed_number);
  CHECK(find("verbose").kind == variable_kind::unsigned_number);
  CHECK(find("mode").kind == variable_kind::unsigned_number);
  CHECK(find("ratio").kind == variable_kind::floating);
  CHECK(find("prefix").kind == variable_kind::composite);
  CHECK(find("prefix").type == "struct prefix");
  CHECK(find("table").kind == variable_kind::composite);
  CHECK(find("table").type == "unsigned int[4]");
  CHECK(find("kept").kind == variable_kind::pointer);
  CHECK(find("folded").constant);
  CHECK(find("stored").constant);
  CHECK(find("globals_in.packets").map == ".bss");
  CHECK(find("hidden").map == ".data.hidden");
}

TEST_CASE("the digest tells two builds apart and repeats for one", "[bpf][object_image]") {
  CHECK(parsed(bpf_objects::pass_all()).digest() == parsed(bpf_objects::pass_all()).digest());
  CHECK(parsed(bpf_objects::pass_all()).digest() != parsed(bpf_objects::pass_all_v2()).digest());
}

TEST_CASE("an image opens as often as it is asked to, ahead or not", "[bpf][object_image]") {
  const auto image = object_source::memory("edge", bpf_objects::many_maps()).read().value();
  for (int i = 0; i < 3; ++i) {
    CHECK(image.open_ahead());
    CHECK(image.open_ahead());
    const auto first = object::open(image).value();
    const auto second = object::open(image).value();
    CHECK(first.native() != second.native());
  }
  auto from = image;
  const auto taken = std::move(from);
  CHECK(object::open(taken));
  CHECK(from.open_ahead().error().is(errc::invalid_argument));  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("a file and its bytes in memory are the same object", "[bpf][object_source]") {
  const temporary_file file{bpf_objects::many_maps()};
  const auto from_file = object_source::file(file.path).read();
  REQUIRE(from_file);
  const auto from_memory = object_source::memory(file.path, bpf_objects::many_maps()).read();
  REQUIRE(from_memory);
  CHECK(from_file->digest() == from_memory->digest());
  CHECK(from_file->spec().programs == from_memory->spec().programs);
  CHECK(from_file->spec().maps == from_memory->spec().maps);
}

TEST_CASE("a missing file is reported with its path", "[bpf][object_source]") {
  const auto source = object_source::file("/nonexistent/firewall.bpf.o");
  const auto read = source.read();
  REQUIRE_FALSE(read);
  CHECK(read.error().is(errc::not_found));
  CHECK(read.error().os_error() == ENOENT);
  CHECK(read.error().subject() == "/nonexistent/firewall.bpf.o");
}

TEST_CASE("an unreadable file is a matter of permission", "[bpf][object_source]") {
  const temporary_file file{bpf_objects::pass_all()};
  REQUIRE(::chmod(file.path.c_str(), 0) == 0);
  // Root reads everything, so root opens files as nobody for a moment.
  const auto before = static_cast<uid_t>(::setfsuid(65534));
  const auto read = object_source::file(file.path).read();
  ::setfsuid(before);
  REQUIRE_FALSE(read);
  CHECK(read.error().is(errc::permission_denied));
}

TEST_CASE("a directory is not an object", "[bpf][object_source]") {
  const auto read = object_source::file("/tmp").read();
  REQUIRE_FALSE(read);
  CHECK(read.error().is(errc::bad_format));
  CHECK(read.error().found() == "a directory");
}

TEST_CASE("bytes that are not an ELF are shown", "[bpf][object_image]") {
  const auto text = object_image::parse("settings.json", bytes_of("{\"a\": 1}"));
  REQUIRE_FALSE(text);
  CHECK(text.error().is(errc::bad_format));
  CHECK(text.error().found() == "starts with 7b 22 61 22 (\"{\"a\"\"), not \\x7fELF");

  const auto nothing = object_image::parse("empty", {});
  REQUIRE_FALSE(nothing);
  CHECK(nothing.error().is(errc::bad_format));
  CHECK(nothing.error().found() == "nothing: it is empty");
}

TEST_CASE("a pipe that nobody writes to is not an object, and is not waited for",
          "[bpf][object_source]") {
  const std::string path = "/tmp/linchpin-pipe-" + std::to_string(::getpid());
  REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
  const auto read = object_source::file(path).read();
  ::unlink(path.c_str());
  REQUIRE_FALSE(read);
  CHECK(read.error().is(errc::bad_format));
  CHECK(read.error().found() == "a device, pipe or socket");
}

TEST_CASE("an ELF for another machine is named as such", "[bpf][object_image]") {
  const auto read = object_source::file("/proc/self/exe").read();
  REQUIRE_FALSE(read);
  CHECK(read.error().is(errc::bad_format));
  CHECK(read.error().found().starts_with("an ELF for another machine (e_machine "));
}

TEST_CASE("an object of the other byte order is named as such", "[bpf][object_image]") {
  const auto whole = bpf_objects::pass_all();
  std::vector<std::byte> turned{whole.begin(), whole.end()};
  const auto order = std::to_integer<int>(turned[EI_DATA]);
  turned[EI_DATA] = std::byte(order == ELFDATA2LSB ? ELFDATA2MSB : ELFDATA2LSB);
  const auto read = object_image::parse("turned", turned);
  REQUIRE_FALSE(read);
  CHECK(read.error().is(errc::bad_format));
  CHECK(read.error().found().find("-endian object on a ") != std::string_view::npos);
  CHECK(read.error().advice().find("-target bpfe") != std::string_view::npos);
}

TEST_CASE("what clang writes before it makes an object is named as such", "[bpf][object_image]") {
  const auto read = object_image::parse("early.o", bytes_of("BC\xc0\xde\x35\x14"));
  REQUIRE_FALSE(read);
  CHECK(read.error().found() == "LLVM bitcode, of clang -emit-llvm or -flto");
}

TEST_CASE("maps as they were declared before BTF are named as such", "[bpf][object_image]") {
  // A section called maps, as SEC("maps") makes it.
  const auto whole = bpf_objects::many_maps();
  std::string bytes{reinterpret_cast<const char*>(whole.data()), whole.size()};
  constexpr std::string_view now{"\0.maps\0", 7};
  const auto name = bytes.rfind(now);  // the first one is in BTF
  REQUIRE(name != std::string::npos);
  bytes.replace(name, now.size(), std::string{"\0maps\0\0", now.size()});
  const auto read = object_image::parse("legacy_map", bytes_of(bytes));
  REQUIRE_FALSE(read);
  INFO(read.error().message());
  CHECK(read.error().is(errc::bad_format));
  CHECK(read.error().found().starts_with("maps declared in SEC(\"maps\")"));
  CHECK(read.error().advice().find(".maps") != std::string_view::npos);
  CHECK(read.error().advice().find("-target bpf") == std::string_view::npos);
}

TEST_CASE("a cut-off ELF is refused", "[bpf][object_image]") {
  const auto whole = bpf_objects::pass_all();
  const struct {
    std::size_t length;
    std::string_view found;
  } cuts[] = {{4, "an ELF header cut off after 4 bytes"},
              {64, "a section table of "},
              {whole.size() / 2, "a section table of "}};
  for (const auto& [length, found] : cuts) {
    INFO(length);
    const auto part = whole.first(length);
    const auto read = object_image::parse("cut", {part.begin(), part.end()});
    REQUIRE_FALSE(read);
    CHECK(read.error().is(errc::bad_format));
    CHECK(read.error().found().starts_with(found));
  }
}

TEST_CASE("an object without programs has its maps", "[bpf][object_image]") {
  const auto bytes = bpf_objects::no_programs();
  const auto read = object_image::parse("no_programs", {bytes.begin(), bytes.end()});
  REQUIRE(read);
  CHECK(read->spec().programs.empty());
  REQUIRE(read->spec().find_map("lonely") != nullptr);
  CHECK(read->spec().find_map("lonely")->type == uapi::map_type::array);
}

TEST_CASE("a program whose section tells no type opens without one", "[bpf][object_image]") {
  const auto bytes = bpf_objects::typeless();
  const auto read = object_image::parse("typeless", {bytes.begin(), bytes.end()});
  REQUIRE(read);
  const auto* program = read->spec().find_program("drop_all");
  REQUIRE(program != nullptr);
  CHECK(program->type == uapi::program_type::unspecified);
  CHECK(program->section == "classifier/drop_all");
}

// What libbpf says of a program that is no BPF object. A small one: it is read four hundred times.
TEST_CASE("two threads never get each other's libbpf words", "[bpf][object_image]") {
  const std::string single{object_source::file("/bin/sh").read().error().log()};
  bool equal[2] = {true, true};
  const auto repeat = [&single](bool& all_equal) {
    for (int i = 0; i < 200; ++i) {
      const auto read = object_source::file("/bin/sh").read();
      if (read || read.error().log() != single) all_equal = false;
    }
  };
  std::thread first{repeat, std::ref(equal[0])};
  std::thread second{repeat, std::ref(equal[1])};
  first.join();
  second.join();
  CHECK(equal[0]);
  CHECK(equal[1]);
}
