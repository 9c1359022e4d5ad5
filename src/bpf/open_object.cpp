// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "bpf/open_object.hpp"

#include "bpf/libbpf_log.hpp"

#include <bpf/libbpf.h>
#include <elf.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

constexpr std::string_view elf_magic =
    "\x7f"
    "ELF";
constexpr std::string_view how_to_compile = "compile with clang -target bpf -g -O2 -c";

constexpr std::string_view llvm_bitcode = "BC\xc0\xde";

std::string first_bytes(std::span<const std::byte> elf) {
  if (elf.empty()) return "nothing: it is empty";
  std::string hex;
  std::string printable;
  for (const std::byte byte : elf.first(std::min<std::size_t>(elf.size(), 4))) {
    const auto value = std::to_integer<unsigned char>(byte);
    hex += fmt::format("{}{:02x}", hex.empty() ? "" : " ", value);
    printable += value >= 0x20 && value < 0x7f ? static_cast<char>(value) : '.';
  }
  return fmt::format("starts with {} (\"{}\"), not \\x7fELF", hex, printable);
}

bool starts_with(std::span<const std::byte> bytes, std::string_view magic) {
  return bytes.size() >= magic.size() && std::memcmp(bytes.data(), magic.data(), magic.size()) == 0;
}

struct wrong_file {
  std::string found;
  std::string_view advice = how_to_compile;
};

// What the first bytes tell against it.
std::optional<wrong_file> look_at_header(std::span<const std::byte> bytes) {
  if (starts_with(bytes, llvm_bitcode)) {
    return wrong_file{"LLVM bitcode, of clang -emit-llvm or -flto"};
  }
  if (!starts_with(bytes, elf_magic)) return wrong_file{first_bytes(bytes)};
  Elf64_Ehdr header{};
  if (bytes.size() < sizeof header) return {};
  std::memcpy(&header, bytes.data(), sizeof header);
  constexpr bool little = std::endian::native == std::endian::little;
  const auto order = header.e_ident[EI_DATA];
  if (order != (little ? ELFDATA2LSB : ELFDATA2MSB)) {
    return wrong_file{
        fmt::format("a {}-endian object on a {}-endian machine",
                    order == ELFDATA2MSB ? "big" : "little", little ? "little" : "big"),
        little ? "compile with clang -target bpfel -g -O2 -c"
               : "compile with clang -target bpfeb -g -O2 -c"};
  }
  // Old compilers left the machine out.
  if (header.e_machine != EM_BPF && header.e_machine != EM_NONE) {
    return wrong_file{fmt::format("an ELF for another machine (e_machine {}, BPF is {})",
                                  header.e_machine, EM_BPF)};
  }
  return {};
}

// What libbpf tells of declarations that it does not take any more.
std::optional<wrong_file> look_at_words(std::string_view log) {
  if (log.find("legacy map definitions") == std::string_view::npos) return {};
  return wrong_file{"maps declared in SEC(\"maps\"), which libbpf 1.0 and newer do not take",
                    "declare them with __uint() and __type() in SEC(\".maps\")"};
}

// "/opt/x/firewall-v2.bpf.o" -> "firewall-v2": libbpf puts it in front of its internal maps' names.
std::string stem(std::string_view name) {
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  name = name.substr(0, name.find('.'));
  return std::string{name.empty() ? std::string_view{"object"} : name};
}

}  // namespace

void close_bpf_object::operator()(bpf_object* opened) const noexcept {
  const int saved = errno;
  bpf_object__close(opened);
  errno = saved;
}

result<opened_object> open_object(const std::string& name, std::span<const std::byte> elf) {
  if (const auto wrong = look_at_header(elf)) {
    return error{errc::bad_format, "open object", name}
        .expected("an ELF file compiled for BPF")
        .found(wrong->found)
        .advice(wrong->advice);
  }
  const std::string object_name = stem(name);
  bpf_object_open_opts options{};
  options.sz = sizeof(options);
  options.object_name = object_name.c_str();
  libbpf_log log;
  opened_object opened{bpf_object__open_mem(elf.data(), elf.size(), &options)};
  if (opened == nullptr) {
    auto failed = error::from_errno(errno, "open object", name).log(log.text());
    if (failed.is(errc::out_of_memory) || failed.is(errc::too_many_files)) return failed;
    failed = std::move(failed).as(errc::bad_format).expected("an ELF file compiled for BPF");
    const auto wrong = look_at_words(log.text());
    if (!wrong) return std::move(failed).advice(how_to_compile);
    return std::move(failed).found(wrong->found).advice(wrong->advice);
  }
  if (bpf_object__next_program(opened.get(), nullptr) == nullptr) {
    return error{errc::bad_format, "open object", name}
        .expected("at least one program")
        .found("an object without programs")
        .log(log.text())
        .advice(
            "give functions a SEC(\"...\") that libbpf or linchpin knows, and check that this "
            "is the object that was meant");
  }
  return opened;
}

}  // namespace linchpin::detail
