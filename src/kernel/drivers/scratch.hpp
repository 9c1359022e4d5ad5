// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/core/answer.hpp>
#include <linchpin/core/uapi.hpp>

#include <cstdint>
#include <string_view>

#include <linux/bpf.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

// What probes are made of: programs that do nothing, and links to places that do not exist.

inline constexpr std::uint32_t loopback = 1;  ///< the first interface of every netns

/// "return verdict". On failure errno says why.
[[nodiscard]] unique_fd load_scratch(bpf_prog_type type, uapi::attach_type attach, int verdict);

/// What a failed load of a scratch program tells.
[[nodiscard]] answer not_loaded(std::string_view type, int cause);

/// For a step whose errno tells nothing about the question.
[[nodiscard]] answer unknown_after(std::string_view step, int cause);

/// Asks for a link, and lets go of it should the kernel make one.
/// returns: 0 or errno
[[nodiscard]] int try_link(const unique_fd& program, uapi::attach_type attach, std::uint32_t target,
                           std::uint32_t flags) noexcept;

/// Whether the kernel makes links of a kind. One that knows the kind, and the flags, goes on to look
/// for the target and finds that there is none.
/// \param what in the answer: "cgroup links"
[[nodiscard]] answer probe_link(bpf_prog_type type, std::string_view type_name,
                                uapi::attach_type attach, std::uint32_t flags,
                                std::string_view what);

}  // namespace linchpin::detail
