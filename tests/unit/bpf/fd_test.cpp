// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/fd.hpp>
#include <linchpin/bpf/link.hpp>
#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/program.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <type_traits>

#include <fcntl.h>
#include <unistd.h>

using namespace linchpin;

template <class Ref>
constexpr bool is_borrowed_shape =
    sizeof(Ref) == sizeof(int) && std::is_trivially_copyable_v<Ref> &&
    std::is_nothrow_default_constructible_v<Ref> && !std::is_constructible_v<Ref, int>;
template <class Owner>
constexpr bool is_owner_shape =
    sizeof(Owner) == sizeof(int) && !std::is_copy_constructible_v<Owner> &&
    std::is_nothrow_move_constructible_v<Owner> && std::is_nothrow_move_assignable_v<Owner> &&
    !std::is_constructible_v<Owner, int> && !std::is_convertible_v<Owner, int>;

static_assert(is_borrowed_shape<fd_ref> && is_owner_shape<unique_fd>);
static_assert(is_borrowed_shape<map_ref> && is_owner_shape<map>);
static_assert(is_borrowed_shape<program_ref> && is_owner_shape<program>);
static_assert(is_borrowed_shape<link_ref> && is_owner_shape<linchpin::link>);
static_assert(std::is_convertible_v<map, map_ref> && !std::is_convertible_v<map_ref, map>);

namespace {

bool is_open(int number) {
  return ::fcntl(number, F_GETFD) >= 0;
}
unique_fd open_null() {
  return unique_fd::adopt(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

}  // namespace

TEST_CASE("an owner closes its descriptor and leaves errno alone", "[bpf][fd]") {
  int number = -1;
  {
    unique_fd fd = open_null();
    REQUIRE(fd);
    number = fd.native();
    errno = 4711;
  }
  CHECK(errno == 4711);
  CHECK_FALSE(is_open(number));
}

TEST_CASE("a moved-from owner is empty and closes nothing", "[bpf][fd]") {
  unique_fd first = open_null();
  const int number = first.native();
  const unique_fd second = std::move(first);
  // NOLINTBEGIN(bugprone-use-after-move): that is asked here
  CHECK_FALSE(first);
  CHECK(is_open(number));
  first.reset();
  // NOLINTEND(bugprone-use-after-move)
  CHECK(is_open(number));
}

TEST_CASE("assignment closes what stood there before it takes over", "[bpf][fd]") {
  unique_fd target = open_null();
  unique_fd source = open_null();
  const int former = target.native();
  const int kept = source.native();
  target = std::move(source);
  CHECK_FALSE(is_open(former));
  CHECK(is_open(kept));
  CHECK(target.native() == kept);
}

TEST_CASE("a released descriptor stays open and is the caller's", "[bpf][fd]") {
  const int number = open_null().release();
  CHECK(is_open(number));
  CHECK(unique_fd::adopt(number).close());
  CHECK_FALSE(is_open(number));
}

TEST_CASE("a duplicate lives on its own and is closed on exec", "[bpf][fd]") {
  unique_fd first = open_null();
  const unique_fd second = unique_fd::duplicate(first.ref()).value();
  first.reset();
  CHECK(is_open(second.native()));
  CHECK((::fcntl(second.native(), F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("closing and duplicating nothing tell", "[bpf][fd]") {
  CHECK(unique_fd{}.close());
  const auto copy = unique_fd::duplicate(fd_ref{});
  REQUIRE_FALSE(copy);
  CHECK(copy.error().os_error() == EBADF);
  const int number = open_null().release();
  ::close(number);
  const auto closed = unique_fd::adopt(number).close();
  REQUIRE_FALSE(closed);
  CHECK(closed.error().os_error() == EBADF);
}

TEST_CASE("move assignment to itself keeps the descriptor", "[bpf][fd]") {
  unique_fd fd = open_null();
  unique_fd& same = fd;
  fd = std::move(same);
  CHECK(is_open(fd.native()));
}
