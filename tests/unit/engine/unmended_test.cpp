// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "narrow.hpp"

// What cannot be mended in the store's own records is told of until it can, and stops nothing.

using namespace engine_test;

namespace {

struct stopped_three : three_components {
  stopped_three() {
    fake_kernel first{*this};
    auto edge = open<ordered_in_place>(first);
    must(edge.apply(old_state()));
  }
};

}  // namespace

TEST_CASE("a record that cannot be written stops no change of the others", "[engine][unmended]") {
  stopped_three host;
  fake_kernel kernel{host};
  stubborn_kernel stubborn{kernel};
  for (const auto call : {verb::read_blob, verb::open_pin, verb::remove_pin, verb::write_blob})
    stubborn.refuse(call, "/two/record-copy", EACCES);
  auto edge = open<ordered_in_place>(stubborn);
  auto desired = host.new_state();
  desired[1] = host.old_state()[1];
  must(edge.apply(desired));
  CHECK(must(edge.plan(desired)).empty());
  CHECK(status_of(edge, "one").problems.empty());
  CHECK_FALSE(status_of(edge, "two").problems.empty());
  must(edge.remove("one"));
  CHECK(host.names(edge) == names{"two", "three"});
  stubborn.relent();
  must(edge.apply(host.new_state()));
  CHECK(must(edge.status()).healthy());
}

TEST_CASE("a leftover that cannot be removed is told of until it is gone", "[engine][unmended]") {
  stopped_three host;
  fake_kernel kernel{host};
  must(kernel.write_blob(two_root + "/left", {}));
  must(kernel.rename_pin(two_root + "/left", two_root + "/record-next"));
  stubborn_kernel stubborn{kernel};
  stubborn.refuse(verb::remove_pin, "/two/record-next", EPERM);
  auto edge = open<ordered_in_place>(stubborn);
  for (const auto& desired : {host.old_state(), host.old_state()}) {
    const auto status = must(edge.status());
    REQUIRE(status.problems.size() == 1);
    CHECK(status.problems.front().starts_with(two_root + "/record-next was left by a write"));
    must(edge.apply(desired));
  }
  stubborn.relent();
  must(edge.apply(host.new_state()));
  CHECK(must(edge.status()).healthy());
  CHECK_FALSE(has_pin(host, two_root + "/record-next"));
}

TEST_CASE("somebody else's pin in the place of the manifest is told of until it is gone",
          "[engine][unmended]") {
  stopped_three host;
  const auto manifest = std::string{root} + "/manifest";
  host.remove_tree(manifest);
  other_service{host}.pin_map(manifest);
  fake_kernel kernel{host};
  auto edge = open<ordered_in_place>(kernel);
  for (const auto& desired : {host.new_state(), host.old_state()}) {
    CHECK(must(edge.status()).problems.size() == 1);
    must(edge.apply(desired));
  }
  CHECK(has_pin(host, manifest));
  must(kernel.remove_pin(manifest));
  must(edge.apply(host.old_state()));
  CHECK(must(edge.status()).healthy());
}

TEST_CASE("somebody else's pins where a record belongs are told of until they are gone",
          "[engine][unmended]") {
  const std::vector<std::string> places =
      GENERATE(as<std::vector<std::string>>{}, std::vector<std::string>{"/record"},
               std::vector<std::string>{"/record-copy"},
               std::vector<std::string>{"/record", "/record-copy"});
  stopped_three host;
  fake_kernel kernel{host};
  auto edge = open<ordered_in_place>(kernel);
  for (const auto& place : places) {
    host.remove_tree(two_root + place);
    other_service{host}.pin_map(two_root + place);
  }
  for (const auto& desired : {host.new_state(), host.old_state()}) {
    must(edge.apply(desired));
    CHECK(status_of(edge, "one").problems.empty());
    CHECK_FALSE(status_of(edge, "two").problems.empty());
  }
  for (const auto& place : places) {
    CHECK(has_pin(host, two_root + place));
    must(kernel.remove_pin(two_root + place));
  }
  must(edge.apply(host.old_state()));
  CHECK(must(edge.status()).healthy());
  CHECK(has_pin(host, two_root + "/record"));
  CHECK(has_pin(host, two_root + "/record-copy"));
}
