// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "outside.hpp"

#include <bpf/libbpf.h>

#include <dlfcn.h>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <ctime>

namespace growth {

namespace {

double total = 0;
double entered = 0;
int depth = 0;

// libbpf's own function of that name, of which this program has another.
template <class Function>
Function* of_libbpf(const char* name) {
  auto* const found = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
  if (found == nullptr) {
    std::fprintf(stderr, "growth: libbpf has no %s\n", name);
    std::abort();
  }
  return found;
}

}  // namespace

double cpu_seconds() noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

outside::outside() noexcept {
  if (depth++ == 0) entered = cpu_seconds();
}

outside::~outside() {
  if (--depth == 0) total += cpu_seconds() - entered;
}

double outside::seconds() noexcept {
  return total;
}

}  // namespace growth

// The dynamic linker takes these for libbpf's, also where the library calls them.
extern "C" {

bpf_object* bpf_object__open_mem(const void* bytes, std::size_t size,
                                 const bpf_object_open_opts* options) {
  static auto* const real = growth::of_libbpf<decltype(bpf_object__open_mem)>(__func__);
  const growth::outside here;
  return real(bytes, size, options);
}

void bpf_object__close(bpf_object* opened) {
  static auto* const real = growth::of_libbpf<decltype(bpf_object__close)>(__func__);
  const growth::outside here;
  real(opened);
}
}
