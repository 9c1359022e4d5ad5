// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/detail/libbpf_log.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstdarg>
#include <memory>
#include <thread>

#include <bpf/libbpf.h>
#include <dlfcn.h>

using linchpin::detail::libbpf_log;

namespace {

std::atomic<int> lines_of_host{0};

int count_for_host(libbpf_print_level, const char*, va_list) {
  ++lines_of_host;
  return 0;
}

// libbpf says why it cannot open a file.
void open_nothing() {
  bpf_object* const opened = bpf_object__open("/nonexistent/object.bpf.o");
  if (opened != nullptr) bpf_object__close(opened);
}

// A shared object that is loaded as plugins are. It stays until the process ends.
class plugin {
 public:
  explicit plugin(const char* path) : loaded_(::dlopen(path, RTLD_NOW | RTLD_LOCAL)) {
    REQUIRE(loaded_ != nullptr);
  }
  [[nodiscard]] void* begin() const {
    return reinterpret_cast<void* (*)()>(::dlsym(loaded_, "begin_capture"))();
  }
  void end(void* capture) const {
    reinterpret_cast<void (*)(void*)>(::dlsym(loaded_, "end_capture"))(capture);
  }

 private:
  void* loaded_;
};

// Each of the two begins while the other captures, on a thread of its own.
void capture_in_turns(const plugin& other) {
  void* first = nullptr;
  void* second = nullptr;
  std::thread{[&] { first = other.begin(); }}.join();
  auto mine = std::make_unique<libbpf_log>();
  std::thread{[&] { second = other.begin(); }}.join();
  open_nothing();
  CHECK_FALSE(mine->text().empty());
  std::thread{open_nothing}.join();  // a thread that does not capture

  mine.reset();
  std::thread{open_nothing}.join();
  mine = std::make_unique<libbpf_log>();
  std::thread{open_nothing}.join();
  open_nothing();
  CHECK_FALSE(mine->text().empty());
  mine.reset();
  std::thread{[&] { other.end(second); }}.join();
  std::thread{[&] { other.end(first); }}.join();
  open_nothing();
}

}  // namespace

TEST_CASE("a program and a plugin that shares nothing with it do not pass lines back and forth",
          "[bpf][shared]") {
  const auto former = libbpf_set_print(count_for_host);
  const plugin lonely{LONELY_PLUGIN};
  capture_in_turns(lonely);
  libbpf_set_print(former);
}

TEST_CASE("a plugin that shares the variables only puts back the callback of the process",
          "[bpf][shared]") {
  const auto former = libbpf_set_print(count_for_host);
  const plugin own_functions{OWN_FUNCTIONS_PLUGIN};
  lines_of_host = 0;
  open_nothing();
  const int lines = lines_of_host;
  REQUIRE(lines > 0);
  capture_in_turns(own_functions);
  // Four times on threads that do not capture, or when nobody does.
  CHECK(lines_of_host == 5 * lines);
  CHECK(libbpf_set_print(former) == count_for_host);
}
