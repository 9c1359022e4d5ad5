// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/error.hpp>

#include "core/condition_of.hpp"

#include <atomic>
#include <utility>

#include <fmt/format.h>

namespace linchpin::inline LINCHPIN_ABI {

namespace {

class category_type final : public std::error_category {
 public:
  const char* name() const noexcept override { return "linchpin"; }

  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::invalid_argument:
        return "invalid argument";
      case errc::not_found:
        return "not found";
      case errc::already_exists:
        return "already exists";
      case errc::unsupported:
        return "not supported here";
      case errc::permission_denied:
        return "permission denied";
      case errc::busy:
        return "in use";
      case errc::conflict:
        return "not as expected";
      case errc::in_doubt:
        return "outcome unknown";
      case errc::layout_mismatch:
        return "map layout differs";
      case errc::wrong_type:
        return "wrong type";
      case errc::detached:
        return "not attached any more";
      case errc::full:
        return "no room left";
      case errc::bad_format:
        return "bad format";
      case errc::newer_format:
        return "written by a newer version";
      case errc::rejected:
        return "rejected by the verifier";
      case errc::refused:
        return "refused by a policy";
      case errc::out_of_memory:
        return "out of memory";
      case errc::too_many_files:
        return "too many open files";
      case errc::io:
        return "input or output failed";
      case errc::not_now:
        return "not at the moment";
      case errc::failed:
        return "failed";
    }
    return "unknown condition";
  }
};

std::string_view text_of(outcome how) noexcept {
  switch (how) {
    case outcome::untold:
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

}  // namespace

namespace detail {

struct error_state {
  std::atomic<unsigned> references{1};
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

namespace {

void drop(error_state* state) noexcept {
  if (state != nullptr && state->references.fetch_sub(1, std::memory_order_acq_rel) == 1) {
    delete state;
  }
}

const error_state& nothing() noexcept {
  static const error_state empty;
  return empty;
}

}  // namespace
}  // namespace detail

const std::error_category& linchpin_category() noexcept {
  static const category_type category;
  return category;
}

std::error_code make_error_code(errc condition) noexcept {
  return {static_cast<int>(condition), linchpin_category()};
}

error::error(errc condition, std::string_view operation, std::string_view subject)
    : state_(new detail::error_state) {
  state_->condition = condition;
  state_->operation = operation;
  state_->subject = subject;
}

error error::from_errno(int errno_value, std::string_view operation, std::string_view subject) {
  error made{detail::condition_of(errno_value), operation, subject};
  made.state_->os_error = errno_value;
  return made;
}

error::error(const error& other) noexcept : state_(other.state_) {
  if (state_ != nullptr) state_->references.fetch_add(1, std::memory_order_relaxed);
}

error::error(error&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}

error& error::operator=(const error& other) noexcept {
  if (this != &other) *this = error{other};
  return *this;
}

error& error::operator=(error&& other) noexcept {
  if (this != &other) {
    detail::drop(state_);
    state_ = std::exchange(other.state_, nullptr);
  }
  return *this;
}

error::~error() {
  detail::drop(state_);
}

// Copy on write: an error that is shared keeps what its other holders see.
detail::error_state& error::own() {
  if (state_ == nullptr) {
    state_ = new detail::error_state;
  } else if (state_->references.load(std::memory_order_acquire) != 1) {
    auto* copy = new detail::error_state(*state_);
    detail::drop(state_);
    state_ = copy;
  }
  return *state_;
}

error&& error::as(errc condition) && {
  own().condition = condition;
  return std::move(*this);
}

error&& error::ended(linchpin::outcome how) && {
  own().outcome = how;
  return std::move(*this);
}

namespace {

// "component x, tcx_ingress eth0, program p" over "tcx_ingress eth0": what is said is not said twice.
std::string wider_subject(std::string_view wide, std::string_view narrow) {
  if (narrow.empty() ||
      fmt::format(", {}, ", wide).find(fmt::format(", {}, ", narrow)) != std::string::npos) {
    return std::string{wide};
  }
  const bool repeats = narrow.starts_with(wide) && narrow.substr(wide.size()).starts_with(", ");
  return repeats ? std::string{narrow} : fmt::format("{}: {}", wide, narrow);
}

}  // namespace

error&& error::about(std::string_view subject) && {
  auto& state = own();
  state.subject = wider_subject(subject, state.subject);
  return std::move(*this);
}

error&& error::expected(std::string_view what) && {
  own().expected = what;
  return std::move(*this);
}

error&& error::found(std::string_view what) && {
  own().found = what;
  return std::move(*this);
}

error&& error::still_running(std::string_view what) && {
  own().still_running = what;
  return std::move(*this);
}

error&& error::advice(std::string_view what_to_do) && {
  own().advice = what_to_do;
  return std::move(*this);
}

error&& error::log(std::string_view kernel_or_verifier_text) && {
  own().log = kernel_or_verifier_text;
  return std::move(*this);
}

error&& error::and_then(std::string_view what) && {
  own().and_then = what;
  return std::move(*this);
}

// A moved-from error reads as an empty one instead of crashing its reader.
namespace {
const detail::error_state& read(const detail::error_state* state) noexcept {
  return state != nullptr ? *state : detail::nothing();
}
}  // namespace

errc error::condition() const noexcept {
  return read(state_).condition;
}
outcome error::outcome() const noexcept {
  return read(state_).outcome;
}
int error::os_error() const noexcept {
  return read(state_).os_error;
}

std::error_code error::code() const noexcept {
  const int value = os_error();
  if (value != 0) return {value, std::system_category()};
  return make_error_code(condition());
}

std::string_view error::operation() const noexcept {
  return read(state_).operation;
}
std::string_view error::subject() const noexcept {
  return read(state_).subject;
}
std::string_view error::expected() const noexcept {
  return read(state_).expected;
}
std::string_view error::found() const noexcept {
  return read(state_).found;
}
std::string_view error::still_running() const noexcept {
  return read(state_).still_running;
}
std::string_view error::advice() const noexcept {
  return read(state_).advice;
}
std::string_view error::log() const noexcept {
  return read(state_).log;
}

std::string_view error::and_then() const noexcept {
  return read(state_).and_then;
}

bool error::is(errc condition) const noexcept {
  return this->condition() == condition;
}

bool error::is(linchpin::outcome how) const noexcept {
  return outcome() == how;
}

bool error::retryable() const noexcept {
  if (is(outcome::stranded)) return false;
  return is(errc::conflict) || is(errc::not_now);
}

std::string error::message() const {
  std::string text;
  if (!subject().empty()) text = fmt::format("{}: ", subject());
  text += fmt::format("{}: ", operation());
  if (os_error() != 0) {
    text += fmt::format("{} ({})", linchpin_category().message(static_cast<int>(condition())),
                        errno_name(os_error()));
  } else {
    text += linchpin_category().message(static_cast<int>(condition()));
  }
  const auto line = [&text](std::string_view label, std::string_view content) {
    while (content.ends_with('\n')) content.remove_suffix(1);
    if (content.empty()) return;
    text += fmt::format("\n  {}: ", label);
    // What has lines of its own stands further in, so that none of them reads as a part of this text.
    for (const char character : content) {
      text += character;
      if (character == '\n') text += "    ";
    }
  };
  line("expected", expected());
  line("found", found());
  line("outcome", text_of(outcome()));
  line("and then", and_then());
  line("still running", still_running());
  line(log().starts_with("libbpf: ") ? "libbpf said" : "kernel said", log());
  line("what to do", advice());
  return text;
}

failure::failure(linchpin::error cause)
    : std::system_error(cause.code(), cause.message()), cause_(std::move(cause)) {}

}  // namespace linchpin
