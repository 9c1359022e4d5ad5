// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>

#include "ground.hpp"

#include "many_maps.bpf.hpp"
#include "pass_all.bpf.hpp"
#include "pass_all_v2.bpf.hpp"
#include "rejected.bpf.hpp"

#include <filesystem>
#include <string_view>

#include <fcntl.h>

using namespace linchpin;

namespace {

object_image image_of(std::string name, std::span<const std::byte> bytes) {
  return object_image::parse(std::move(name), {bytes.begin(), bytes.end()}).value();
}

template <class Loaded>
const Loaded& named(const std::vector<Loaded>& all, std::string_view name) {
  for (const auto& loaded : all) {
    if (loaded.name == name) return loaded;
  }
  FAIL("nothing named " << name);
  return all.front();
}

}  // namespace

TEST_CASE("an object's programs and maps are loaded and held after the ELF is gone",
          "[kernel][load]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  loaded_object made;
  {
    const auto image = image_of("many_maps", bpf_objects::many_maps());
    made = kernel.load(image, {}).value();
    CHECK(made.maps.size() == image.spec().maps.size());
    CHECK(made.programs.size() == 4);  // "optional" is not loaded unless asked for
  }
  const auto& numbers = named(made.maps, "numbers");
  CHECK(numbers.info.type == uapi::map_type::hash);
  CHECK(numbers.info.max_entries == 1000);
  CHECK(kernel.describe_map(numbers.map.ref()).value() == numbers.info);
  const auto& program = named(made.programs, "count_at_ingress");
  CHECK(program.info.type == uapi::program_type::sched_cls);
  CHECK(program.info.name == std::string{"count_at_ingress"}.substr(0, 15));
  CHECK(kernel.describe_program(program.program.ref()).value() == program.info);
  CHECK_FALSE(program.info.maps.empty());
  CHECK((::fcntl(numbers.map.ref().number, F_GETFD) & FD_CLOEXEC) != 0);
  CHECK((::fcntl(program.program.ref().number, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("pins that an ELF declares are not made", "[kernel][load]") {
  const auto box = live::enter("kernel");
  live_kernel kernel;
  const auto pinned = std::filesystem::path{"/sys/fs/bpf/linchpin_test_pinned"};
  const auto made = kernel.load(image_of("many_maps", bpf_objects::many_maps()), {}).value();
  CHECK_FALSE(std::filesystem::exists(pinned));
}

TEST_CASE("directives change sizes, reuse maps and load optional programs", "[kernel][load]") {
  live_kernel kernel;
  const auto image = image_of("many_maps", bpf_objects::many_maps());
  load_request larger;
  larger.maps.push_back({"numbers", 5000, BPF_F_NO_PREALLOC, {}});
  larger.programs.push_back({"optional", uapi::attach_type::xdp});
  const auto first = kernel.load(image, larger).value();
  const auto& numbers = named(first.maps, "numbers");
  CHECK(numbers.info.max_entries == 5000);
  CHECK(numbers.info.flags == BPF_F_NO_PREALLOC);
  CHECK(first.programs.size() == 5);

  load_request again = larger;
  again.maps[0].reuse = numbers.map.ref();
  const auto second = kernel.load(image, again).value();
  const auto& reused = named(second.maps, "numbers");
  CHECK(reused.info.id == numbers.info.id);
  CHECK(reused.map.ref() != numbers.map.ref());
  CHECK(named(second.maps, "counters").info.id != named(first.maps, "counters").info.id);

  load_request mismatched;
  mismatched.maps.push_back({"counters", 0, 0, numbers.map.ref()});
  const auto refused = kernel.load(image, mismatched);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::layout_mismatch));
}

TEST_CASE("a name that the object does not have is not found", "[kernel][load]") {
  live_kernel kernel;
  const auto image = image_of("pass_all", bpf_objects::pass_all());
  load_request request;
  request.programs.push_back({"pas_all", uapi::attach_type::xdp});
  const auto made = kernel.load(image, request);
  REQUIRE_FALSE(made);
  CHECK(made.error().is(errc::not_found));
  CHECK(made.error().found().find("pass_all") != std::string_view::npos);
}

TEST_CASE("a program that the verifier refuses is rejected with the whole log", "[kernel][load]") {
  live_kernel kernel;
  const auto made = kernel.load(image_of("rejected", bpf_objects::rejected()), {});
  REQUIRE_FALSE(made);
  CHECK(made.error().is(errc::rejected));
  CHECK(made.error().log().find("invalid access to packet") != std::string_view::npos);
  CHECK(made.error().log().size() > 20000);
}

TEST_CASE("equal code has an equal tag and other code another", "[kernel][load]") {
  live_kernel kernel;
  const auto one = kernel.load(image_of("pass_all", bpf_objects::pass_all()), {}).value();
  const auto same = kernel.load(image_of("pass_all", bpf_objects::pass_all()), {}).value();
  const auto other = kernel.load(image_of("pass_all", bpf_objects::pass_all_v2()), {}).value();
  CHECK(one.programs[0].info.tag == same.programs[0].info.tag);
  CHECK(one.programs[0].info.tag != other.programs[0].info.tag);
  CHECK(one.programs[0].info.id != same.programs[0].info.id);
}

TEST_CASE("a loaded program replaces another at an interface", "[kernel][load]") {
  const auto box = live::enter("kernel");
  const auto veth = live::make_veth();
  live_kernel kernel;
  live::need(kernel.facts().of(hook::xdp_native).available);
  const auto one = kernel.load(image_of("pass_all", bpf_objects::pass_all()), {}).value();
  const auto two = kernel.load(image_of("pass_all", bpf_objects::pass_all_v2()), {}).value();
  const auto at = live::xdp_at(kernel, "lpk0");
  const auto held = kernel.attach(at, one.programs[0].program.ref(), {}).value();
  update_request request;
  request.at = at;
  request.id = held.id;
  request.link = held.link.ref();
  request.program = two.programs[0].program.ref();
  request.expected = one.programs[0].program.ref();
  const auto updated = kernel.update(request);
  INFO((updated ? "" : updated.error().message()));
  REQUIRE(updated);
  CHECK(live::programs_of(kernel.query(at).value()) == std::vector{two.programs[0].info.id});
}
