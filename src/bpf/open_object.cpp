// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "bpf/open_object.hpp"

#include "bpf/libbpf_log.hpp"

#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include <fmt/format.h>

namespace linchpin::detail {

namespace {

constexpr std::string_view elf_magic =
    "\x7f"
    "ELF";
constexpr std::string_view how_to_compile = "compile with clang -target bpf -g -O2 -c";

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

bool is_elf(std::span<const std::byte> bytes) {
  return bytes.size() >= elf_magic.size() &&
         std::memcmp(bytes.data(), elf_magic.data(), elf_magic.size()) == 0;
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
  if (!is_elf(elf)) {
    return error{errc::bad_format, "open object", name}
        .expected("an ELF file compiled for BPF")
        .found(first_bytes(elf))
        .advice(how_to_compile);
  }
  const std::string object_name = stem(name);
  bpf_object_open_opts options{};
  options.sz = sizeof(options);
  options.object_name = object_name.c_str();
  libbpf_log log;
  opened_object opened{bpf_object__open_mem(elf.data(), elf.size(), &options)};
  if (opened == nullptr) {
    return error::from_errno(errno, "open object", name)
        .as(errc::bad_format)
        .expected("an ELF file compiled for BPF")
        .log(log.text())
        .advice(how_to_compile);
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
