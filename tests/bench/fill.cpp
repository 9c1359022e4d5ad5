// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// A map filled by an upgrade before its switch, and one like it by a C program in one call, in turn in
// the same process. What linchpin's step costs includes the journal that tells of it.
#include "ratio_table.hpp"

#include <linchpin/engine/apply_observer.hpp>
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/linchpin.hpp>
#include <linchpin/testing/sandbox.hpp>

#include <benchmark/benchmark.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <utility>
#include <vector>

#include "filled_v1_count.bpf.hpp"
#include "filled_v2_count.bpf.hpp"

namespace {

constexpr double fill_bound = 1.05;

using entry = std::pair<std::uint32_t, std::uint64_t>;

std::vector<entry> make_entries(std::uint32_t count) {
  std::vector<entry> made;
  for (std::uint32_t key = 0; key < count; ++key) made.emplace_back(key, key + 1U);
  return made;
}

// The time from the load to the end of the fill.
class stop_watch final : public linchpin::apply_observer {
 public:
  void on(const linchpin::step_event& event) noexcept override {
    if (event.what != linchpin::step_event::kind::performed) return;
    if (event.which.kind == linchpin::step_kind::load_generation) begun_ = bench::cpu_seconds();
    if (event.which.kind == linchpin::step_kind::fill_map) took = bench::cpu_seconds() - begun_;
  }
  double took = 0;

 private:
  double begun_ = 0;
};

class contest {
 public:
  explicit contest(std::uint32_t count) : count_(count), entries_(make_entries(count)) {
    for (const auto& [key, value] : entries_) {
      keys_.push_back(key);
      values_.push_back(value);
    }
  }

  double ours() {
    version_ = 3 - version_;
    linchpin::component<> wanted{
        "bench",
        linchpin::object_source::memory("bench", version_ == 1 ? bpf_objects::filled_v1_count()
                                                               : bpf_objects::filled_v2_count())};
    wanted.attach("count_packets", linchpin::hook::cgroup_skb_ingress{cgroup_});
    wanted.map<std::uint32_t, std::uint64_t>("packets")
        .max_entries(count_)
        .carry(linchpin::carry::discard{})
        .fill(entries_);
    stop_watch watching;
    edge_.apply(edge_.plan({wanted}).value(), &watching).value();
    return watching.took;
  }

  // Loads the same object, so that its map is as warm.
  double hand() {
    const auto elf = bpf_objects::filled_v1_count();
    bpf_object* const loaded = bpf_object__open_mem(elf.data(), elf.size(), nullptr);
    if (loaded == nullptr) throw std::runtime_error{"cannot open an object by hand"};
    bpf_map* const map = bpf_object__find_map_by_name(loaded, "packets");
    auto written = count_;
    double took = 0;
    int failed = bpf_map__set_max_entries(map, count_);
    if (failed == 0) failed = bpf_object__load(loaded);
    if (failed == 0) {
      took = bench::measure([&] {
        failed =
            bpf_map_update_batch(bpf_map__fd(map), keys_.data(), values_.data(), &written, nullptr);
      });
    }
    bpf_object__close(loaded);
    if (failed != 0 || written != count_) throw std::runtime_error{"cannot fill a map by hand"};
    return took;
  }

 private:
  std::uint32_t count_;
  std::vector<entry> entries_;
  std::vector<std::uint32_t> keys_;
  std::vector<std::uint64_t> values_;
  linchpin::testing::sandbox box_ = linchpin::testing::sandbox::enter("bench").value();
  std::string cgroup_ = box_.make_cgroup("ours").value();
  linchpin::orchestrator<> edge_ = linchpin::orchestrator<>::open(box_.bpffs() + "/ours").value();
  int version_ = 2;
};

void fill(benchmark::State& state) {
  contest between{static_cast<std::uint32_t>(state.range(0))};
  bench::duel measured;
  between.ours();
  between.hand();
  bool ours_first = true;
  for (auto step : state) {
    static_cast<void>(step);
    double of_ours = ours_first ? between.ours() : 0;
    const double of_hand = between.hand();
    if (!ours_first) of_ours = between.ours();
    measured.add(of_ours, of_hand);
    state.SetIterationTime(of_ours);
    ours_first = !ours_first;
  }
  measured.report(state, fill_bound);
}

}  // namespace

int main(int count, char** arguments) {
  benchmark::RegisterBenchmark("fill before the switch, # entries", fill)
      ->Arg(100'000)
      ->Iterations(60)
      ->UseManualTime();
  benchmark::Initialize(&count, arguments);
  if (benchmark::ReportUnrecognizedArguments(count, arguments)) return 2;
  bench::ratio_table table;
  try {
    benchmark::RunSpecifiedBenchmarks(&table);
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "fill: %s\n", failed.what());
    return 1;
  }
}
