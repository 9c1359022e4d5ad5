// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/fd.hpp>
#include <linchpin/hook/families.hpp>

#include <filesystem>

#include <bpf/bpf.h>
#include <fcntl.h>
#include <catch2/generators/catch_generators.hpp>

#include "stage.hpp"

// A program that was attached at a cgroup to be alone there keeps links out, and from all cgroups below.

using namespace live_engine;
using linchpin::errc;
using linchpin::unique_fd;

namespace {

// Somebody's program at connect4 of a cgroup, by BPF_PROG_ATTACH, until destruction.
class lone_stranger {
 public:
  lone_stranger(const std::string& cgroup, std::uint32_t flags)
      : cgroup_(unique_fd::adopt(::open(cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC))),
        program_(unique_fd::adopt(footing::load_verdict(
            BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, 1, "lone_stranger"))) {
    REQUIRE(::bpf_prog_attach(program_.native(), cgroup_.native(), BPF_CGROUP_INET4_CONNECT,
                              flags) == 0);
    bpf_prog_info about{};
    std::uint32_t size = sizeof about;
    REQUIRE(::bpf_obj_get_info_by_fd(program_.native(), &about, &size) == 0);
    id_ = about.id;
  }
  lone_stranger(const lone_stranger&) = delete;
  lone_stranger& operator=(const lone_stranger&) = delete;
  ~lone_stranger() {
    ::bpf_prog_detach2(program_.native(), cgroup_.native(), BPF_CGROUP_INET4_CONNECT);
  }
  [[nodiscard]] std::uint32_t id() const noexcept { return id_; }

 private:
  unique_fd cgroup_;
  unique_fd program_;
  std::uint32_t id_ = 0;
};

// Whoever is attached at connect4 there, asked of the kernel itself.
std::vector<std::uint32_t> attached_at(const std::string& cgroup) {
  const auto directory =
      unique_fd::adopt(::open(cgroup.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  std::vector<std::uint32_t> ids(64);
  auto count = static_cast<std::uint32_t>(ids.size());
  REQUIRE(::bpf_prog_query(directory.native(), BPF_CGROUP_INET4_CONNECT, 0, nullptr, ids.data(),
                           &count) == 0);
  ids.resize(count);
  return ids;
}

// The stage's cgroup, and one below in which the turnstile is to stand.
struct nested_stage : stage {
  std::string below = cgroup() + "/below";
  nested_stage() { std::filesystem::create_directory(below); }
  ~nested_stage() { std::filesystem::remove(below); }
  [[nodiscard]] linchpin::desired_component late() const {
    return one("late", "ts_connect4", linchpin::hook::cgroup_connect4{below});
  }
};

}  // namespace

TEST_CASE(
    "a cgroup below one that takes no others is refused by the plan, with whose program it is",
    "[kernel][engine][refusal][cgroup]") {
  nested_stage here;
  auto edge = here.open();
  must(edge.apply({here.three_hooks()}));
  const std::string where = GENERATE(as<std::string>{}, "here", "above");
  CAPTURE(where);
  const auto& closed = where == "here" ? here.below : here.cgroup();
  std::optional<lone_stranger> theirs{std::in_place, closed, 0U};
  const auto before = here.take_census();
  const auto pins = here.pins(here.bpffs());

  const auto told = refused(edge.plan({here.three_hooks(), here.late()}));
  INFO(told.message());
  CHECK(told.is(errc::busy));
  CHECK(told.is(linchpin::outcome::nothing_tried));
  CHECK(told.subject() == "component late, cgroup_connect4 " + here.below);
  const std::string name = narrow_run() ? "unnamed" : "lone_stranger";
  CHECK(told.found() == "program " + std::to_string(theirs->id()) + " (" + name + ") at " + closed +
                            ", attached without BPF_F_ALLOW_MULTI or BPF_F_ALLOW_OVERRIDE");
  CHECK(told.still_running() == "turnstile generation 1, as before");
  CHECK_FALSE(edge.apply({here.three_hooks(), here.late()}));
  CHECK(attached_at(closed) == std::vector{theirs->id()});
  CHECK(attached_at(here.below).size() == (where == "here" ? 1U : 0U));
  CHECK(here.take_census() == before);
  CHECK(here.pins(here.bpffs()) == pins);
  CHECK(must(edge.plan({here.three_hooks()})).empty());

  // Nothing stays in the way once they have left.
  theirs.reset();
  must(edge.apply({here.three_hooks(), here.late()}));
  CHECK(attached_at(here.below).size() == 1);
}

TEST_CASE("a program above that may be overridden lets ours come below it",
          "[kernel][engine][cgroup]") {
  nested_stage here;
  auto edge = here.open();
  const lone_stranger theirs{here.cgroup(), BPF_F_ALLOW_OVERRIDE};
  must(edge.apply({here.late()}));
  CHECK(attached_at(here.below).size() == 1);
  CHECK(attached_at(here.cgroup()) == std::vector{theirs.id()});
}

TEST_CASE("a cgroup that is closed over ours keeps it, and its upgrades",
          "[kernel][engine][cgroup]") {
  nested_stage here;
  auto edge = here.open();
  must(edge.apply({here.late()}));
  const auto before = attached_at(here.below);
  const lone_stranger theirs{here.cgroup(), 0};
  CHECK(must(edge.plan({here.late()})).empty());
  must(edge.apply({stage::one("late", "ts_connect4", linchpin::hook::cgroup_connect4{here.below},
                              bpf_objects::turnstile_v2())}));
  CHECK(attached_at(here.below).size() == 1);
  CHECK(attached_at(here.below) != before);
}
