// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/detail/libbpf_log.hpp>
#include <linchpin/bpf/ring_buffer.hpp>
#include <linchpin/bpf/type_name.hpp>
#include <linchpin/core/detail/try.hpp>

#include <cerrno>
#include <exception>
#include <new>
#include <optional>
#include <string_view>

#include <bpf/libbpf.h>

namespace linchpin::inline LINCHPIN_ABI {

struct ring_buffer::state {
  detail::sample_consumer* consumer;
  map held;
  ::ring_buffer* native = nullptr;
  std::optional<error> refusal;
  std::exception_ptr thrown;

  explicit state(detail::sample_consumer* owned) noexcept : consumer(owned) {}
  state(const state&) = delete;
  state& operator=(const state&) = delete;
  ~state() {
    ring_buffer__free(native);
    delete consumer;
  }

  // libbpf calls this, and no exception may pass through libbpf. A negative answer ends its loop.
  static int on_sample(void* context, void* data, std::size_t size) noexcept {
    auto& self = *static_cast<state*>(context);
    try {
      auto taken = self.consumer->take({static_cast<const std::byte*>(data), size});
      if (taken) return 0;
      self.refusal = std::move(taken).error();
    } catch (...) {
      self.thrown = std::current_exception();
    }
    return -ECANCELED;
  }
};

inline result<ring_buffer> ring_buffer::open(map_ref live, detail::sample_consumer* owned) {
  auto* const room = new (std::nothrow) state{owned};
  if (room == nullptr) {
    delete owned;
    return error{errc::out_of_memory, "open ring buffer"};
  }
  ring_buffer opening{room};
  auto* const made = opening.state_;
  LINCHPIN_TRY(const auto info, live.info());
  if (info.type != uapi::map_type::ringbuf) {
    return error{errc::wrong_type, "open ring buffer", info.name}
        .expected("a map of type ringbuf")
        .found(name_of(info.type));
  }
  LINCHPIN_TRY(made->held, live.duplicate());
  detail::libbpf_log log;
  made->native = ring_buffer__new(made->held->fd().native(), &state::on_sample, made, nullptr);
  if (made->native == nullptr) {
    return error::from_errno(errno, "open ring buffer", info.name).log(log.text());
  }
  return opening;
}

inline error ring_buffer::nothing_open(std::string_view operation) {
  return error{errc::invalid_argument, operation}
      .expected("an open ring buffer")
      .found(detail::found_no_descriptor);
}

inline void ring_buffer::reset() noexcept {
  const int saved = errno;
  delete std::exchange(state_, nullptr);
  errno = saved;
}

inline result<std::size_t> ring_buffer::finish(int got) {
  if (const auto thrown = std::exchange(state_->thrown, nullptr)) std::rethrow_exception(thrown);
  if (auto refusal = std::exchange(state_->refusal, std::nullopt)) return *std::move(refusal);
  if (got >= 0) return static_cast<std::size_t>(got);
  if (got == -EINTR) return std::size_t{0};
  return error::from_errno(-got, "poll ring buffer");
}

inline result<std::size_t> ring_buffer::poll_for(std::int64_t milliseconds) {
  if (state_ == nullptr) return nothing_open("poll ring buffer");
  return finish(ring_buffer__poll(state_->native, static_cast<int>(milliseconds)));
}

inline result<std::size_t> ring_buffer::consume() {
  if (state_ == nullptr) return nothing_open("consume ring buffer");
  return finish(ring_buffer__consume(state_->native));
}

inline fd_ref ring_buffer::readiness() const noexcept {
  if (state_ == nullptr) return {};
  return fd_ref::borrow(ring_buffer__epoll_fd(state_->native));
}

}  // namespace linchpin
