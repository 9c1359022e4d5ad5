// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "coroutine.hpp"

#include <cstdint>
#include <cstdlib>
#include <utility>
#include <vector>

#if defined(__has_feature)
#define LINCHPIN_HAS_FEATURE(name) __has_feature(name)
#else
#define LINCHPIN_HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || LINCHPIN_HAS_FEATURE(address_sanitizer)
#define LINCHPIN_ADDRESS_SANITIZER
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__) || LINCHPIN_HAS_FEATURE(thread_sanitizer)
#define LINCHPIN_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

namespace simulation {

namespace {

// Fixtures are parsed and planned on it, in builds without optimisation and with a sanitizer too.
constexpr std::size_t stack_size = std::size_t{1} << 20U;

// Stacks are used again: schedules are many and short.
std::vector<std::byte*>& spare_stacks() {
  struct stacks : std::vector<std::byte*> {
    ~stacks() {
      for (auto* const stack : *this) std::free(stack);
    }
  };
  static stacks kept;
  return kept;
}

std::byte* take_stack() {
  auto& spare = spare_stacks();
  if (spare.empty()) {
    auto* const made = static_cast<std::byte*>(std::malloc(stack_size));
    if (made == nullptr) std::abort();
    return made;
  }
  auto* const stack = spare.back();
  spare.pop_back();
  return stack;
}

}  // namespace

coroutine::coroutine(std::function<void()> body) : body_(std::move(body)), stack_(take_stack()) {
  getcontext(&inside_);
  inside_.uc_stack.ss_sp = stack_;
  inside_.uc_stack.ss_size = stack_size;
  inside_.uc_link = nullptr;
  // makecontext passes numbers of the size of an int.
  const auto self = reinterpret_cast<std::uintptr_t>(this);
  makecontext(&inside_, reinterpret_cast<void (*)()>(&coroutine::enter), 2,
              static_cast<unsigned>(std::uint64_t{self} >> 32U), static_cast<unsigned>(self));
#ifdef LINCHPIN_THREAD_SANITIZER
  inside_fiber_ = __tsan_create_fiber(0);
#endif
}

coroutine::~coroutine() {
#ifdef LINCHPIN_THREAD_SANITIZER
  __tsan_destroy_fiber(inside_fiber_);
#endif
  spare_stacks().push_back(stack_);
}

void coroutine::enter(unsigned high, unsigned low) {
  const auto self = (std::uint64_t{high} << 32U) | low;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): makecontext passes numbers
  auto& entered = *reinterpret_cast<coroutine*>(static_cast<std::uintptr_t>(self));
  entered.arrive();
  entered.body_();
  entered.done_ = true;
  entered.leave(true);
}

void coroutine::resume() {
#ifdef LINCHPIN_THREAD_SANITIZER
  outside_fiber_ = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(inside_fiber_, 0);
#endif
#ifdef LINCHPIN_ADDRESS_SANITIZER
  void* outside_shadow = nullptr;
  __sanitizer_start_switch_fiber(&outside_shadow, stack_, stack_size);
#endif
  swapcontext(&outside_, &inside_);
#ifdef LINCHPIN_ADDRESS_SANITIZER
  __sanitizer_finish_switch_fiber(outside_shadow, nullptr, nullptr);
#endif
}

void coroutine::suspend() {
  leave(false);
  arrive();
}

void coroutine::arrive() {
#ifdef LINCHPIN_ADDRESS_SANITIZER
  __sanitizer_finish_switch_fiber(inside_shadow_, &outside_stack_, &outside_size_);
#endif
}

void coroutine::leave(bool for_ever) {
#ifdef LINCHPIN_THREAD_SANITIZER
  __tsan_switch_to_fiber(outside_fiber_, 0);
#endif
#ifdef LINCHPIN_ADDRESS_SANITIZER
  __sanitizer_start_switch_fiber(for_ever ? nullptr : &inside_shadow_, outside_stack_,
                                 outside_size_);
#endif
  static_cast<void>(for_ever);
  swapcontext(&inside_, &outside_);
}

}  // namespace simulation
