// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/libbpf_log.hpp>
#include <linchpin/bpf/detail/linkage.hpp>
#include <linchpin/bpf/elf_check.hpp>
#include <linchpin/bpf/object_source.hpp>
#include <linchpin/core/detail/try.hpp>
#include <linchpin/core/result.hpp>

#include <cerrno>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Opens an ELF from memory, which is not used any more afterwards. Makes no system call on BPF.
/// errors: bad_format for what is no ELF or not for BPF, with libbpf's text in the log.
[[nodiscard]] result<opened_object> open_object(const std::string& name,
                                                std::span<const std::byte> elf);
/// The same for bytes that `check_elf` found nothing wrong with.
[[nodiscard]] result<opened_object> open_checked(const std::string& name,
                                                 std::span<const std::byte> elf);

namespace opening {

// "/opt/x/firewall-v2.bpf.o" -> "firewall-v2": libbpf puts it in front of its internal maps' names.
inline std::string stem(std::string_view name) {
  if (const auto slash = name.rfind('/'); slash != std::string_view::npos) {
    name.remove_prefix(slash + 1);
  }
  name = name.substr(0, name.find('.'));
  return std::string{name.empty() ? std::string_view{"object"} : name};
}

}  // namespace opening

inline result<opened_object> open_object(const std::string& name, std::span<const std::byte> elf) {
  LINCHPIN_CHECK(check_elf(elf, name));
  return open_checked(name, elf);
}

inline result<opened_object> open_checked(const std::string& name, std::span<const std::byte> elf) {
  const std::string object_name = opening::stem(name);
  bpf_object_open_opts options{};
  options.sz = sizeof(options);
  options.object_name = object_name.c_str();
  libbpf_log log;
  opened_object opened{bpf_object__open_mem(elf.data(), elf.size(), &options)};
  if (!opened) {
    auto failed = error::from_errno(errno, "open object", name).log(log.text());
    if (failed.is(errc::out_of_memory) || failed.is(errc::too_many_files)) return failed;
    const auto words = log.text();
    return std::move(failed)
        .as(errc::bad_format)
        .expected("an ELF file compiled for BPF")
        .found(words.empty() ? "something that libbpf refuses without a word" : "")
        .advice(how_to_compile);
  }
  restore_linkage(*opened, elf);
  return opened;
}

}  // namespace linchpin::detail
