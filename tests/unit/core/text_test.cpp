// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/text.hpp>
#include <linchpin/core/text.hpp>

#include <linchpin/core/detail/text.hpp>

#include <cstdint>
#include <limits>

#include <catch2/catch_test_macros.hpp>

TEST_CASE("fmt writes errors, answers, ids and types", "[core][text]") {
  const linchpin::error busy{linchpin::errc::busy, "open store", "/edge"};
  CHECK(fmt::format("{}", busy) == "/edge: open store: in use");
  CHECK(fmt::format("{}", linchpin::answer::no("too old")) == "no: too old");
  CHECK(fmt::format("{:>4}", linchpin::program_id{17}) == "  17");
  CHECK(fmt::format("{}", linchpin::uapi::program_type::sched_cls) == "sched_cls");
  CHECK(fmt::format("{}", linchpin::uapi::map_type::lru_percpu_hash) == "lru_percpu_hash");
  CHECK(fmt::format("{}", linchpin::uapi::map_type{77}) == "map type 77");
}

TEST_CASE("a text is put together from characters and numbers", "[core][text]") {
  using linchpin::detail::composed;
  CHECK(composed({}).empty());
  CHECK(composed({"map ", 7, " of ", std::string{"x"}}) == "map 7 of x");
  CHECK(composed({std::numeric_limits<std::int64_t>::min()}) == "-9223372036854775808");
  CHECK(composed({std::numeric_limits<std::uint64_t>::max(), 0, -1}) == "184467440737095516150-1");
  CHECK(composed({linchpin::detail::hex{0xbeef}, linchpin::detail::hex{}}) == "0xbeef0x0");
}
