// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/detail/condition_of.hpp>
#include <linchpin/core/detail/holder_count.hpp>
#include <linchpin/core/detail/text.hpp>
#include <linchpin/core/error.hpp>

#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail::error_parts {

/// The words for a condition, as the error category gives them.
struct condition_text {
  errc condition;
  const char* text;
};
inline constexpr condition_text condition_texts[] = {
    {errc::invalid_argument, "invalid argument"},
    {errc::not_found, "not found"},
    {errc::already_exists, "already exists"},
    {errc::unsupported, "not supported here"},
    {errc::permission_denied, "permission denied"},
    {errc::busy, "in use"},
    {errc::conflict, "not as expected"},
    {errc::in_doubt, "outcome unknown"},
    {errc::layout_mismatch, "map layout differs"},
    {errc::wrong_type, "wrong type"},
    {errc::detached, "not attached any more"},
    {errc::full, "no room left"},
    {errc::bad_format, "bad format"},
    {errc::newer_format, "written by a newer version"},
    {errc::rejected, "rejected by the verifier"},
    {errc::refused, "refused by a policy"},
    {errc::out_of_memory, "out of memory"},
    {errc::too_many_files, "too many open files"},
    {errc::io, "input or output failed"},
    {errc::not_now, "not at the moment"},
    {errc::failed, "failed"},
};
static_assert(std::size(condition_texts) == static_cast<std::size_t>(errc::failed),
              "every condition has a text");

class category_type final : public std::error_category {
 public:
  const char* name() const noexcept override { return "linchpin"; }

  std::string message(int value) const override {
    for (const auto& known : condition_texts) {
      if (known.condition == static_cast<errc>(value)) return known.text;
    }
    return "unknown condition";
  }
};

inline std::string_view text_of(outcome how) noexcept {
  switch (how) {
    case outcome::not_known:
      break;
    case outcome::nothing_tried:
      return "nothing was tried";
    case outcome::rolled_back:
      return "rolled back";
    case outcome::stranded:
      return "cut short, neither finished nor undone";
  }
  return {};
}

}  // namespace detail::error_parts

namespace detail {

struct error_state {
  holder_count holders;
  errc condition{};
  int os_error = 0;
  linchpin::outcome outcome{};
  std::string operation;
  std::string subject;
  std::string expected;
  std::string found;
  std::string still_running;
  std::string advice;
  std::string log;
  std::string and_then;

  error_state() = default;
  error_state(const error_state& other)
      : condition(other.condition),
        os_error(other.os_error),
        outcome(other.outcome),
        operation(other.operation),
        subject(other.subject),
        expected(other.expected),
        found(other.found),
        still_running(other.still_running),
        advice(other.advice),
        log(other.log),
        and_then(other.and_then) {}
  error_state& operator=(const error_state&) = delete;
  ~error_state() = default;
};

namespace error_parts {

inline void drop(error_state* state) noexcept {
  if (state != nullptr && state->holders.drop()) {
    delete state;
  }
}

inline const error_state& nothing() noexcept {
  static const error_state empty;
  return empty;
}

}  // namespace error_parts
}  // namespace detail

inline const std::error_category& linchpin_category() noexcept {
  static const detail::error_parts::category_type category;
  return category;
}

inline std::error_code make_error_code(errc condition) noexcept {
  return {static_cast<int>(condition), linchpin_category()};
}

inline error::error(errc condition, std::string_view operation, std::string_view subject)
    : state_(new detail::error_state) {
  state_->condition = condition;
  state_->operation = operation;
  state_->subject = subject;
}

inline error error::from_errno(int errno_value, std::string_view operation,
                               std::string_view subject) {
  error made{detail::condition_of(errno_value), operation, subject};
  made.state_->os_error = errno_value;
  return made;
}

inline error::error(const error& other) noexcept : state_(other.state_) {
  if (state_ != nullptr) state_->holders.add();
}

inline error::error(error&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

inline error& error::operator=(const error& other) noexcept {
  if (this != &other) *this = error{other};
  return *this;
}

inline error& error::operator=(error&& other) noexcept {
  if (this != &other) {
    detail::error_parts::drop(state_);
    state_ = std::exchange(other.state_, nullptr);
  }
  return *this;
}

inline error::~error() {
  detail::error_parts::drop(state_);
}

// Copy on write: the other holders of a shared error go on seeing what they saw.
inline detail::error_state& error::own() {
  if (state_ == nullptr) {
    state_ = new detail::error_state;
  } else if (!state_->holders.is_sole()) {
    auto* copy = new detail::error_state(*state_);
    detail::error_parts::drop(state_);
    state_ = copy;
  }
  return *state_;
}

inline error&& error::as(errc condition) && {
  own().condition = condition;
  return std::move(*this);
}

inline error&& error::ended(linchpin::outcome how) && {
  own().outcome = how;
  return std::move(*this);
}

namespace detail::error_parts {

// Puts a wider subject in front of a narrower one. Where one contains the other
// ("component x, tcx_ingress eth0, program p" and "tcx_ingress eth0"), it stands alone.
inline std::string wider_subject(std::string_view wide, std::string_view narrow) {
  if (narrow.empty() ||
      detail::composed({", ", wide, ", "}).find(detail::composed({", ", narrow, ", "})) !=
          std::string::npos) {
    return std::string{wide};
  }
  const bool repeats = narrow.starts_with(wide) && narrow.substr(wide.size()).starts_with(", ");
  return repeats ? std::string{narrow} : detail::composed({wide, ": ", narrow});
}

}  // namespace detail::error_parts

inline error&& error::about(std::string_view subject) && {
  auto& state = own();
  state.subject = detail::error_parts::wider_subject(subject, state.subject);
  return std::move(*this);
}

inline error&& error::expected(std::string_view what) && {
  own().expected = what;
  return std::move(*this);
}

inline error&& error::found(std::string_view what) && {
  own().found = what;
  return std::move(*this);
}

inline error&& error::still_running(std::string_view what) && {
  own().still_running = what;
  return std::move(*this);
}

inline error&& error::advice(std::string_view what_to_do) && {
  own().advice = what_to_do;
  return std::move(*this);
}

inline error&& error::log(std::string_view kernel_or_verifier_text) && {
  own().log = kernel_or_verifier_text;
  return std::move(*this);
}

inline error&& error::and_then(std::string_view what) && {
  own().and_then = what;
  return std::move(*this);
}

// A moved-from error reads as an empty one instead of crashing its reader.
namespace detail::error_parts {
inline const detail::error_state& read(const detail::error_state* state) noexcept {
  return state != nullptr ? *state : detail::error_parts::nothing();
}
}  // namespace detail::error_parts

inline errc error::condition() const noexcept {
  return detail::error_parts::read(state_).condition;
}
inline outcome error::outcome() const noexcept {
  return detail::error_parts::read(state_).outcome;
}
inline int error::os_error() const noexcept {
  return detail::error_parts::read(state_).os_error;
}

inline std::error_code error::code() const noexcept {
  const int value = os_error();
  if (value != 0) return {value, std::system_category()};
  return make_error_code(condition());
}

inline std::string_view error::operation() const noexcept {
  return detail::error_parts::read(state_).operation;
}
inline std::string_view error::subject() const noexcept {
  return detail::error_parts::read(state_).subject;
}
inline std::string_view error::expected() const noexcept {
  return detail::error_parts::read(state_).expected;
}
inline std::string_view error::found() const noexcept {
  return detail::error_parts::read(state_).found;
}
inline std::string_view error::still_running() const noexcept {
  return detail::error_parts::read(state_).still_running;
}
inline std::string_view error::advice() const noexcept {
  return detail::error_parts::read(state_).advice;
}
inline std::string_view error::log() const noexcept {
  return detail::error_parts::read(state_).log;
}

inline std::string_view error::and_then() const noexcept {
  return detail::error_parts::read(state_).and_then;
}

inline bool error::is(errc condition) const noexcept {
  return this->condition() == condition;
}

inline bool error::is(linchpin::outcome how) const noexcept {
  return outcome() == how;
}

inline bool error::retryable() const noexcept {
  if (is(outcome::stranded)) return false;
  return is(errc::conflict) || is(errc::not_now);
}

inline std::string error::message() const {
  std::string text;
  if (!subject().empty()) text = detail::composed({subject(), ": "});
  text += detail::composed({operation(), ": "});
  if (os_error() != 0) {
    text += detail::composed({linchpin_category().message(static_cast<int>(condition())), " (",
                              errno_name(os_error()), ")"});
  } else {
    text += linchpin_category().message(static_cast<int>(condition()));
  }
  const auto line = [&text](std::string_view label, std::string_view content) {
    while (content.ends_with('\n')) content.remove_suffix(1);
    if (content.empty()) return;
    text += detail::composed({"\n  ", label, ": "});
    // Further lines of a part are indented, so that none of them looks like another part.
    for (const char character : content) {
      text += character;
      if (character == '\n') text += "    ";
    }
  };
  line("expected", expected());
  line("found", found());
  line("outcome", detail::error_parts::text_of(outcome()));
  line("and then", and_then());
  line("still running", still_running());
  line(log().starts_with("libbpf: ") ? "libbpf said" : "kernel said", log());
  line("what to do", advice());
  return text;
}

inline failure::failure(linchpin::error cause)
    : std::system_error(cause.code(), cause.message()), cause_(std::move(cause)) {}

}  // namespace linchpin
