// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

namespace linchpin::inline LINCHPIN_ABI {

/// Why something failed, in linchpin's terms: a program decides by these, where errno means
/// different things at different calls. Comparable with `std::error_code` (category "linchpin").
enum class errc : int {
  invalid_argument = 1,  ///< an argument of the call is wrong; nothing was tried
  not_found,             ///< a file, program, map, interface or cgroup that was named is not there
  already_exists,        ///< a name or place that must be free is taken
  unsupported,           ///< this kernel, device or libbpf cannot do it
  permission_denied,     ///< a capability, a lockdown mode or a file mode stands in the way
  busy,                  ///< somebody else holds it: a store lock, an exclusive hook
  conflict,              ///< the kernel's state is not the expected one; observe and plan again
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
  io,                    ///< EIO: reading or writing failed below linchpin
  not_now,               ///< EAGAIN: the kernel asks to try again
  failed,                ///< none of these; errno says more where there is one
};

/// In what state a failed call left the kernel. The condition of an error says why the call failed;
/// the outcome says what is there after it.
enum class outcome : std::uint8_t {
  not_known,      ///< the call changes one thing at most, which it names, or nothing
  nothing_tried,  ///< refused before the first change
  rolled_back,    ///< a transaction failed and was undone: everything is as it was before
  stranded,       ///< a transaction was neither finished nor undone; the text says where
};

/// The category of `errc` values in a `std::error_code`. Its name is "linchpin".
/// threads: any. Shared objects of one process share one category.
[[nodiscard]] LINCHPIN_EXPORT const std::error_category& linchpin_category() noexcept;
/// A condition as a standard error code. The standard library calls this when a condition is
/// compared with or converted to a `std::error_code`.
[[nodiscard]] std::error_code make_error_code(errc condition) noexcept;

namespace detail {
struct error_state;

/// What an errno value means when nothing more is known of the call: the kernel's numbers and
/// libbpf's.
[[nodiscard]] errc condition_of(int errno_value) noexcept;
}  // namespace detail

/// What went wrong, for a program (`code`, the queries) and for the person on call (`message`).
///
/// Built by chaining: `error{errc::busy, "open store", root}.found("pid 4711").advice("...")`.
/// Every setter is optional and returns the error itself.
///
/// ownership: copies share one reference-counted block, and a setter copies it first where it is
///   shared; copying does not throw. A moved-from error reads as an empty one.
/// threads: a finished error may be read from any thread.
class [[nodiscard]] error {
 public:
  /// An error that was not met in the kernel: `os_error()` is 0.
  /// \param operation what was attempted: "attach", "update link", "load"
  /// \param subject   at what: "component firewall, program fw_ingress at tcx_ingress eth0"
  error(errc condition, std::string_view operation, std::string_view subject = {});

  /// An error from errno. Its condition is derived from the number by the table in
  /// core/detail/condition_of.hpp; a number that is not in the table is `errc::failed`.
  /// \param errno_value positive; may also be the kernel's own 524 (ENOTSUPP), or one of libbpf's
  ///   numbers from 4000 on
  /// source: errno(3); bpf/libbpf.h, enum libbpf_errno
  [[nodiscard]] static error from_errno(int errno_value, std::string_view operation,
                                        std::string_view subject = {});

  error(const error& other) noexcept;
  error(error&& other) noexcept;
  error& operator=(const error& other) noexcept;
  error& operator=(error&& other) noexcept;
  ~error();

  // Setters. Each returns this error, so that they can be chained.

  /// Overrides the condition that was derived from errno; `os_error()` stays.
  error&& as(errc condition) &&;
  /// Says in what state the failed call left the kernel; the condition stays.
  error&& ended(outcome how) &&;
  /// Names what failed while the failed call was being undone.
  error&& and_then(std::string_view what) &&;
  /// Puts a wider subject in front of the subject: "component x: ...". Where one of the two already
  /// contains the other, it stands alone.
  error&& about(std::string_view subject) &&;
  /// Says what the call needed: "a map of type ringbuf".
  error&& expected(std::string_view what) &&;
  /// Says what was there instead: "a map of type hash", "pid 4711".
  error&& found(std::string_view what) &&;
  /// Says which version still serves traffic after the failure: "generation 3".
  error&& still_running(std::string_view what) &&;
  /// Says what a person can do about it, as a request: "raise max_entries".
  error&& advice(std::string_view what_to_do) &&;
  /// Keeps the text that the kernel, its verifier or libbpf wrote, unchanged and whole.
  error&& log(std::string_view kernel_or_verifier_text) &&;

  // Queries. A text that nobody set is empty. Texts are valid until this error changes or ends.

  /// Why it failed.
  [[nodiscard]] errc condition() const noexcept;
  /// In what state the failed call left the kernel.
  [[nodiscard]] linchpin::outcome outcome() const noexcept;
  /// The errno that the kernel gave, or 0 if this error was not met in the kernel.
  [[nodiscard]] int os_error() const noexcept;
  /// For code that works with standard error codes.
  /// returns: errno with `std::system_category` where there is an errno, else the condition with
  ///   `linchpin_category`.
  [[nodiscard]] std::error_code code() const noexcept;
  /// What was attempted: "attach".
  [[nodiscard]] std::string_view operation() const noexcept;
  /// What it was attempted at, the widest thing first: "component x, tcx_ingress eth0".
  [[nodiscard]] std::string_view subject() const noexcept;
  /// What the call needed.
  [[nodiscard]] std::string_view expected() const noexcept;
  /// What was there instead.
  [[nodiscard]] std::string_view found() const noexcept;
  /// Which version still serves traffic.
  [[nodiscard]] std::string_view still_running() const noexcept;
  /// What a person can do about it.
  [[nodiscard]] std::string_view advice() const noexcept;
  /// What the kernel, its verifier or libbpf wrote.
  [[nodiscard]] std::string_view log() const noexcept;
  /// What failed while the failed call was being undone.
  [[nodiscard]] std::string_view and_then() const noexcept;

  /// Whether this is the condition: `if (failed.is(errc::busy)) ...`.
  [[nodiscard]] bool is(errc condition) const noexcept;
  /// Whether this is the outcome.
  [[nodiscard]] bool is(linchpin::outcome how) const noexcept;
  /// Whether observing and planning again may succeed: after a conflict, or EAGAIN. Never true for
  /// `outcome::stranded` nor for `errc::in_doubt`: a blind retry would make those worse.
  [[nodiscard]] bool retryable() const noexcept;

  /// All of the error as text. The first line has subject, operation and cause. What was expected
  /// and found, the outcome, what failed while undoing, what is still running, the text of the
  /// kernel or libbpf, and the advice follow, each on a line of its own where present. Further
  /// lines of one part are indented.
  [[nodiscard]] std::string message() const;

 private:
  detail::error_state& own();
  detail::error_state* state_;
};

/// What `result<T>::value()` throws instead of returning a value; nothing else of linchpin throws
/// it. `what()` has the error's message, `code()` its `error::code()`.
class LINCHPIN_EXPORT failure : public std::system_error {
 public:
  /// Formats the message of the error once, for `what()`.
  explicit failure(linchpin::error cause);
  /// The whole error, for a handler that decides by its condition.
  [[nodiscard]] const linchpin::error& error() const noexcept { return cause_; }

 private:
  linchpin::error cause_;
};

/// The symbolic name ("EPERM") of an errno value, also of the kernel's 524 (ENOTSUPP) and of
/// libbpf's own numbers, for which libc has no names.
/// returns: "unknown errno" for a number that has no name.
[[nodiscard]] std::string_view errno_name(int errno_value) noexcept;

}  // namespace linchpin

/// Lets an `errc` be compared with a `std::error_code` and converted to one.
template <>
struct std::is_error_code_enum<linchpin::errc> : std::true_type {};

#include <linchpin/core/detail/error.hpp>
