// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "../../bpf/turnstile.bpf.h"
#include "traffic.hpp"

// How many of the datagrams that passed a hook during upgrades met a program there, to the last one.

using namespace live_engine;

namespace {

template <class Update, class Base = ordered>
struct updating : Base {
  using update_strategy = Update;
};

struct place {
  const char* program;
  unsigned number;  ///< in the turnstile's map
  linchpin::any_hook (stage::*hook)() const;
  bool filter = false;
};
constexpr place at_tcx{"ts_in", turnstile_tcx, &stage::ingress};
constexpr place at_filter{"ts_in", turnstile_tcx, &stage::ingress, true};
constexpr place at_xdp{"ts_xdp", turnstile_xdp, &stage::xdp};
constexpr place at_cgroup{"ts_skb", turnstile_cgroup, &stage::skb};

const char* name_of(const place& where) {
  return where.filter ? "ts_in as a filter" : where.program;
}

std::uint64_t tally(stage& here, linchpin::orchestrator_core& edge, const place& where,
                    unsigned version) {
  const auto read = must(here.kernel.read_map(must(edge.map_handle("turnstile", "ts_tallies"))));
  const std::uint32_t wanted = where.number * turnstile_versions + version;
  for (std::size_t i = 0; i < read.size(); ++i) {
    std::uint32_t key = 0;
    std::memcpy(&key, read.keys.data() + i * sizeof key, sizeof key);
    if (key != wanted) continue;
    std::uint64_t packets = 0;
    std::memcpy(&packets, read.values.data() + i * sizeof packets, sizeof packets);
    return packets;
  }
  FAIL("no tally " << wanted);
  return 0;
}

struct balance {
  std::uint64_t sent;
  std::uint64_t counted;
};

// Waits where a program is detached and not attached again yet, until datagrams have passed there.
class waits_in_the_gap final : public linchpin::apply_observer {
 public:
  waits_in_the_gap(linchpin::kernel& kernel, const traffic& passing)
      : kernel_(kernel), passing_(passing) {}

  void on(const linchpin::step_event& event) noexcept override {
    if (event.what != linchpin::step_event::kind::performed) return;
    if (event.which.kind != linchpin::step_kind::take_out) return;
    // Those of the batch under way may have met the program.
    const auto enough = passing_.arrived() + 2 * traffic::batch;
    if (wait_until(kernel_, [&] { return passing_.arrived() >= enough; })) ++gaps_;
  }
  [[nodiscard]] unsigned gaps() const noexcept { return gaps_; }

 private:
  linchpin::kernel& kernel_;
  const traffic& passing_;
  unsigned gaps_ = 0;
};

// Upgrades back and forth while datagrams pass, each time until some met the new version.
// \param[out] gaps in how many of them some passed between two programs
template <class Policies>
balance upgrade_under(const place& where, unsigned upgrades, unsigned& gaps) {
  stage here;
  auto edge = here.open<Policies>();
  const linchpin::any_hook hook = (here.*where.hook)();
  const auto version = [&](unsigned number) {
    return stage::one("turnstile", where.program, hook,
                      number == 1 ? bpf_objects::turnstile() : bpf_objects::turnstile_v2());
  };
  must(edge.apply({version(1)}));
  traffic passing{here};
  waits_in_the_gap watching{here.kernel, passing};
  for (unsigned i = 0; i < upgrades; ++i) {
    const unsigned next = i % 2 == 0 ? 2 : 1;
    const auto before = tally(here, edge, where, next);
    must(edge.apply(must(edge.plan({version(next)})), &watching));
    INFO("upgrade " << i << " to version " << next);
    REQUIRE(wait_until(here.kernel, [&] { return tally(here, edge, where, next) > before; }));
  }
  const auto sent = passing.stop();
  gaps = watching.gaps();
  return {sent, tally(here, edge, where, 1) + tally(here, edge, where, 2)};
}

template <class Update>
balance upgrade_under_traffic(const place& where, unsigned upgrades, unsigned expected_gaps = 0) {
  unsigned gaps = 0;
  const auto seen = where.filter
                        ? upgrade_under<updating<Update, on_filters>>(where, upgrades, gaps)
                        : upgrade_under<updating<Update>>(where, upgrades, gaps);
  CHECK(gaps == expected_gaps);
  return seen;
}

}  // namespace

TEST_CASE("in place, every datagram is counted once during 50 upgrades", "[kernel][engine]") {
  for (const auto& where : {at_tcx, at_filter, at_xdp, at_cgroup}) {
    DYNAMIC_SECTION(name_of(where)) {
      const auto [sent, counted] = upgrade_under_traffic<linchpin::update::in_place>(where, 50);
      CHECK(counted == sent);
    }
  }
}

TEST_CASE("made before broken, no datagram passes uncounted", "[kernel][engine]") {
  for (const auto& where : {at_tcx, at_filter, at_cgroup}) {
    DYNAMIC_SECTION(name_of(where)) {
      const auto [sent, counted] =
          upgrade_under_traffic<linchpin::update::make_before_break>(where, 50);
      CHECK(counted >= sent);
    }
  }
}

// What the exact counts above are worth: a gap shows in them.
TEST_CASE("recreated, datagrams pass uncounted", "[kernel][engine]") {
  for (const auto& where : {at_tcx, at_filter, at_xdp, at_cgroup}) {
    DYNAMIC_SECTION(name_of(where)) {
      const auto [sent, counted] = upgrade_under_traffic<linchpin::update::recreate>(where, 5, 5);
      CHECK(counted + 5 * traffic::batch <= sent);
    }
  }
}
