// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/error.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

using linchpin::errc;
using linchpin::error;

TEST_CASE("an error says what, where, why, what runs and what to do", "[core][error]") {
  const auto made = error::from_errno(EPERM, "update link", "tcx_ingress eth0")
                        .about("component firewall")
                        .expected("program 41")
                        .found("program 57")
                        .still_running("generation 3")
                        .advice("observe and plan again");
  CHECK(made.message() ==
        "component firewall: tcx_ingress eth0: update link: permission denied (EPERM)\n"
        "  expected: program 41\n"
        "  found: program 57\n"
        "  still running: generation 3\n"
        "  what to do: observe and plan again");
  CHECK(made.is(errc::permission_denied));
  CHECK(made.code() == std::error_code(EPERM, std::system_category()));
}

TEST_CASE("the kernel's 524 reads as unsupported", "[core][error]") {
  const auto made = error::from_errno(524, "batch lookup");
  CHECK(made.is(errc::unsupported));
  CHECK(made.message() == "batch lookup: not supported here (ENOTSUPP)");
}

TEST_CASE("an interrupted call is in doubt and never retryable", "[core][error]") {
  CHECK(error::from_errno(EINTR, "attach").is(errc::in_doubt));
  CHECK_FALSE(error::from_errno(EINTR, "attach").retryable());
  CHECK(error::from_errno(ESTALE, "attach").retryable());
  CHECK_FALSE(error::from_errno(EAGAIN, "attach").as(errc::in_doubt).retryable());
  CHECK_FALSE(error::from_errno(EAGAIN, "attach").as(errc::stranded).retryable());
  CHECK(error::from_errno(ESTALE, "attach").as(errc::rolled_back).retryable());
  CHECK_FALSE(error::from_errno(EIO, "attach").as(errc::rolled_back).retryable());
}

TEST_CASE("refining a copy leaves the original as it was", "[core][error]") {
  const error original{errc::busy, "open store", "/sys/fs/bpf/edge"};
  auto copy = original;
  const auto refined = std::move(copy).about("component firewall");
  CHECK(original.subject() == "/sys/fs/bpf/edge");
  CHECK(refined.subject() == "component firewall: /sys/fs/bpf/edge");
}
