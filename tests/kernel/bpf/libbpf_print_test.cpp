// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/footing.hpp"

#include <linchpin/bpf/object.hpp>

#include "rejected.bpf.hpp"
#include "rejected_late.bpf.hpp"

#include <atomic>
#include <cstdarg>
#include <thread>

#include <bpf/libbpf.h>
#include <catch2/catch_test_macros.hpp>

using namespace linchpin;

namespace {

std::atomic<int> lines_of_host = 0;

int print_of_host(libbpf_print_level, const char*, va_list) {
  ++lines_of_host;
  return 0;
}

// The process' own callback for the time of a test.
class host {
 public:
  host() : former_(libbpf_set_print(print_of_host)) { lines_of_host = 0; }
  host(const host&) = delete;
  host& operator=(const host&) = delete;
  ~host() { libbpf_set_print(former_); }

 private:
  libbpf_print_fn_t former_;
};

// What libbpf has now, by taking it out and putting it in again.
libbpf_print_fn_t present() {
  const auto found = libbpf_set_print(nullptr);
  libbpf_set_print(found);
  return found;
}

// A call of the host's at which libbpf says something.
void open_nothing() {
  CHECK(bpf_object__open_file("/there/is/no/such.bpf.o", nullptr) == nullptr);
}

error refused(std::span<const std::byte> bytes) {
  auto opened = object::open(object_source::memory("refused", bytes)).value();
  auto loaded = opened.load();
  REQUIRE_FALSE(loaded);
  return std::move(loaded).error();
}

void check_whole(const error& why, std::size_t least) {
  CHECK(why.is(errc::rejected));
  CHECK(why.log().size() > least);
  // The first instruction and the last words.
  CHECK((why.log().starts_with("0: (") || why.log().find("\n0: (") != std::string_view::npos));
  CHECK(why.log().find("invalid access to packet") != std::string_view::npos);
  CHECK(why.log().find("processed ") != std::string_view::npos);
}

}  // namespace

TEST_CASE("a host that set libbpf's print callback before has it again after a load",
          "[kernel][object][print]") {
  const host setting;
  const auto why = refused(bpf_objects::rejected());
  check_whole(why, 65536);
  CHECK(why.subject() == "program reads_past_the_end of refused");
  CHECK(lines_of_host == 0);
  CHECK(present() == print_of_host);
  open_nothing();
  CHECK(lines_of_host > 0);
}

TEST_CASE("a host that wants libbpf to be silent has it silent again after a load",
          "[kernel][object][print]") {
  const auto former = libbpf_set_print(nullptr);
  check_whole(refused(bpf_objects::rejected()), 65536);
  CHECK(present() == nullptr);
  libbpf_set_print(former);
}

TEST_CASE("lines of other threads go to the host while an object is loaded",
          "[kernel][object][print]") {
  const host setting;
  std::atomic<bool> loaded = false;
  int calls = 0;
  std::thread other{[&] {
    while (!loaded || calls == 0) {
      if (bpf_object__open_file("/there/is/no/such.bpf.o", nullptr) == nullptr) ++calls;
    }
  }};
  const auto why = refused(bpf_objects::rejected_late());
  loaded = true;
  other.join();
  check_whole(why, 4'000'000);
  CHECK(why.log().find("such.bpf.o") == std::string_view::npos);
  CHECK(lines_of_host >= calls);
  CHECK(present() == print_of_host);
}

TEST_CASE("a host that sets the callback while an object is loaded keeps it, and the log is whole",
          "[kernel][object][print]") {
  const auto former = libbpf_set_print(nullptr);
  lines_of_host = 0;
  std::atomic<bool> loaded = false;
  std::thread other{[&] {
    do {
      libbpf_set_print(print_of_host);
    } while (!loaded);
  }};
  const auto why = refused(bpf_objects::rejected_late());
  loaded = true;
  other.join();
  check_whole(why, 4'000'000);
  CHECK(why.subject() == "program refused_at_the_end of refused");
  CHECK(present() == print_of_host);
  open_nothing();
  CHECK(lines_of_host > 0);
  libbpf_set_print(former);
}
