// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/bpf/fd.hpp>
#include <linchpin/bpf/map.hpp>
#include <linchpin/core/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

namespace linchpin::inline LINCHPIN_ABI {

namespace detail {

/// Calls the user's function with each sample; virtual, so that `ring_buffer` is no template.
class sample_consumer {
 public:
  sample_consumer() = default;
  sample_consumer(const sample_consumer&) = delete;
  sample_consumer& operator=(const sample_consumer&) = delete;
  virtual ~sample_consumer() = default;
  virtual result<void> take(std::span<const std::byte> sample) = 0;
};

template <class F>
class sample_consumer_of final : public sample_consumer {
 public:
  explicit sample_consumer_of(F consume) : consume_(std::move(consume)) {}
  result<void> take(std::span<const std::byte> sample) override {
    if constexpr (std::is_void_v<std::invoke_result_t<F&, std::span<const std::byte>>>) {
      consume_(sample);
      return {};
    } else {
      return consume_(sample);
    }
  }

 private:
  F consume_;
};

}  // namespace detail

/// Consumes the samples that programs put into one ring buffer, in order.
///
/// The consumer is called with each sample on the thread that polls. It returns nothing, or
/// `result<void>`; an error ends the poll, which returns it. An exception ends the poll as well,
/// which throws it on once libbpf's frames are left. Either way the sample counts as consumed, and
/// the next poll goes on behind it.
///
/// ownership: move-only; holds the map open, and owns the consumer. A moved-from object has nothing
///   to consume: `poll` and `consume` return invalid_argument.
/// threads: one at a time; the kernel allows one reader of a ring buffer.
/// source: ring_buffer__new; Documentation/bpf/ringbuf.rst
class [[nodiscard]] ring_buffer {
 public:
  /// Opens a ring buffer for reading.
  /// effects: maps its memory into this process.
  /// \param consume takes a `std::span<const std::byte>`, which is valid for the call only, and
  ///   returns `void` or `result<void>`
  /// errors: wrong_type when the map is not a ring buffer; permission_denied; out_of_memory.
  /// kernel: 5.8
  template <class F>
    requires std::is_invocable_v<F&, std::span<const std::byte>>
  [[nodiscard]] static result<ring_buffer> over(map_ref live, F consume) {
    return open(live, new detail::sample_consumer_of<F>{std::move(consume)});
  }

  ring_buffer(ring_buffer&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  ring_buffer& operator=(ring_buffer&& other) noexcept {
    if (this != &other) {
      reset();
      state_ = std::exchange(other.state_, nullptr);
    }
    return *this;
  }
  ~ring_buffer() { reset(); }

  /// Waits until there is a sample or the time is over, and consumes what there is.
  ///
  /// \param timeout a `std::chrono::duration` in whole milliseconds or coarser; include <chrono>
  ///   for it, since that header would cost more than this one. A negative one does not wait.
  /// returns: how many samples were consumed; 0 after a timeout or a signal.
  /// errors: those of the consumer.
  template <class Duration>
    requires std::is_integral_v<typename Duration::rep> && (1000 % Duration::period::den == 0)
  [[nodiscard]] result<std::size_t> poll(Duration timeout) {
    constexpr std::int64_t unit = 1000 / Duration::period::den * Duration::period::num;
    const std::int64_t count = timeout.count();
    if (count <= 0) return poll_for(0);
    return poll_for(count < most_milliseconds / unit ? count * unit : most_milliseconds);
  }
  /// Consumes what there is, without waiting and without a syscall.
  /// returns: how many samples were consumed.
  /// errors: those of the consumer.
  [[nodiscard]] result<std::size_t> consume();
  /// A descriptor that is readable when there is a sample, for an event loop of the caller's own,
  /// which then calls `consume`. Valid while this object lives.
  [[nodiscard]] fd_ref readiness() const noexcept;

 private:
  struct state;
  explicit ring_buffer(state* made) noexcept : state_(made) {}
  [[nodiscard]] static result<ring_buffer> open(map_ref live, detail::sample_consumer* owned);
  static constexpr std::int64_t most_milliseconds = 0x7fff'ffff;  // what poll(2) can be asked for
  [[nodiscard]] result<std::size_t> poll_for(std::int64_t milliseconds);
  [[nodiscard]] result<std::size_t> finish(int got);
  [[nodiscard]] static error nothing_open(std::string_view operation);
  void reset() noexcept;
  state* state_;
};

}  // namespace linchpin

#include <linchpin/bpf/detail/ring_buffer.hpp>
