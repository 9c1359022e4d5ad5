// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/bpf/link.hpp>
#include <linchpin/core/answer.hpp>
#include <linchpin/core/error.hpp>
#include <linchpin/core/uapi.hpp>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>

#include <bpf/bpf.h>
#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI::detail {

// Tools of probes: programs that do nothing, and links to targets that do not exist.

inline constexpr std::uint32_t loopback = 1;  ///< the first interface of every netns
inline constexpr std::uint32_t no_descriptor = ~0U;

/// Loads a program that returns a number and does nothing else.
/// returns: none on failure, with the reason in errno
[[nodiscard]] inline unique_fd load_scratch(bpf_prog_type type, uapi::attach_type attach,
                                            int verdict) {
  const std::array<bpf_insn, 2> code{
      bpf_insn{BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, verdict},
      bpf_insn{BPF_JMP | BPF_EXIT, 0, 0, 0, 0}};
  bpf_prog_load_opts options{};
  options.sz = sizeof options;
  options.expected_attach_type = static_cast<bpf_attach_type>(attach);
  return unique_fd::adopt(
      ::bpf_prog_load(type, "linchpin_probe", "Dual BSD/GPL", code.data(), code.size(), &options));
}

/// The answer where the errno of a step says nothing about the question.
[[nodiscard]] inline answer unknown_after(std::string_view step, int cause) {
  return answer::unknown(fmt::format("{}: {}", step, errno_name(cause)));
}

/// The answer that follows from a scratch program that could not be loaded.
[[nodiscard]] inline answer not_loaded(std::string_view type, int cause) {
  if (cause == EINVAL) return answer::no(fmt::format("no program type {}", type));
  return unknown_after(fmt::format("load a scratch {} program", type), cause);
}

/// Tries to create a link, and closes it if the kernel does create one.
/// returns: 0 or errno
[[nodiscard]] inline int try_link(const unique_fd& program, uapi::attach_type attach,
                                  std::uint32_t target, std::uint32_t flags) {
  const auto what = program_ref::borrow(program.ref());
  const auto link = create_link({{what, attach}, target, attach, flags, 0, {}});
  return link ? 0 : link.error().os_error();
}

/// Whether the kernel creates links of a kind. A kernel that knows the kind and the flags goes on
/// to look for the target, and says that there is none.
/// \param what in the answer: "cgroup links"
[[nodiscard]] inline answer probe_link(bpf_prog_type type, std::string_view type_name,
                                       uapi::attach_type attach, std::uint32_t flags,
                                       std::string_view what) {
  const auto program = load_scratch(type, attach, 1);
  if (!program) return not_loaded(type_name, errno);
  switch (const int cause = try_link(program, attach, no_descriptor, flags)) {
    case EBADF:
      return answer::yes();
    case EINVAL:
      return answer::no(fmt::format("{}: BPF_LINK_CREATE says EINVAL", what));
    default:
      return unknown_after(fmt::format("create {}", what), cause);
  }
}

}  // namespace linchpin::detail
