// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/image_shelf.hpp"

#include "pass_all.bpf.hpp"
#include "pass_all_v2.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace linchpin;

namespace {

object_image read(image_shelf& shelf, std::span<const std::byte> bytes,
                  const std::string& name = "edge", std::string_view component = "edge") {
  return shelf.read(component, object_source::memory(name, bytes)).value();
}

// One description, so that the object was not parsed again.
bool is_same(const object_image& left, const object_image& right) {
  return &left.spec() == &right.spec();
}

}  // namespace

TEST_CASE("an object whose bytes are those of an earlier plan is not parsed again",
          "[engine][object_image]") {
  image_shelf shelf;
  const auto first = read(shelf, bpf_objects::pass_all());
  CHECK(is_same(first, read(shelf, bpf_objects::pass_all())));
  const auto second = read(shelf, bpf_objects::pass_all_v2());
  CHECK_FALSE(is_same(first, second));
  CHECK(second.digest() != first.digest());
  CHECK(is_same(first, read(shelf, bpf_objects::pass_all())));
  CHECK(is_same(second, read(shelf, bpf_objects::pass_all_v2())));
  // What messages call it is part of it. A third one takes the place of the one not asked for longest.
  const auto renamed = read(shelf, bpf_objects::pass_all(), "other");
  CHECK(renamed.spec().name == "other");
  CHECK(is_same(second, read(shelf, bpf_objects::pass_all_v2())));
  CHECK_FALSE(is_same(first, read(shelf, bpf_objects::pass_all())));
  CHECK_FALSE(
      is_same(second, read(shelf, bpf_objects::pass_all_v2(), "edge", "another component")));
}

TEST_CASE("bytes that change where they lie are another object", "[engine][object_image]") {
  image_shelf shelf;
  const auto from = bpf_objects::pass_all();
  std::vector<std::byte> bytes{from.begin(), from.end()};
  const auto first = read(shelf, bytes);
  bytes.assign(bpf_objects::pass_all_v2().begin(), bpf_objects::pass_all_v2().end());
  CHECK(read(shelf, bytes).digest() != first.digest());
  bytes.resize(bytes.size() / 2);
  CHECK_FALSE(shelf.read("edge", object_source::memory("edge", bytes)));
}

TEST_CASE("a file that was written again is another object, whatever its time says",
          "[engine][object_image]") {
  std::string path = "/tmp/linchpin-shelf-XXXXXX";
  const auto made = unique_fd::adopt(::mkstemp(path.data()));
  REQUIRE(made);
  const auto write = [&path](std::span<const std::byte> bytes) {
    std::ofstream{path, std::ios::binary}.write(reinterpret_cast<const char*>(bytes.data()),
                                                static_cast<std::streamsize>(bytes.size()));
    const timespec same[2] = {{1000, 0}, {1000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, path.c_str(), same, 0) == 0);
  };
  image_shelf shelf;
  const auto source = object_source::file(path);
  write(bpf_objects::pass_all());
  const auto first = shelf.read("edge", source).value();
  CHECK(is_same(first, shelf.read("edge", source).value()));
  write(bpf_objects::pass_all_v2());
  CHECK(shelf.read("edge", source).value().digest() != first.digest());
  REQUIRE(::unlink(path.c_str()) == 0);
  CHECK(shelf.read("edge", source).error().is(errc::not_found));
}

TEST_CASE("what was parsed for a component goes when nobody asks for it",
          "[engine][object_image]") {
  image_shelf shelf;
  const auto first = read(shelf, bpf_objects::pass_all());
  const desired_component other{"other", object_source::memory("edge", bpf_objects::pass_all())};
  const desired_component* const only = &other;
  shelf.keep({&only, 1});
  CHECK_FALSE(is_same(first, read(shelf, bpf_objects::pass_all())));
}
