// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object.hpp>
#include <linchpin/bpf/ring_buffer.hpp>
#include <linchpin/bpf/test_run.hpp>
#include <linchpin/hook/families.hpp>

#include <array>

#include <linchpin/core/detail/try.hpp>
#include "privilege_features.hpp"
#include "samples.bpf.hpp"

namespace live_engine {

using namespace linchpin;

namespace {

outcome_of_trial use_a_map(const trial& in) {
  LINCHPIN_CHECK(start_before(in, stage::one("one", "ts_connect4", in.here.connect4())));
  in.narrow();
  LINCHPIN_TRY(auto edge, in.open());
  LINCHPIN_TRY(const auto held, edge.map_handle("one", "ts_tallies"));
  LINCHPIN_TRY(const auto entries, in.here.kernel.read_map(held));
  LINCHPIN_CHECK(in.here.kernel.write_map(held, entries, false));
  return std::string{};
}

result<object> load_samples() {
  LINCHPIN_TRY(auto loaded, object::open(object_source::memory("samples", bpf_objects::samples())));
  LINCHPIN_CHECK(loaded.load());
  return loaded;
}

result<void> emit_samples(const object& from, std::uint32_t count) {
  const std::array<std::byte, 64> packet{};
  test_run_request request;
  request.packet = packet;
  request.repeat = count;
  LINCHPIN_TRY(const auto program, from.find_program("emit_sample"));
  LINCHPIN_CHECK(test_run(program, request));
  return {};
}

outcome_of_trial read_a_ring_buffer(const trial& in) {
  LINCHPIN_TRY(auto source, load_samples());
  LINCHPIN_CHECK(emit_samples(source, 3));
  in.narrow();
  LINCHPIN_TRY(const auto samples, source.find_map("samples"));
  LINCHPIN_TRY(auto ring, linchpin::ring_buffer::over(samples, [](std::span<const std::byte>) {}));
  LINCHPIN_TRY(const auto count, ring.consume());
  return count == 3 ? outcome_of_trial{std::string{}}
                    : error{errc::failed, "try"}.found("another number of samples");
}

outcome_of_trial run_on_a_packet(const trial& in) {
  LINCHPIN_TRY(auto source, load_samples());
  in.narrow();
  LINCHPIN_CHECK(emit_samples(source, 1));
  return std::string{};
}

}  // namespace

std::vector<feature> features_elsewhere() {
  std::vector<feature> all;
  const auto add = [&all](std::string group, std::string name, auto attempt) {
    all.push_back({std::move(group), std::move(name), {}, attempt});
  };
  add("netns", "attach at an interface of another network namespace",
      [](const trial& in) -> outcome_of_trial {
        const any_hook there = hook::tcx_ingress{"lpe1", in.here.far().path()};
        in.narrow();
        LINCHPIN_TRY(auto edge, in.open());
        return apply_whole(edge, stage::one("one", "ts_in", there));
      });
  // XDP has links on every kernel; tcx would be a filter on old ones.
  const auto link_there = [](const trial& in) {
    return stage::one("one", "ts_xdp", hook::xdp{"lpe1", in.here.far().path()}.generic());
  };
  add("netns", "go on beside a hook in another network namespace",
      [link_there](const trial& in) -> outcome_of_trial {
        const auto wanted = link_there(in);
        LINCHPIN_CHECK(start_before(in, wanted));
        in.narrow();
        LINCHPIN_TRY(auto edge, in.open());
        return apply_whole(edge, wanted);
      });
  add("netns", "look at a hook in another network namespace",
      [link_there](const trial& in) -> outcome_of_trial {
        LINCHPIN_CHECK(start_before(in, link_there(in)));
        in.narrow();
        LINCHPIN_TRY(auto edge, in.open());
        LINCHPIN_TRY(const auto seen, edge.observe());
        for (const auto& chain : seen.chains) {
          if (!chain.seen) return std::string{"a chain that is not told"};
        }
        return std::string{};
      });
  add("netns", "end a link in another network namespace",
      [link_there](const trial& in) -> outcome_of_trial {
        LINCHPIN_CHECK(start_before(in, link_there(in)));
        in.narrow();
        LINCHPIN_TRY(auto edge, in.open());
        LINCHPIN_CHECK(edge.remove("one"));
        return std::string{};
      });
  return all;
}

std::vector<feature> features_of_data() {
  std::vector<feature> all;
  const auto add = [&all](std::string group, std::string name, auto attempt) {
    all.push_back({std::move(group), std::move(name), {}, attempt});
  };
  add("data", "read and write a map", use_a_map);
  add("data", "read a ring buffer", read_a_ring_buffer);
  add("data", "run a program on a packet", run_on_a_packet);
  return all;
}

}  // namespace live_engine
