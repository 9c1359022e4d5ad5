// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "bpf/open_object.hpp"

#include <linchpin/bpf/elf_check.hpp>

#include "bpf/libbpf_log.hpp"
#include "core/try.hpp"

#include <bpf/libbpf.h>

#include <cerrno>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

namespace {

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
  LINCHPIN_CHECK(check_elf(elf, name));
  const std::string object_name = stem(name);
  bpf_object_open_opts options{};
  options.sz = sizeof(options);
  options.object_name = object_name.c_str();
  libbpf_log log;
  opened_object opened{bpf_object__open_mem(elf.data(), elf.size(), &options)};
  if (opened == nullptr) {
    auto failed = error::from_errno(errno, "open object", name).log(log.text());
    if (failed.is(errc::out_of_memory) || failed.is(errc::too_many_files)) return failed;
    const auto words = log.text();
    return std::move(failed)
        .as(errc::bad_format)
        .expected("an ELF file compiled for BPF")
        .found(words.empty() ? "something that libbpf refuses without a word" : "")
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
