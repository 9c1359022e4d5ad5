// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "../../support/footing.hpp"

#include <linchpin/bpf/object.hpp>
#include <linchpin/testing/sandbox.hpp>

#include "many_maps.bpf.hpp"
#include "many_maps_signed.bpf.hpp"
#include "no_programs.bpf.hpp"
#include "rejected.bpf.hpp"
#include "typeless.bpf.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cerrno>
#include <string>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <unistd.h>

using namespace linchpin;

namespace {

object opened(std::span<const std::byte> bytes) {
  object made = object::open(object_source::memory("test object", bytes)).value();
  made.ignore_declared_pins();
  return made;
}

}  // namespace

TEST_CASE("a loaded object hands out programs and maps by their whole names", "[kernel][object]") {
  object many = opened(bpf_objects::many_maps());
  CHECK_FALSE(many.is_loaded());
  REQUIRE(many.load());
  CHECK(many.is_loaded());

  const auto xdp = many.find_program("count_and_decide").value().info().value();
  CHECK(xdp.type == uapi::program_type::xdp);
  CHECK(xdp.name == "count_and_decid");
  CHECK(xdp.id);
  CHECK_FALSE(xdp.maps.empty());

  const auto ingress = many.find_program("count_at_ingress").value().info().value();
  CHECK(ingress.type == uapi::program_type::sched_cls);

  const auto flows = many.find_map("flows").value().info().value();
  CHECK(flows.type == uapi::map_type::hash);
  CHECK(flows.max_entries == 64);
  CHECK(many.find_map(".rodata").value().info().value().type == uapi::map_type::array);
}

TEST_CASE("a name that is not there is answered with those that are", "[kernel][object]") {
  object many = opened(bpf_objects::many_maps());
  REQUIRE(many.load());
  const auto program = many.find_program("count_at_ingres");
  REQUIRE_FALSE(program);
  CHECK(program.error().is(errc::not_found));
  CHECK(program.error().found().find("count_at_ingress") != std::string_view::npos);
  const auto map = many.find_map("flow");
  REQUIRE_FALSE(map);
  CHECK(map.error().found().find("flows, numbers") != std::string_view::npos);
  const auto unloaded = many.find_program("optional");
  REQUIRE_FALSE(unloaded);
  CHECK(unloaded.error().found() == "its autoload is off");
}

TEST_CASE("what is changed before load is what the kernel gets", "[kernel][object]") {
  object many = opened(bpf_objects::many_maps());
  REQUIRE(many.set_max_entries("numbers", 77));
  REQUIRE(many.set_map_flags("numbers", 1));  // BPF_F_NO_PREALLOC
  REQUIRE(many.set_autoload("allow_connect6", false));
  REQUIRE(many.set_autoload("optional", true));
  REQUIRE(many.load());
  const auto numbers = many.find_map("numbers").value().info().value();
  CHECK(numbers.max_entries == 77);
  CHECK(numbers.flags == 1);
  CHECK_FALSE(many.find_program("allow_connect6"));
  CHECK(many.find_program("optional"));

  const auto late = many.set_max_entries("numbers", 78);
  REQUIRE_FALSE(late);
  CHECK(late.error().is(errc::busy));
}

TEST_CASE("a declared pin is not followed once it is told to be ignored", "[kernel][object]") {
  const auto box = footing::enter("bpf-object");
  object many = opened(bpf_objects::many_maps());
  REQUIRE(many.load());
  CHECK(::access("/sys/fs/bpf/linchpin_test_pinned", F_OK) != 0);
  CHECK(many.find_map("linchpin_test_pinned"));
}

TEST_CASE("a live map of the same layout is used instead of a fresh one", "[kernel][object]") {
  object first = opened(bpf_objects::many_maps());
  REQUIRE(first.load());
  const map_ref flows = first.find_map("flows").value();
  const map_ref split = first.find_map("recent_split").value();

  object second = opened(bpf_objects::many_maps());
  REQUIRE(second.reuse_map("flows", flows));
  REQUIRE(second.reuse_map("recent_split", split));  // whose max_entries the kernel rounded up
  REQUIRE(second.load());
  CHECK(second.find_map("flows").value().info().value().id == flows.info().value().id);
  CHECK(second.find_map("recent_split").value().info().value().id == split.info().value().id);
  CHECK(second.find_map("numbers").value().info().value().id !=
        first.find_map("numbers").value().info().value().id);
}

TEST_CASE("a reused map is found by its name in the ELF, whatever it was created as",
          "[kernel][object]") {
  object first = opened(bpf_objects::many_maps());
  REQUIRE(first.load());
  const auto* like = bpf_object__find_map_by_name(first.native(), "numbers");
  bpf_map_create_opts options{};
  options.sz = sizeof(options);
  options.btf_fd = static_cast<__u32>(bpf_object__btf_fd(first.native()));
  options.btf_key_type_id = bpf_map__btf_key_type_id(like);
  options.btf_value_type_id = bpf_map__btf_value_type_id(like);
  const int fd = bpf_map_create(BPF_MAP_TYPE_HASH, "other_name", 4, 8, 1000, &options);
  REQUIRE(fd >= 0);
  const map other = map::adopt(unique_fd::adopt(fd));

  object second = opened(bpf_objects::many_maps());
  REQUIRE(second.reuse_map("numbers", other));
  REQUIRE(second.load());
  CHECK(second.find_map("numbers").value().info().value().id == other->info().value().id);
  CHECK(second.find_map("numbers").value().info().value().name == "other_name");
}

TEST_CASE("a live map whose field changed sign is refused with the field", "[kernel][object]") {
  object first = opened(bpf_objects::many_maps());
  REQUIRE(first.load());
  object second = opened(bpf_objects::many_maps_signed());
  const auto reused = second.reuse_map("flows", first.find_map("flows").value());
  REQUIRE_FALSE(reused);
  CHECK(reused.error().is(errc::layout_mismatch));
  CHECK(reused.error().found() ==
        "value.bytes: unsigned long long at bit 128 -> long long at bit 128");
  REQUIRE(second.load());
  CHECK(second.find_map("flows").value().info().value().id !=
        first.find_map("flows").value().info().value().id);
}

TEST_CASE("a live map of another size is refused", "[kernel][object]") {
  object first = opened(bpf_objects::many_maps());
  REQUIRE(first.set_max_entries("numbers", 2000));
  REQUIRE(first.load());
  object second = opened(bpf_objects::many_maps());
  const auto reused = second.reuse_map("numbers", first.find_map("numbers").value());
  REQUIRE_FALSE(reused);
  CHECK(reused.error().found() == "max_entries: 2000 -> 1000");
  REQUIRE(second.set_max_entries("numbers", 2000));
  CHECK(second.reuse_map("numbers", first.find_map("numbers").value()));
}

TEST_CASE("a descriptor that is not a map's cannot be reused as one", "[kernel][object]") {
  object first = opened(bpf_objects::many_maps());
  REQUIRE(first.load());
  object second = opened(bpf_objects::many_maps());
  const auto program = first.find_program("count_and_decide").value();
  const auto reused = second.reuse_map("flows", map_ref::borrow(program.fd()));
  REQUIRE_FALSE(reused);
  CHECK(reused.error().is(errc::wrong_type));
  CHECK(reused.error().found() == "a program");
}

TEST_CASE("global variables do not move from one generation to the next", "[kernel][object]") {
  object first = opened(bpf_objects::many_maps());
  REQUIRE(first.load());
  object second = opened(bpf_objects::many_maps());
  const auto reused = second.reuse_map(".rodata", first.find_map(".rodata").value());
  REQUIRE_FALSE(reused);
  CHECK(reused.error().is(errc::invalid_argument));
}

TEST_CASE("a rejected program brings the verifier's log whole", "[kernel][object]") {
  object rejected = opened(bpf_objects::rejected());
  const auto loaded = rejected.load();
  REQUIRE_FALSE(loaded);
  const error& why = loaded.error();
  CHECK(why.is(errc::rejected));
  CHECK(why.os_error() == EACCES);
  CHECK(why.subject() == "program reads_past_the_end of test object");
  // From the first instruction to the statistics of the last line, whatever lies between.
  CHECK(why.log().find("-- BEGIN PROG LOAD LOG --") != std::string_view::npos);
  CHECK(why.log().find("invalid access to packet") != std::string_view::npos);
  CHECK(why.log().find("processed ") != std::string_view::npos);
  CHECK(why.log().size() > 65536);
  CHECK_FALSE(rejected.is_loaded());
}

TEST_CASE("an object without programs loads its maps", "[kernel][object]") {
  object lonely = opened(bpf_objects::no_programs());
  REQUIRE(lonely.load());
  CHECK(lonely.find_map("lonely").value().info().value().type == uapi::map_type::array);
}

TEST_CASE("a program without a type is named before anything is loaded", "[kernel][object]") {
  object typeless = opened(bpf_objects::typeless());
  const auto loaded = typeless.load();
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().is(errc::wrong_type));
  CHECK(loaded.error().subject() == "program drop_all of test object");
  CHECK(loaded.error().found() == "section \"classifier/drop_all\", which tells none");
  CHECK(loaded.error().advice().find("set_program_type") != std::string_view::npos);
  // Nothing was tried, so that it can be given a type after all.
  REQUIRE(typeless.set_program_type("drop_all", uapi::program_type::sched_cls));
  REQUIRE(typeless.load());
  const auto info = typeless.find_program("drop_all").value().info().value();
  CHECK(info.type == uapi::program_type::sched_cls);
  CHECK(typeless.set_program_type("drop_all", uapi::program_type::xdp).error().is(errc::busy));
}

TEST_CASE("a program without a type is no hindrance where it is not loaded", "[kernel][object]") {
  object typeless = opened(bpf_objects::typeless());
  REQUIRE(typeless.set_autoload("drop_all", false));
  CHECK(typeless.load());
}

TEST_CASE("a map that the kernel refuses is named with the field", "[kernel][object]") {
  object many = opened(bpf_objects::many_maps());
  REQUIRE(many.set_map_flags("recent", 1));  // an LRU map takes no BPF_F_NO_PREALLOC
  const auto loaded = many.load();
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().is(errc::unsupported));
  CHECK(loaded.error().os_error() == 524);
  CHECK(loaded.error().subject() == "map recent of test object");
  CHECK(loaded.error().found().find("BPF_F_NO_PREALLOC") != std::string_view::npos);
}

TEST_CASE("a global of the wrong size or name is refused", "[kernel][object]") {
  object many = opened(bpf_objects::many_maps());
  CHECK(many.set_global("verdict", std::uint32_t{1}));
  const auto wide = many.set_global("verdict", std::uint64_t{1});
  REQUIRE_FALSE(wide);
  CHECK(wide.error().is(errc::layout_mismatch));
  CHECK(wide.error().expected() == "4 bytes, as in the object");
  const auto unknown = many.set_global("verdikt", std::uint32_t{1});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().is(errc::not_found));
  REQUIRE(many.load());
  CHECK_FALSE(many.set_global("verdict", std::uint32_t{1}));
}

TEST_CASE("a map of global variables keeps its size", "[kernel][object]") {
  object many = opened(bpf_objects::many_maps());
  const auto globals = std::find_if(many.spec().maps.begin(), many.spec().maps.end(),
                                    [](const map_spec& map) { return map.internal; });
  REQUIRE(globals != many.spec().maps.end());
  const auto resized = many.set_max_entries(globals->name, 1'000'000);
  REQUIRE_FALSE(resized);
  CHECK(resized.error().is(errc::invalid_argument));
  CHECK(many.set_max_entries(globals->name, 1));
  CHECK(many.load());
}

TEST_CASE("a borrowed bpf_object survives the object", "[kernel][object]") {
  const auto bytes = bpf_objects::many_maps();
  bpf_object* native = bpf_object__open_mem(bytes.data(), bytes.size(), nullptr);
  REQUIRE(native != nullptr);
  {
    object borrowed = object::borrow(*native);
    borrowed.ignore_declared_pins();
    REQUIRE(borrowed.load());
  }
  CHECK(bpf_object__find_map_fd_by_name(native, "flows") >= 0);
  {
    const object again = object::borrow(*native);
    CHECK(again.is_loaded());
    CHECK(again.find_map("flows"));
  }
  bpf_object__close(native);
}

TEST_CASE("programs and maps that were duplicated outlive the object", "[kernel][object]") {
  program kept_program;
  map kept_map;
  {
    object many = opened(bpf_objects::many_maps());
    REQUIRE(many.load());
    kept_program = many.find_program("count_and_decide").value().duplicate().value();
    kept_map = many.find_map("flows").value().duplicate().value();
  }
  CHECK(kept_program->info());
  CHECK(kept_map->info());
  errno = 4711;
  kept_program.reset();
  CHECK(errno == 4711);
  CHECK_FALSE(kept_program);
}

TEST_CASE("a pinned map is opened only with the layout that is expected", "[kernel][map]") {
  const auto box = footing::enter("bpf-pin");
  const std::string path = box.bpffs() + "/flows";
  object first = opened(bpf_objects::many_maps());
  object other = opened(bpf_objects::many_maps_signed());
  REQUIRE(first.load());
  REQUIRE(first.find_map("flows").value().pin(path));
  CHECK(open_map(path, *first.spec().find_map("flows")));
  const auto refused = open_map(path, *other.spec().find_map("flows"));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().is(errc::layout_mismatch));
  CHECK(refused.error().subject().find(path) != std::string_view::npos);

  const auto as_program = open_program(path);
  REQUIRE_FALSE(as_program);
  CHECK(as_program.error().is(errc::wrong_type));
  CHECK(as_program.error().found() == "a map");

  const auto again = first.find_map("flows").value().pin(path);
  REQUIRE_FALSE(again);
  CHECK(again.error().is(errc::already_exists));
  const auto dotted = first.find_map("flows").value().pin(path + ".old");
  REQUIRE_FALSE(dotted);
  CHECK(dotted.error().os_error() == EPERM);
  CHECK(dotted.error().advice().find("without dots") != std::string_view::npos);
  const auto absent = open_map(box.bpffs() + "/absent");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().is(errc::not_found));
}
