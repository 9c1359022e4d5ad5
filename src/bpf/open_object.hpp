// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/result.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

struct bpf_object;

namespace linchpin::inline LINCHPIN_ABI::detail {

struct close_bpf_object {
  void operator()(bpf_object* opened) const noexcept;
};
using opened_object = std::unique_ptr<bpf_object, close_bpf_object>;

/// Opens an ELF from memory, which may go away afterwards. No kernel contact.
/// errors: bad_format: not an ELF, not for BPF, no programs; libbpf's words in the log.
[[nodiscard]] result<opened_object> open_object(const std::string& name,
                                                std::span<const std::byte> elf);

}  // namespace linchpin::detail
