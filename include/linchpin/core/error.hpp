// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace linchpin::inline LINCHPIN_ABI {

/// Conditions of our own, beside errno. Comparable with `std::error_code` (category "linchpin").
enum class errc : int {
  invalid_argument = 1,  ///< an argument of the call is wrong; nothing was tried
  not_found,             ///< a file, program, map, interface or cgroup that was named is not there
  already_exists,        ///< a name or place that must be free is taken
  unsupported,           ///< this kernel, device or libbpf cannot do it
  permission_denied,     ///< a capability, a lockdown mode or a file mode stands in the way
  busy,                  ///< somebody else holds it: a store lock, an exclusive hook
  conflict,              ///< the kernel's state changed under us; observe again and plan again
  in_doubt,              ///< the outcome cannot be known; only observing again resolves it
  layout_mismatch,       ///< a live map does not have the layout that the program expects
  wrong_type,            ///< a program or map of another type than the place takes
  detached,              ///< not attached any more: its target is gone, or somebody detached it
  full,                  ///< a map, a chain or a priority range has no room left
  bad_format,            ///< bytes that are not what they should be: an ELF, a manifest
  newer_format,          ///< written by a newer linchpin than this one
  rejected,              ///< the verifier refused a program
  refused,               ///< a policy refused to decide; the text names it and its reason
  out_of_memory,         ///< ENOMEM: the memory of a cgroup or of the machine is used up
  too_many_files,        ///< EMFILE, ENFILE: no file descriptor is left
  io,                    ///< EIO: reading or writing failed below us
  not_now,               ///< EAGAIN: the kernel asks to try again
  failed,                ///< none of these; errno says more where there is one
};

/// What an error leaves behind. Its condition says why, this says what is there now.
enum class outcome : std::uint8_t {
  untold,         ///< the call changes one thing at most, which it names, or nothing
  nothing_tried,  ///< refused before the first change
  rolled_back,    ///< a transaction failed and was undone: everything is as it was before
  stranded,       ///< a transaction was neither finished nor undone; the text says where
};

[[nodiscard]] LINCHPIN_EXPORT const std::error_category& linchpin_category() noexcept;
[[nodiscard]] std::error_code make_error_code(errc condition) noexcept;

namespace detail {
struct error_state;

/// What an errno value means where nobody knows more: the kernel's numbers and libbpf's.
[[nodiscard]] errc condition_of(int errno_value) noexcept;
}  // namespace detail

/// What went wrong, for a program (`code`, the queries) and for the person on call (`message`).
///
/// Built by chaining: `error{errc::busy, "open store", root}.found("pid 4711").advice("...")`.
/// Every setter is optional and returns the error itself.
///
/// ownership: copies share one reference-counted, immutable block; copying does not throw.
/// threads: a finished error may be read from any thread.
class [[nodiscard]] error {
 public:
  /// \param operation what was attempted: "attach", "update link", "load"
  /// \param subject   at what: "component firewall, program fw_ingress at tcx_ingress eth0"
  error(errc condition, std::string_view operation, std::string_view subject = {});

  /// From a positive errno value, the kernel's own 524 (ENOTSUPP) and libbpf's numbers from 4000 on
  /// (bpf/libbpf.h: libbpf_errno) among them. The condition (`is(errc)`) is derived from it; the table
  /// is in core/detail/condition_of.hpp. What is not in it is `failed`.
  [[nodiscard]] static error from_errno(int errno_value, std::string_view operation,
                                        std::string_view subject = {});

  error(const error& other) noexcept;
  error(error&& other) noexcept;
  error& operator=(const error& other) noexcept;
  error& operator=(error&& other) noexcept;
  ~error();

  error&& as(errc condition) &&;               ///< override the condition derived from errno
  error&& ended(outcome how) &&;               ///< what is left behind; why it failed stays
  error&& and_then(std::string_view what) &&;  ///< what failed while it was being undone
  /// Puts a wider subject in front: "component x: ...". What it says already is not said twice.
  error&& about(std::string_view subject) &&;
  error&& expected(std::string_view what) &&;
  error&& found(std::string_view what) &&;
  error&& still_running(std::string_view what) &&;
  error&& advice(std::string_view what_to_do) &&;
  error&& log(std::string_view kernel_or_verifier_text) &&;

  [[nodiscard]] errc condition() const noexcept;
  [[nodiscard]] linchpin::outcome outcome() const noexcept;
  /// The errno the kernel gave, or 0 if this error was not met in the kernel.
  [[nodiscard]] int os_error() const noexcept;
  /// system_category with errno where there is one, else linchpin_category.
  [[nodiscard]] std::error_code code() const noexcept;
  [[nodiscard]] std::string_view operation() const noexcept;
  [[nodiscard]] std::string_view subject() const noexcept;
  [[nodiscard]] std::string_view expected() const noexcept;
  [[nodiscard]] std::string_view found() const noexcept;
  [[nodiscard]] std::string_view still_running() const noexcept;
  [[nodiscard]] std::string_view advice() const noexcept;
  [[nodiscard]] std::string_view log() const noexcept;
  [[nodiscard]] std::string_view and_then() const noexcept;

  [[nodiscard]] bool is(errc condition) const noexcept;
  [[nodiscard]] bool is(linchpin::outcome how) const noexcept;
  /// Observing and planning again may succeed: a conflict, or EAGAIN. Never true where something was
  /// left neither finished nor undone.
  [[nodiscard]] bool retryable() const noexcept;

  /// One paragraph of text: subject, operation, cause; expected, found, outcome, still running,
  /// the words of the kernel or libbpf, advice, each on its own line where present. A part that has
  /// lines of its own goes on further in.
  [[nodiscard]] std::string message() const;

 private:
  detail::error_state& own();
  detail::error_state* state_;
};

/// Thrown by `result<T>::value()` only. Carries the whole error.
class LINCHPIN_EXPORT failure : public std::system_error {
 public:
  explicit failure(linchpin::error cause);
  [[nodiscard]] const linchpin::error& error() const noexcept { return cause_; }

 private:
  linchpin::error cause_;
};

/// The symbolic name ("EPERM") of an errno value; also knows the kernel's 524 (ENOTSUPP) and libbpf's
/// own numbers, which libc has no names for.
[[nodiscard]] std::string_view errno_name(int errno_value) noexcept;

}  // namespace linchpin

template <>
struct std::is_error_code_enum<linchpin::errc> : std::true_type {};

#include <linchpin/core/detail/error.hpp>
