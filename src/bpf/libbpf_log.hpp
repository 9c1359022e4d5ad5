// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <string>
#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Collects what libbpf says on this thread while the object lives.
///
/// libbpf has one print callback for the whole process. Ours is installed once, on first use, and
/// sends each line to the innermost capture of the calling thread; a thread without a capture keeps
/// whatever callback the process had before, so other users of libbpf notice nothing.
///
/// threads: made, read and destroyed on one thread.
class libbpf_log {
 public:
  libbpf_log();
  libbpf_log(const libbpf_log&) = delete;
  libbpf_log& operator=(const libbpf_log&) = delete;
  ~libbpf_log();

  /// Warnings and notes in the order they came, whole: also a verifier log of many megabytes.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

  void append(std::string_view more) { text_ += more; }

 private:
  std::string text_;
  libbpf_log* outer_;
};

}  // namespace linchpin::detail
