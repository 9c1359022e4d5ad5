// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "capturing_library.hpp"

#include <linchpin/bpf/detail/libbpf_log.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <cstdarg>
#include <memory>
#include <thread>

#include <bpf/libbpf.h>

namespace {

std::atomic<int> lines_of_process{0};

int count_line(libbpf_print_level, const char*, va_list) {
  ++lines_of_process;
  return 0;
}

// libbpf says why it cannot open a file.
void let_libbpf_print() {
  bpf_object* const opened = bpf_object__open("/nonexistent/object.bpf.o");
  if (opened != nullptr) bpf_object__close(opened);
}

}  // namespace

TEST_CASE("a program and its shared library capture at the same time", "[bpf][shared]") {
  using linchpin::detail::libbpf_log;
  const auto former = libbpf_set_print(count_line);
  let_libbpf_print();
  const int lines = lines_of_process;
  REQUIRE(lines > 0);

  // The library begins while the program captures, and goes on when the program begins again: each
  // would take the other's callback for that of the process.
  auto mine = std::make_unique<libbpf_log>();
  void* theirs = nullptr;
  std::thread{[&] { theirs = begin_capture(); }}.join();
  mine.reset();
  mine = std::make_unique<libbpf_log>();
  std::thread{let_libbpf_print}.join();
  CHECK(lines_of_process == 2 * lines);
  CHECK(mine->text().empty());

  let_libbpf_print();
  CHECK(lines_of_process == 2 * lines);
  CHECK_FALSE(mine->text().empty());

  mine.reset();
  std::thread{[&] { end_capture(theirs); }}.join();
  CHECK(libbpf_set_print(former) == count_line);
}
