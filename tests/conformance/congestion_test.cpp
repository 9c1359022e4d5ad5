// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/tcp_congestion.hpp>

#include "congestion.bpf.hpp"
#include "congestion_v2.bpf.hpp"
#include "vocabulary.hpp"

// What is attached is a map, which stands where other hooks have a program.

using namespace linchpin;
using namespace conformance;

namespace {

const attach_point in_the_kernel{hook::struct_ops_link,
                                 uapi::attach_type::struct_ops,
                                 {hook::kernel_target, {}},
                                 {hook::kernel_target, 1, {}}};

loaded_map algorithm(linchpin::kernel& kernel, std::span<const std::byte> elf) {
  load_request request;
  request.attached_maps.emplace_back("lp_cc");
  auto object = kernel.load(image_of(elf), request).value();
  return take_map(object, "lp_cc");
}

program_id number_of(const loaded_map& map) {
  return {map.info.id.value};
}

update_request replace(const attachment& in, const loaded_map& from, const loaded_map& to) {
  return {in_the_kernel, in.id, in.link.ref(), to.map.ref(), from.map.ref(), number_of(from)};
}

}  // namespace

TEST_CASE("an algorithm is attached by its map, and its link tells the map", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  require_available(kernel, hook::struct_ops_link);
  const target everywhere{hook::kernel_target, {}};
  CHECK(kernel.resolve({&everywhere, 1}).value().front() == in_the_kernel.identity);
  const auto map = algorithm(kernel, bpf_objects::congestion());
  const auto attached = kernel.attach(in_the_kernel, map.map.ref(), {}).value();
  const auto about = kernel.describe_link(attached.link.ref()).value();
  CHECK(about.id == attached.id.link);
  CHECK(about.type == uapi::link_type::struct_ops);
  CHECK(about.program == number_of(map));
  CHECK(about.target == 1);
  CONFORMANCE_FAILS(kernel.query(in_the_kernel), unsupported);

  CONFORMANCE_FAILS(kernel.detach(in_the_kernel, attached.id, attached.link.ref(), {1}), conflict);
  kernel.detach(in_the_kernel, attached.id, attached.link.ref(), number_of(map)).value();
  CHECK(kernel.describe_link(attached.link.ref()).value().target_gone());
  CHECK(kernel.detach(in_the_kernel, attached.id, attached.link.ref(), number_of(map)));
}

TEST_CASE("an algorithm is replaced only over the map that is named", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  require_available(kernel, hook::struct_ops_link);
  const auto first = algorithm(kernel, bpf_objects::congestion());
  const auto second = algorithm(kernel, bpf_objects::congestion_v2());
  const auto third = algorithm(kernel, bpf_objects::congestion());
  const auto attached = kernel.attach(in_the_kernel, first.map.ref(), {}).value();

  kernel.update(replace(attached, first, second)).value();
  CHECK(kernel.describe_link(attached.link.ref()).value().program == number_of(second));
  CONFORMANCE_FAILS(kernel.update(replace(attached, first, third)), conflict);
  CHECK(kernel.describe_link(attached.link.ref()).value().program == number_of(second));

  auto by_id = replace(attached, second, third);
  by_id.expected = {};
  kernel.update(by_id).value();
  CHECK(kernel.describe_link(attached.link.ref()).value().program == number_of(third));
  kernel.detach(in_the_kernel, attached.id, attached.link.ref(), number_of(third)).value();
  CONFORMANCE_FAILS(kernel.update(replace(attached, third, first)), detached);
}

TEST_CASE("a name that an algorithm has is refused to another one", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  require_available(kernel, hook::struct_ops_link);
  const auto first = algorithm(kernel, bpf_objects::congestion());
  const auto second = algorithm(kernel, bpf_objects::congestion_v2());
  const auto attached = kernel.attach(in_the_kernel, first.map.ref(), {}).value();
  CONFORMANCE_FAILS(kernel.attach(in_the_kernel, second.map.ref(), {}), already_exists);
  kernel.detach(in_the_kernel, attached.id, attached.link.ref(), number_of(first)).value();
  CHECK(kernel.attach(in_the_kernel, second.map.ref(), {}));
}

TEST_CASE("a map of another kind is no algorithm", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  require_available(kernel, hook::struct_ops_link);
  auto object = load(kernel, bpf_objects::congestion());
  const auto counts = take_map(object, "cc_counts");
  CHECK_FALSE(kernel.attach(in_the_kernel, counts.map.ref(), {}));
}

TEST_CASE("an algorithm is only attached if it was loaded for that", "[conformance]") {
  const auto ground = make_ground();
  auto& kernel = ground->kernel();
  require_available(kernel, hook::struct_ops_link);
  auto object = load(kernel, bpf_objects::congestion());
  const auto unnamed = take_map(object, "lp_cc");
  CHECK_FALSE(kernel.attach(in_the_kernel, unnamed.map.ref(), {}));

  load_request request;
  request.attached_maps.emplace_back("cc_counts");
  const auto refused = kernel.load(image_of(bpf_objects::congestion()), request);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::invalid_argument));
}
