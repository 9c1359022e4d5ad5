// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "vocabulary.hpp"

#include "conformance_maps.bpf.hpp"
#include "conformance_tcx.bpf.hpp"
#include "pass_all.bpf.hpp"
#include "pass_all_v2.bpf.hpp"

#include <algorithm>

using namespace linchpin;
using namespace conformance;

namespace {

std::vector<map_id> sorted(std::vector<map_id> ids) {
  std::sort(ids.begin(), ids.end());
  return ids;
}

}  // namespace

TEST_CASE("loading gives programs and maps under their whole names, attached nowhere",
          "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  auto object = load(kernel, bpf_objects::conformance_maps());
  CHECK(object.programs.size() == 2);
  CHECK(object.maps.size() == 7);
  const auto entry = take_program(object, "entry");
  CHECK(entry.info.type == uapi::program_type::xdp);
  CHECK(entry.info.name == "entry");
  CHECK(kernel.describe_program(entry.program.ref()).value() == entry.info);
  const auto hash = take_map(object, "small_hash");
  CHECK(hash.info.type == uapi::map_type::hash);
  CHECK(hash.info.key_size == 4);
  CHECK(hash.info.value_size == 8);
  CHECK(hash.info.max_entries == 4);
  CHECK(hash.info.name == "small_hash");
  CHECK(kernel.describe_map(hash.map.ref()).value() == hash.info);
}

TEST_CASE("a program knows the maps it uses, those of the functions it calls included",
          "[conformance]") {
  const auto ground = make_ground();
  auto object = load(ground->kernel(), bpf_objects::conformance_maps());
  const auto id = [&object](std::string_view name) { return take_map(object, name).info.id; };
  const auto rodata = id(".rodata");
  const auto entry = take_program(object, "entry");
  const auto leaf = take_program(object, "leaf");
  CHECK(sorted(entry.info.maps) == sorted({id("small_hash"), id("jumps"), id(".data"), rodata}));
  CHECK(sorted(leaf.info.maps) == sorted({id("slots"), rodata}));
}

TEST_CASE("equal code has an equal tag and other code another", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  auto object = load(kernel, bpf_objects::pass_all());
  auto again = load(kernel, bpf_objects::pass_all());
  auto next = load(kernel, bpf_objects::pass_all_v2());
  const auto one = take_program(object, "pass_all");
  const auto two = take_program(again, "pass_all");
  const auto three = take_program(next, "pass_all");
  CHECK(one.info.id != two.info.id);
  CHECK(one.info.tag == two.info.tag);
  CHECK(one.info.tag != three.info.tag);
}

TEST_CASE("a map lives as long as a program that uses it", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  auto object = load(kernel, bpf_objects::conformance_tcx());
  auto user = take_program(object, "count_ingress");
  const auto map = take_map(object, "seen").info.id;
  object = {};
  CHECK(ground->is_alive(map));
  user.program.reset();
  CHECK(ground->ends(user.info.id));
  CHECK(ground->ends(map));
}

TEST_CASE("a map nobody uses ends with its handle", "[conformance]") {
  const auto ground = make_ground();
  auto object = load(ground->kernel(), bpf_objects::conformance_maps());
  auto recent = take_map(object, "recent");
  CHECK(ground->is_alive(recent.info.id));
  recent.map.reset();
  CHECK(ground->ends(recent.info.id));
}

TEST_CASE("directives change the size of a map, use an existing one, and must name one",
          "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto image = image_of(bpf_objects::conformance_maps());
  load_request request;
  request.maps.push_back({.name = "small_hash", .max_entries = 77});
  auto larger = kernel.load(image, request).value();
  const auto hash = take_map(larger, "small_hash");
  CHECK(hash.info.max_entries == 77);
  CHECK(take_map(larger, "recent").info.max_entries == 64);

  request.maps[0].reuse = hash.map.ref();
  auto sharing = kernel.load(image, request).value();
  CHECK(take_map(sharing, "small_hash").info.id == hash.info.id);
  const auto maps = take_program(sharing, "entry").info.maps;
  CHECK(std::find(maps.begin(), maps.end(), hash.info.id) != maps.end());

  request.maps[0] = {.name = "no_such_map", .max_entries = 1};
  CONFORMANCE_FAILS(kernel.load(image, request), not_found);
  request.maps.clear();
  request.programs.push_back({"no_such_program", {}});
  CONFORMANCE_FAILS(kernel.load(image, request), not_found);
}

TEST_CASE("a map of another layout is not reused", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto image = image_of(bpf_objects::conformance_maps());
  auto object = kernel.load(image, {}).value();
  const auto other = take_map(object, "per_cpu");
  load_request request;
  request.maps.push_back({.name = "small_hash", .max_entries = 4, .reuse = other.map.ref()});
  CONFORMANCE_FAILS(kernel.load(image, request), layout_mismatch);
}

TEST_CASE("a map whose layout the caller compared is taken as it is", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  const auto image = image_of(bpf_objects::conformance_maps());
  load_request request;
  request.maps.push_back({.name = "small_hash", .max_entries = 77});
  auto larger = kernel.load(image, request).value();
  const auto hash = take_map(larger, "small_hash");
  request.maps[0] = {
      .name = "small_hash", .max_entries = 4, .reuse = hash.map.ref(), .compared = true};
  auto sharing = kernel.load(image, request).value();
  const auto shared = take_map(sharing, "small_hash");
  CHECK(shared.info.id == hash.info.id);
  CHECK(shared.info.max_entries == 77);
}
