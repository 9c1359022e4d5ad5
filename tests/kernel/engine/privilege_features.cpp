// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#include "privilege_features.hpp"

#include <linchpin/bpf/fd.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/testing/child.hpp>
#include <linchpin/testing/faulty_kernel.hpp>

#include <algorithm>
#include <cstring>
#include <filesystem>

#include <bpf/bpf.h>
#include <fmt/format.h>

#include <linchpin/core/detail/try.hpp>
#include "congestion.bpf.hpp"
#include "every_hook.bpf.hpp"
#include "many_maps.bpf.hpp"

namespace live_engine {

using namespace linchpin;

namespace {

error went_wrong(std::string_view what) {
  return error{errc::failed, "try"}.found(what);
}

// What a plan says of components that it leaves as they are; empty if there are none.
std::string why_held_back(const plan& made) {
  for (const auto& component : made.components()) {
    if (!component.held_back.empty()) return component.held_back.front();
  }
  return {};
}

// The first thing that is wrong, in the library's words; empty if nothing is.
std::string what_is_wrong(const status& told) {
  for (const auto& component : told.components) {
    for (const auto& attachment : component.attachments) {
      if (attachment.state == attachment_state::live) continue;
      return fmt::format("{}: {}", attachment.hook, text(attachment.state));
    }
    if (!component.problems.empty()) return component.problems.front();
  }
  return told.problems.empty() ? std::string{} : told.problems.front();
}

}  // namespace

outcome_of_trial apply_whole(orchestrator_core& edge, const desired_component& wanted) {
  LINCHPIN_TRY(const auto planned, edge.plan({wanted}));
  if (auto why = why_held_back(planned); !why.empty()) return why;
  LINCHPIN_CHECK(edge.apply(planned));
  LINCHPIN_TRY(const auto told, edge.status());
  return what_is_wrong(told);
}

result<void> start_before(const trial& in, const desired_component& wanted) {
  LINCHPIN_TRY(auto edge, in.open());
  LINCHPIN_CHECK(edge.apply({wanted}));
  return {};
}

namespace {

// One component at one hook; by another mechanism than everybody gets is less than that.
feature at_hook(stage& here, const hook_family& family, const any_hook& hook) {
  const bool program = family.attaches == attached_kind::program;
  desired_component wanted{
      "one", program ? object_source::memory("every_hook", bpf_objects::every_hook())
                     : object_source::memory("congestion", bpf_objects::congestion())};
  wanted.attach(program ? fmt::format("at_{}", family.name) : "lp_cc", hook);
  std::string missing = "no such mechanism";
  std::optional<mechanism> usual;
  for (const auto how : hook.mechanisms()) {
    const auto able = family.available(how, here.kernel.facts());
    if (able.is_no()) {
      missing = able.reason();
    } else if (!usual) {
      usual = how;
    }
  }
  if (usual) missing.clear();
  return {"attach at", std::string{family.name}, missing,
          [wanted, usual](const trial& in) -> outcome_of_trial {
            in.narrow();
            LINCHPIN_TRY(auto edge, in.open());
            LINCHPIN_TRY(auto degraded, apply_whole(edge, wanted));
            if (!degraded.empty()) return degraded;
            LINCHPIN_TRY(const auto told, edge.status());
            const auto how = told.components.at(0).attachments.at(0).how;
            return how == usual ? std::string{} : std::string{mechanism_name(how)};
          }};
}

std::vector<feature> features_at_hooks(stage& here) {
  std::vector<feature> all;
  for (const auto* family : hook_families()) {
    std::string target;
    if (family->target->kind == hook::sockmap_target) target = "sockets";
    if (family->target->kind == hook::interface_target) target = stage::interface;
    if (family->target->kind == hook::cgroup_target) target = here.cgroup();
    // Generic: a veth in native mode sets up its queues at each change, which takes long.
    const any_hook xdp = here.xdp();
    all.push_back(at_hook(
        here, *family,
        family->name == xdp.family().name ? xdp : any_hook{*family, target, family->mechanisms}));
  }
  return all;
}

template <class Policies>
outcome_of_trial upgrade_narrowed(const trial& in, const desired_component& from,
                                  const desired_component& to) {
  {
    LINCHPIN_TRY(auto edge, in.open<Policies>());
    LINCHPIN_CHECK(edge.apply({from}));
  }
  in.narrow();
  LINCHPIN_TRY(auto edge, in.open<Policies>());
  return apply_whole(edge, to);
}

outcome_of_trial carry_by_copy(const trial& in, const std::string& map, std::uint32_t larger) {
  const auto desired = [&](bool next) {
    desired_component made{"maps", object_source::memory("many_maps", bpf_objects::many_maps())};
    made.attach("allow_connect4", in.here.connect4());
    if (next) made.map(map).max_entries(larger).carry(carry::copy{});
    return made;
  };
  map_entries written;
  {
    LINCHPIN_TRY(auto edge, in.open());
    LINCHPIN_CHECK(edge.apply({desired(false)}));
    LINCHPIN_TRY(const auto held, edge.map_handle("maps", map));
    LINCHPIN_TRY(const auto info, in.here.kernel.describe_map(held));
    const bool per_cpu = map.starts_with("percpu");
    written.key_size = info.key_size;
    written.value_size = per_cpu
                             ? (info.value_size + 7) / 8 * 8 * in.here.kernel.facts().possible_cpus
                             : info.value_size;
    written.keys.assign(info.key_size, std::byte{0});
    // 1; of a trie, a prefix of one bit.
    written.keys.front() = std::byte{1};
    written.values.assign(written.value_size, std::byte{0});
    written.values.front() = std::byte{42};
    LINCHPIN_CHECK(in.here.kernel.write_map(held, written, false));
  }
  in.narrow();
  LINCHPIN_TRY(auto edge, in.open());
  LINCHPIN_TRY(auto degraded, apply_whole(edge, desired(true)));
  if (!degraded.empty()) return degraded;
  LINCHPIN_TRY(const auto held, edge.map_handle("maps", map));
  LINCHPIN_TRY(const auto info, in.here.kernel.describe_map(held));
  if (info.max_entries != larger) return went_wrong("a map of the old size");
  LINCHPIN_TRY(const auto found, in.here.kernel.read_map(held));
  for (std::size_t i = 0; i < found.size(); ++i) {
    const auto* key = found.keys.data() + i * found.key_size;
    const auto* value = found.values.data() + i * found.value_size;
    if (std::memcmp(key, written.keys.data(), found.key_size) == 0 &&
        *value == written.values.front()) {
      return std::string{};
    }
  }
  return went_wrong("a map without the entry that was in it");
}

// The pin of the only link of a component.
std::string link_pin(const std::string& root) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
    if (entry.path().filename().string().starts_with("link-")) return entry.path();
  }
  throw std::runtime_error{"no link is pinned below " + root};
}

desired_component connecting_one(const stage& here) {
  return stage::one("one", "ts_connect4", here.connect4());
}

outcome_of_trial mend_a_lost_pin(const trial& in) {
  const auto wanted = connecting_one(in.here);
  LINCHPIN_CHECK(start_before(in, wanted));
  LINCHPIN_TRY(auto edge, in.open());
  const auto pin = link_pin(in.root);
  // Somebody else's descriptor keeps the link while no pin does.
  const auto held = unique_fd::adopt(::bpf_obj_get(pin.c_str()));
  std::filesystem::remove(pin);
  in.narrow();
  LINCHPIN_TRY(auto degraded, apply_whole(edge, wanted));
  if (!degraded.empty()) return degraded;
  return std::filesystem::exists(pin) ? outcome_of_trial{std::string{}}
                                      : went_wrong("a link that is not pinned");
}

outcome_of_trial pin_a_map_again(const trial& in) {
  const auto wanted = connecting_one(in.here);
  LINCHPIN_CHECK(start_before(in, wanted));
  LINCHPIN_TRY(auto edge, in.open());
  LINCHPIN_TRY(const auto pin, edge.map_path("one", "ts_tallies"));
  std::filesystem::remove(pin);
  in.narrow();
  LINCHPIN_CHECK(edge.status());  // notices that it is gone
  LINCHPIN_TRY(auto degraded, apply_whole(edge, wanted));
  if (!degraded.empty()) return degraded;
  return std::filesystem::exists(pin) ? outcome_of_trial{std::string{}}
                                      : went_wrong("a map that is not pinned");
}

// Somebody put a program of his into our link.
outcome_of_trial take_back_a_link(const trial& in) {
  const auto wanted = connecting_one(in.here);
  LINCHPIN_CHECK(start_before(in, wanted));
  const auto link = unique_fd::adopt(::bpf_obj_get(link_pin(in.root).c_str()));
  const auto theirs = unique_fd::adopt(footing::load_verdict(
      BPF_PROG_TYPE_CGROUP_SOCK_ADDR, BPF_CGROUP_INET4_CONNECT, 1, "stranger"));
  if (::bpf_link_update(link.native(), theirs.native(), nullptr) != 0) {
    return error::from_errno(errno, "replace program");
  }
  in.narrow();
  LINCHPIN_TRY(auto edge, in.open());
  return apply_whole(edge, wanted);
}

outcome_of_trial name_others(const trial& in) {
  const stranger other{in.here, in.here.ingress()};
  LINCHPIN_CHECK(start_before(in, stage::one("one", "ts_in", in.here.ingress())));
  in.narrow();
  LINCHPIN_TRY(auto edge, in.open());
  LINCHPIN_TRY(const auto seen, edge.observe());
  for (const auto& chain : seen.chains) {
    if (!chain.seen) return went_wrong("a chain that is not told");
    for (const auto& entry : chain.seen->entries) {
      if (!entry.name_known) return std::string{"told by id, without names"};
    }
  }
  return std::string{};
}

// An upgrade that its process did not live to end.
outcome_of_trial recover_cut_short(const trial& in) {
  LINCHPIN_CHECK(start_before(in, in.here.three_hooks()));
  const auto end = testing::in_child([&in] {
    testing::faulty_kernel faulty{static_cast<kernel&>(in.here.kernel)};
    auto edge = loose_orchestrator<>::open(in.root, {.on = &faulty});
    faulty.arm({.what = testing::fault::kind::die, .nth = 2, .only = testing::verb::update});
    return edge && edge->apply({in.here.three_hooks(bpf_objects::turnstile_v2())}) ? 0 : 1;
  });
  if (!end || !end->killed) return went_wrong("an upgrade that was not cut short");
  in.narrow();
  LINCHPIN_TRY(auto edge, in.open());
  if (edge.recovered().empty()) return went_wrong("nothing to recover");
  LINCHPIN_TRY(const auto told, edge.status());
  return what_is_wrong(told);
}

outcome_of_trial go_on_after_a_restart(const trial& in) {
  LINCHPIN_CHECK(start_before(in, in.here.three_hooks()));
  in.narrow();
  LINCHPIN_TRY(auto edge, in.open());
  LINCHPIN_TRY(const auto planned, edge.plan({in.here.three_hooks()}));
  if (!planned.empty()) return planned.text();
  LINCHPIN_TRY(const auto told, edge.status());
  return what_is_wrong(told);
}

template <class Act>
feature on_running(std::string group, std::string name, Act act) {
  return {std::move(group), std::move(name), {}, [act](const trial& in) -> outcome_of_trial {
            LINCHPIN_CHECK(start_before(in, in.here.three_hooks()));
            in.narrow();
            LINCHPIN_TRY(auto edge, in.open());
            LINCHPIN_CHECK(act(edge));
            return std::string{};
          }};
}

std::vector<feature> features_of_life(stage& here) {
  const auto filter = [&here](std::span<const std::byte> object) {
    return stage::one("one", "ts_in", here.ingress(), object);
  };
  std::vector<feature> all;
  const auto add = [&all](std::string group, std::string name, auto attempt) {
    all.push_back({std::move(group), std::move(name), {}, attempt});
  };
  add("life", "open a store", [](const trial& in) -> outcome_of_trial {
    in.narrow();
    LINCHPIN_CHECK(in.open());
    return std::string{};
  });
  add("life", "go on after a restart", go_on_after_a_restart);
  add("life", "upgrade in place", [](const trial& in) {
    return upgrade_narrowed<default_policies>(in, in.here.three_hooks(),
                                              in.here.three_hooks(bpf_objects::turnstile_v2()));
  });
  add("life", "upgrade a clsact filter", [filter](const trial& in) {
    return upgrade_narrowed<on_filters>(in, filter(bpf_objects::turnstile()),
                                        filter(bpf_objects::turnstile_v2()));
  });
  for (const auto& [map, kind, larger] :
       {std::tuple{"numbers", "hash", 2000U}, std::tuple{"percpu_numbers", "per-CPU hash", 200U},
        std::tuple{"counters", "array", 16U}, std::tuple{"percpu_counters", "per-CPU array", 8U},
        std::tuple{"recent", "LRU hash", 1024U}, std::tuple{"routes", "LPM trie", 32U}}) {
    add("carry by copy", kind, [name = std::string{map}, size = larger](const trial& in) {
      return carry_by_copy(in, name, size);
    });
  }
  add("repair", "recover an upgrade that was cut short", recover_cut_short);
  add("repair", "pin a link again whose pin is lost", mend_a_lost_pin);
  add("repair", "pin a map again whose pin is lost", pin_a_map_again);
  add("repair", "take back a link whose program somebody replaced", take_back_a_link);
  add("end", "detach a clsact filter", [filter](const trial& in) -> outcome_of_trial {
    {
      LINCHPIN_TRY(auto edge, in.open<on_filters>());
      LINCHPIN_CHECK(edge.apply({filter(bpf_objects::turnstile())}));
    }
    in.narrow();
    LINCHPIN_TRY(auto edge, in.open<on_filters>());
    LINCHPIN_CHECK(edge.remove("one"));
    return std::string{};
  });
  all.push_back(on_running("end", "remove a component that has links",
                           [](auto& edge) { return edge.remove("turnstile"); }));
  all.push_back(on_running("end", "release a component",
                           [](auto& edge) { return edge.release("turnstile"); }));
  add("look", "plan where the order policy looks at chains",
      [](const trial& in) -> outcome_of_trial {
        {
          LINCHPIN_TRY(auto edge, in.open<ordered>());
          LINCHPIN_CHECK(edge.apply({in.here.three_hooks()}));
        }
        in.narrow();
        LINCHPIN_TRY(auto edge, in.open<ordered>());
        LINCHPIN_TRY(const auto planned, edge.plan({in.here.three_hooks()}));
        return planned.empty() ? std::string{} : planned.text();
      });
  add("look", "name the programs of others in a chain", name_others);
  add("look", "list all links", [](const trial& in) -> outcome_of_trial {
    in.narrow();
    LINCHPIN_CHECK(in.here.kernel.list_links());
    return std::string{};
  });
  return all;
}

}  // namespace

std::vector<feature> features(stage& here) {
  auto all = features_at_hooks(here);
  for (auto& more : features_of_life(here)) all.push_back(std::move(more));
  for (auto& more : features_elsewhere()) all.push_back(std::move(more));
  for (auto& more : features_of_data()) all.push_back(std::move(more));
  return all;
}

}  // namespace live_engine
