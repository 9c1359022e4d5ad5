// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/hook/families.hpp>
#include <linchpin/testing/child.hpp>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "no_programs.bpf.hpp"
#include "rejected.bpf.hpp"
#include "stage.hpp"
#include "store/envelope.hpp"
#include "turnstile_broken.bpf.hpp"
#include "turnstile_wide.bpf.hpp"

// What is asked for wrongly is refused in words that help, and leaves the running kernel alone.

using namespace live_engine;
using linchpin::desired_component;
using linchpin::errc;
using linchpin::object_source;

namespace {

// Where the turnstile runs, and must run on whatever is refused.
struct running_stage : stage {
  loose_orchestrator<ordered> edge = open();
  census before;
  std::vector<std::string> pins_before;
  std::vector<std::vector<linchpin::link_id>> links_before;

  running_stage() {
    must(edge.apply({three_hooks()}));
    before = take_census();
    pins_before = pins(bpffs());
    links_before = all_links();
  }

  std::vector<std::vector<linchpin::link_id>> all_links() {
    return {links(ingress()), links(xdp()), links(skb()), links(egress()), links(connect4())};
  }
  void check_untouched() {
    CHECK(all_links() == links_before);
    CHECK(pins(bpffs()) == pins_before);
    CHECK(wait_until(kernel, [&] { return take_census() == before; }));
    CHECK(must(edge.plan({three_hooks()})).empty());
    CHECK(must(edge.status()).healthy());
  }
  // By plan already: nothing is tried.
  linchpin::error refusal(std::initializer_list<desired_component> desired) {
    auto told = refused(edge.plan(desired));
    CHECK(told.still_running() == "turnstile generation 1, as before");
    CHECK_FALSE(edge.apply(desired));
    check_untouched();
    return told;
  }
};

bool says(const linchpin::error& told, std::string_view words) {
  UNSCOPED_INFO(told.message());
  return told.message().find(words) != std::string::npos;
}

struct file {
  file(std::string where, std::string_view content) : path(std::move(where)) {
    std::ofstream{path, std::ios::binary} << content;
  }
  file(const file&) = delete;
  file& operator=(const file&) = delete;
  ~file() { std::filesystem::remove(path); }
  std::string path;
};

std::string temporary(std::string_view name) {
  return "/tmp/linchpin-engine-" + std::to_string(::getpid()) + "-" + std::string{name};
}

desired_component from_file(const stage& here, const std::string& path) {
  desired_component made{"late", object_source::file(path)};
  made.attach("ts_in", here.ingress());
  return made;
}

}  // namespace

TEST_CASE("a missing object file is refused by its path", "[kernel][engine][refusal]") {
  running_stage here;
  const auto told = here.refusal({here.three_hooks(), from_file(here, "/nowhere/late.bpf.o")});
  CHECK(told.is(errc::not_found));
  CHECK(says(told, "component late"));
  CHECK(says(told, "/nowhere/late.bpf.o"));
}

TEST_CASE("a file that is not an ELF is refused by its path", "[kernel][engine][refusal]") {
  running_stage here;
  const file script{temporary("script"), "#!/bin/sh\necho this is not what was meant\n"};
  const auto told = here.refusal({here.three_hooks(), from_file(here, script.path)});
  CHECK(told.is(errc::bad_format));
  CHECK(says(told, "component late"));
  CHECK(says(told, script.path));
  CHECK(says(told, "ELF"));
  const file empty{temporary("empty"), ""};
  CHECK(here.refusal({here.three_hooks(), from_file(here, empty.path)}).is(errc::bad_format));
}

TEST_CASE("an ELF that was cut short is refused", "[kernel][engine][refusal]") {
  running_stage here;
  const auto whole = bpf_objects::turnstile();
  const std::string_view text{reinterpret_cast<const char*>(whole.data()), whole.size()};
  const file cut{temporary("cut"), text.substr(0, text.size() / 2)};
  CHECK(here.refusal({here.three_hooks(), from_file(here, cut.path)}).is(errc::bad_format));
}

TEST_CASE("a program of an object without programs is not found", "[kernel][engine][refusal]") {
  running_stage here;
  const auto told = here.refusal({here.three_hooks(), stage::one("late", "ts_in", here.ingress(),
                                                                 bpf_objects::no_programs())});
  CHECK(told.is(errc::not_found));
  CHECK(says(told, "component late"));
  CHECK(says(told, "program"));
}

TEST_CASE("a misspelt program is answered with the name that was meant",
          "[kernel][engine][refusal]") {
  running_stage here;
  const auto told =
      here.refusal({here.three_hooks(), stage::one("late", "ts_inn", here.ingress())});
  CHECK(told.is(errc::not_found));
  CHECK(says(told, "component late"));
  CHECK(says(told, "tcx_ingress lpe0"));
  CHECK(says(told, "did you mean 'ts_in'?"));
}

TEST_CASE("a program of another type than the hook takes is refused with both",
          "[kernel][engine][refusal]") {
  running_stage here;
  const auto told =
      here.refusal({here.three_hooks(), stage::one("late", "ts_xdp", here.ingress())});
  CHECK(told.is(errc::wrong_type));
  CHECK(says(told, "component late"));
  CHECK(says(told, "ts_xdp"));
  CHECK(says(told, "tcx_ingress lpe0"));
}

TEST_CASE("a connect6 program does not come to stand at connect4", "[kernel][engine][refusal]") {
  running_stage here;
  const auto told =
      here.refusal({here.three_hooks(), stage::one("late", "ts_connect6", here.connect4())});
  CHECK(told.is(errc::wrong_type));
  CHECK(says(told, "connect6"));
  CHECK(says(told, "cgroup_connect4"));
}

TEST_CASE("an interface that is not there is refused by name", "[kernel][engine][refusal]") {
  running_stage here;
  const auto told = here.refusal(
      {here.three_hooks(), stage::one("late", "ts_in", linchpin::hook::tcx_ingress{"lpe7"})});
  CHECK(told.is(errc::not_found));
  CHECK(says(told, "component late"));
  CHECK(says(told, "interface lpe7"));
}

TEST_CASE("a cgroup that is not there is refused by path", "[kernel][engine][refusal]") {
  running_stage here;
  const auto path = here.cgroup() + "-gone";
  const auto told =
      here.refusal({here.three_hooks(),
                    stage::one("late", "ts_connect4", linchpin::hook::cgroup_connect4{path})});
  CHECK(told.is(errc::not_found));
  CHECK(says(told, "component late"));
  CHECK(says(told, path));
}

TEST_CASE("a path that is no cgroup is refused", "[kernel][engine][refusal]") {
  running_stage here;
  const auto told =
      here.refusal({here.three_hooks(),
                    stage::one("late", "ts_connect4", linchpin::hook::cgroup_connect4{"/tmp"})});
  CHECK(told.is(errc::unsupported));
  CHECK(says(told, "component late, cgroup_connect4 /tmp"));
  CHECK(says(told, "findmnt"));
}

TEST_CASE("two components of one name are refused on the running kernel",
          "[kernel][engine][refusal]") {
  running_stage here;
  const auto told = here.refusal({here.three_hooks(), here.three_hooks()});
  CHECK(told.is(errc::already_exists));
  CHECK(says(told, "component turnstile"));
}

TEST_CASE("two components that want the one place at xdp are both named",
          "[kernel][engine][refusal]") {
  running_stage here;
  const auto lo = linchpin::hook::xdp{"lo"}.generic();
  const auto told = here.refusal({here.three_hooks(), stage::one("left", "ts_xdp", lo),
                                  stage::one("right", "ts_xdp", lo, bpf_objects::turnstile_v2())});
  CHECK(told.is(errc::busy));
  CHECK(says(told, "xdp lo"));
  CHECK(says(told, "component left"));
  CHECK(says(told, "component right"));
}

TEST_CASE("xdp that somebody else has is refused, and theirs goes on running",
          "[kernel][engine][refusal]") {
  running_stage here;
  const linchpin::any_hook lo = linchpin::hook::xdp{"lo"}.generic();
  stranger theirs{here, lo};
  const auto told = here.refusal({here.three_hooks(), stage::one("late", "ts_xdp", lo)});
  CHECK(told.is(errc::busy));
  CHECK(says(told, "component late, xdp lo"));
  CHECK(says(told, narrow_run() ? "unnamed" : "stranger"));
  CHECK(says(told, std::to_string(theirs.id().value)));
  CHECK(theirs.runs());
}

TEST_CASE("a live map of another layout is refused with the fields that differ",
          "[kernel][engine][refusal]") {
  running_stage here;
  const auto told = here.refusal({here.three_hooks(bpf_objects::turnstile_wide())});
  CHECK(told.is(errc::layout_mismatch));
  CHECK(says(told, "component turnstile, map ts_tallies"));
  CHECK(says(told, "packets"));
  CHECK(says(told, "reserved"));
  CHECK(says(told, "carry::discard"));
}

TEST_CASE("a program that the verifier refuses leaves the old one running and its whole log",
          "[kernel][engine][refusal]") {
  running_stage here;
  const auto told = refused(here.edge.apply({here.three_hooks(bpf_objects::turnstile_broken())}));
  INFO(told.message());
  CHECK(told.is(linchpin::outcome::rolled_back));
  CHECK(says(told, "component turnstile"));
  CHECK(says(told, "ts_in"));
  CHECK(says(told, "turnstile generation 1"));
  CHECK(told.log().find("invalid access to packet") != std::string_view::npos);
  CHECK(told.log().find("processed ") != std::string_view::npos);
  here.check_untouched();

  SECTION("a long log too, from its first instruction to its last word") {
    const auto lo = linchpin::hook::xdp{"lo"}.generic();
    const auto long_story =
        refused(here.edge.apply({here.three_hooks(), stage::one("late", "reads_past_the_end", lo,
                                                                bpf_objects::rejected())}));
    CHECK(long_story.is(linchpin::outcome::rolled_back));
    CHECK(long_story.log().size() > 65536);
    CHECK(long_story.log().find("0: (") < 4096);
    CHECK(long_story.log().find("processed ") != std::string_view::npos);
    here.check_untouched();
  }
}

TEST_CASE("a root that is not on a bpffs is refused with how to mount one",
          "[kernel][engine][refusal]") {
  running_stage here;
  const auto place = temporary("tmpfs");
  REQUIRE(::mkdir(place.c_str(), 0700) == 0);
  REQUIRE(::mount("tmpfs", place.c_str(), "tmpfs", 0, nullptr) == 0);
  for (const auto& root : {place, place + "/edge", place + "/deep/edge"}) {
    const auto told = refused(loose_orchestrator<>::open(root, {.on = &here.kernel}));
    CHECK(told.is(errc::unsupported));
    CHECK(says(told, root));
    CHECK(says(told, "a tmpfs"));
    CHECK(says(told, "mount -t bpf"));
  }
  CHECK(here.pins(place).empty());
  CHECK(::umount(place.c_str()) == 0);
  CHECK(::rmdir(place.c_str()) == 0);
  here.check_untouched();
}

TEST_CASE("where no bpffs is mounted, the sysfs that stands in its place is named",
          "[kernel][engine][refusal]") {
  running_stage here;
  const auto place = temporary("sysfs");
  REQUIRE(::mkdir(place.c_str(), 0700) == 0);
  // A machine's /sys as it is before anybody mounts a bpffs at its fs/bpf.
  REQUIRE(::mount("sysfs", place.c_str(), "sysfs", 0, nullptr) == 0);
  const auto usual = place + "/fs/bpf";
  for (const auto& root : {usual, usual + "/edge", usual + "/deep/edge"}) {
    const auto told = refused(loose_orchestrator<>::open(root, {.on = &here.kernel}));
    CHECK(told.is(errc::unsupported));
    CHECK(says(told, usual));
    CHECK(told.expected() == "a directory on a bpffs");
    CHECK(told.found() == "sysfs: no bpffs is mounted there");
    CHECK(says(told, "mount -t bpf"));
  }
  CHECK(here.pins(usual).empty());
  CHECK(::umount(place.c_str()) == 0);
  CHECK(::rmdir(place.c_str()) == 0);
  here.check_untouched();
}

TEST_CASE("a store that a newer linchpin wrote is left alone",
          "[kernel][engine][refusal][damage]") {
  running_stage here;
  { const auto ended = std::move(here.edge); }
  const auto path = here.root() + "/manifest";
  const auto written = must(here.kernel.read_blob(path)).value();
  auto newer = written;
  auto kind = linchpin::detail::manifest_kind;
  const auto next = ++kind.format;
  linchpin::detail::seal(kind, newer);
  must(here.kernel.write_blob(path, newer));

  const auto told = refused(loose_orchestrator<ordered>::open(here.root()));
  CHECK(told.is(errc::newer_format));
  CHECK(says(told, here.root()));
  CHECK(says(told, "format " + std::to_string(next)));
  CHECK(says(told, "nothing was touched"));
  CHECK(here.all_links() == here.links_before);
  CHECK(must(here.kernel.read_blob(path)).value() == newer);

  SECTION("one that is only damaged is rebuilt from what lies beside it, and is told of") {
    auto damaged = written;
    damaged.back() ^= std::byte{1};
    must(here.kernel.write_blob(path, damaged));
    auto edge = must(loose_orchestrator<ordered>::open(here.root()));
    const auto status = must(edge.status());
    CHECK_FALSE(status.components.empty());
    REQUIRE(status.problems.size() == 1);
    CHECK(status.problems.front().starts_with(path));
    CHECK(here.all_links() == here.links_before);
  }
  must(here.kernel.write_blob(path, written));
  here.edge = here.open();
  here.check_untouched();
}
