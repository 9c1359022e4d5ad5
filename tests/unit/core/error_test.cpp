// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/core/error.hpp>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

using linchpin::errc;
using linchpin::error;
using linchpin::outcome;

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
  CHECK(error::from_errno(EAGAIN, "attach").retryable());
  CHECK_FALSE(error::from_errno(EAGAIN, "attach").as(errc::in_doubt).retryable());
}

TEST_CASE("why something failed and what is left of it are told apart", "[core][error]") {
  CHECK(error::from_errno(ESTALE, "attach").is(outcome::not_known));
  const auto undone = error::from_errno(ESTALE, "attach").ended(outcome::rolled_back);
  CHECK(undone.is(errc::conflict));
  CHECK(undone.is(outcome::rolled_back));
  CHECK(undone.retryable());
  CHECK(undone.message() == "attach: not as expected (ESTALE)\n  outcome: rolled back");
  const auto cut = error::from_errno(ESTALE, "attach").ended(outcome::stranded);
  CHECK(cut.is(errc::conflict));
  CHECK_FALSE(cut.retryable());
  CHECK_FALSE(error::from_errno(EIO, "attach").ended(outcome::rolled_back).retryable());
  const auto refused = error{errc::rejected, "load"}.ended(outcome::nothing_tried);
  CHECK(refused.message() == "load: rejected by the verifier\n  outcome: nothing was tried");
  const auto copy = refused;  // NOLINT(performance-unnecessary-copy-initialization)
  CHECK(copy.is(outcome::nothing_tried));
}

TEST_CASE("each errno has words of its own, and a number without any says no more than it knows",
          "[core][error]") {
  const auto text = [](int number) { return error::from_errno(number, "open").message(); };
  CHECK(text(ENOMEM) == "open: out of memory (ENOMEM)");
  CHECK(text(EMFILE) == "open: too many open files (EMFILE)");
  CHECK(text(ENFILE) == "open: too many open files (ENFILE)");
  CHECK(text(EIO) == "open: input or output failed (EIO)");
  CHECK(text(EAGAIN) == "open: not at the moment (EAGAIN)");
  CHECK(text(EROFS) == "open: permission denied (EROFS)");
  CHECK(text(EINVAL) == "open: invalid argument (EINVAL)");
  CHECK(text(ETIMEDOUT) == "open: failed (ETIMEDOUT)");
  CHECK(text(987654) == "open: failed (unknown errno)");
  CHECK(text(4001) == "open: bad format (LIBBPF_ERRNO__FORMAT)");
  CHECK(text(4003) == "open: bad format (LIBBPF_ERRNO__ENDIAN)");
  CHECK(text(4007) == "open: rejected by the verifier (LIBBPF_ERRNO__VERIFY)");
  CHECK(text(4013) == "open: failed (LIBBPF_ERRNO__NLPARSE)");
  CHECK(text(4014) == "open: failed (unknown errno)");
}

TEST_CASE("a wider subject does not say again what the narrower one says", "[core][error]") {
  const auto subject = [](std::string_view narrow, std::string_view wide) {
    const auto made = error{errc::busy, "attach", narrow}.about(wide);
    return std::string{made.subject()};
  };
  constexpr std::string_view whole = "component fw, tcx_ingress eth0, program in";
  CHECK(subject("tcx_ingress eth0", whole) == whole);
  CHECK(subject("tcx_ingress eth0, program in", whole) == whole);
  CHECK(subject(whole, "component fw") == whole);
  CHECK(subject(whole, whole) == whole);
  CHECK(subject("", whole) == whole);
  // What only begins alike is something else.
  CHECK(subject("tcx_ingress eth", whole) ==
        "component fw, tcx_ingress eth0, program in: tcx_ingress eth");
  CHECK(subject("component fw2, xdp lo", "component fw") == "component fw: component fw2, xdp lo");
  CHECK(subject("tcx_ingress eth1", whole) ==
        "component fw, tcx_ingress eth0, program in: tcx_ingress eth1");
}

TEST_CASE("what has lines of its own stands further in", "[core][error]") {
  CHECK(error{errc::rejected, "load"}.log("0: R1\n1: exit\n\n").advice("read it").message() ==
        "load: rejected by the verifier\n"
        "  kernel said: 0: R1\n"
        "    1: exit\n"
        "  what to do: read it");
  CHECK(error{errc::rejected, "load"}.log("libbpf: no\n").message() ==
        "load: rejected by the verifier\n  libbpf said: libbpf: no");
  CHECK(error{errc::rejected, "load"}.log("\n").message() == "load: rejected by the verifier");
}

TEST_CASE("refining a copy leaves the original as it was", "[core][error]") {
  const error original{errc::busy, "open store", "/sys/fs/bpf/edge"};
  auto copy = original;
  const auto refined = std::move(copy).about("component firewall");
  CHECK(original.subject() == "/sys/fs/bpf/edge");
  CHECK(refined.subject() == "component firewall: /sys/fs/bpf/edge");
}
