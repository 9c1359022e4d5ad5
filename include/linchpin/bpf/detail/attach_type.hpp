// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/kernel_words.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/detail/try.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/core/uapi.hpp>

#include <string_view>

namespace linchpin::inline LINCHPIN_ABI::detail {

/// Refuses a program that was loaded for another attach type than the hook's. The kernel checks
/// that for most hooks when a link is created, but not when a link is updated.
/// errors: wrong_type
[[nodiscard]] result<void> check_attach_type(const typed_program& what, uapi::attach_type hook,
                                             std::string_view operation, std::string_view subject);

inline result<void> check_attach_type(const typed_program& what, uapi::attach_type hook,
                                      std::string_view operation, std::string_view subject) {
  if (what.expected_attach_type == hook) return {};
  LINCHPIN_TRY(const auto info, what.program.info());
  if (what.expected_attach_type == uapi::attach_type{} && may_be_unspecified(info.type)) return {};
  return error{errc::wrong_type, operation, subject}
      .expected(detail::composed({"a program for ", name_of(hook)}))
      .found(detail::composed({"program ", info.name, " (id ", info.id.value, ") for ",
                               what.expected_attach_type == uapi::attach_type{}
                                   ? "no attach type"
                                   : name_of(what.expected_attach_type)}))
      .advice(
          "load it for that attach type: in an update the kernel would take this one and run it "
          "where it was not meant to run");
}

}  // namespace linchpin::detail
