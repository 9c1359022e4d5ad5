// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include <linchpin/bpf/object.hpp>
#include <linchpin/bpf/object_image.hpp>

#include <catch2/catch_test_macros.hpp>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "conformance_cgroup.bpf.hpp"
#include "conformance_maps.bpf.hpp"
#include "conformance_netns.bpf.hpp"
#include "conformance_tcx.bpf.hpp"
#include "elf_mutation.hpp"
#include "every_hook.bpf.hpp"
#include "gate.bpf.hpp"
#include "grow.bpf.hpp"
#include "guard.bpf.hpp"
#include "guide.bpf.hpp"
#include "long_name.bpf.hpp"
#include "many_maps.bpf.hpp"
#include "no_programs.bpf.hpp"
#include "optional.bpf.hpp"
#include "pass_all.bpf.hpp"
#include "property.bpf.hpp"
#include "references.bpf.hpp"
#include "rejected.bpf.hpp"
#include "relay.bpf.hpp"
#include "samples.bpf.hpp"
#include "tail_cgroup.bpf.hpp"
#include "tail_tc.bpf.hpp"
#include "turnstile.bpf.hpp"

// Damaged objects, thousands of them: each is opened, or refused with a reason. They are opened by a child
// process, so that a crash is a failure of this test and not its end.

namespace mutated_object_test {

using namespace linchpin;

namespace {

// Five seconds with the address sanitizer.
constexpr std::uint64_t mutants = 12'000;
constexpr unsigned hang_seconds = 20;
constexpr long most_kilobytes = 1L << 20;

std::span<const std::byte> sound_object(std::uint64_t number) {
  using namespace bpf_objects;
  static const std::span<const std::byte> all[] = {conformance_cgroup(),
                                                   conformance_maps(),
                                                   conformance_netns(),
                                                   conformance_tcx(),
                                                   every_hook(),
                                                   gate(),
                                                   grow(),
                                                   guard(),
                                                   guide(),
                                                   long_name(),
                                                   many_maps(),
                                                   no_programs(),
                                                   optional(),
                                                   pass_all(),
                                                   property(),
                                                   rejected(),
                                                   relay(),
                                                   samples(),
                                                   tail_cgroup(),
                                                   tail_tc(),
                                                   turnstile(),
                                                   references(),
                                                   references(),
                                                   references()};
  return all[number % std::size(all)];
}

// What a child has to say, however it ends.
struct shared_state {
  std::uint64_t at = 0;          ///< the mutant that it works on
  std::uint64_t speechless = 0;  ///< mutants that were refused without a reason, and the last
  std::uint64_t last_speechless = 0;
  std::uint64_t opened = 0;
  std::uint64_t refused = 0;
};

class shared_memory {
 public:
  shared_memory() {
    void* const at = ::mmap(nullptr, sizeof(shared_state), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(at != MAP_FAILED);
    state_ = new (at) shared_state;
  }
  shared_memory(const shared_memory&) = delete;
  shared_memory& operator=(const shared_memory&) = delete;
  ~shared_memory() { ::munmap(state_, sizeof(shared_state)); }
  shared_state* operator->() const noexcept { return state_; }
  shared_state& operator*() const noexcept { return *state_; }

 private:
  shared_state* state_;
};

void open_mutant(shared_state& state) {
  auto bytes = elf_mutation{sound_object(state.at), state.at}.run();
  auto image = object_image::parse("mutant", std::move(bytes));
  if (image) {
    // The first opening went with the parsing; this is another one.
    const auto copy = *image;
    const auto opened = object::open(copy);
    state.opened += opened ? 1U : 0U;
    return;
  }
  ++state.refused;
  const auto& why = image.error();
  if (why.is(errc::bad_format) && !(why.found().empty() && why.log().empty())) return;
  ++state.speechless;
  state.last_speechless = state.at;
}

[[noreturn]] void open_mutants(shared_state& state) {
  for (; state.at < mutants; ++state.at) {
    ::alarm(hang_seconds);
    open_mutant(state);
  }
  ::_exit(0);
}

}  // namespace

TEST_CASE("a damaged object is opened, or refused with a reason, and never crashes", "[bpf][elf]") {
  const shared_memory state;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) open_mutants(*state);
  int status = 0;
  rusage used{};
  REQUIRE(::wait4(child, &status, 0, &used) == child);
  INFO("mutant " << state->at);
  CHECK_FALSE(WIFSIGNALED(status));
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(used.ru_maxrss < most_kilobytes);
  INFO("the last one that was refused without a reason: " << state->last_speechless);
  CHECK(state->speechless == 0);
  // A check that refuses everything, or a mutation that changes nothing, proves nothing.
  CHECK(state->opened > mutants / 10);
  CHECK(state->refused > mutants / 10);
}

}  // namespace mutated_object_test
