// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstddef>
#include <map>
#include <set>
#include <span>
#include <string>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Which maps each function of a BPF ELF refers to, itself or through the functions it calls. Maps
/// behind global variables have their section's name: ".bss".
///
/// An ELF that cannot be read gives nothing: whoever asks has parsed it before.
[[nodiscard]] std::map<std::string, std::set<std::string>> maps_by_function(
    std::span<const std::byte> elf);
/// Which functions each function of a BPF ELF reaches by tail calls, over any number of them, as far as the ELF
/// itself fills the arrays.
[[nodiscard]] std::map<std::string, std::set<std::string>> tail_calls_by_function(
    std::span<const std::byte> elf);

}  // namespace linchpin::detail
