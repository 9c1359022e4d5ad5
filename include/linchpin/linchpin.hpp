// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// Everything but linchpin/testing. Each header also stands alone; include what you use where
// compile time matters.

#include <linchpin/fwd.hpp>
#include <linchpin/version.hpp>

#include <linchpin/core/abi.hpp>
#include <linchpin/core/answer.hpp>
#include <linchpin/core/error.hpp>
#include <linchpin/core/hook_abilities.hpp>
#include <linchpin/core/ids.hpp>
#include <linchpin/core/privileges.hpp>
#include <linchpin/core/result.hpp>
#include <linchpin/core/uapi.hpp>

#include <linchpin/bpf/btf.hpp>
#include <linchpin/bpf/elf_check.hpp>
#include <linchpin/bpf/errno_hint.hpp>
#include <linchpin/bpf/fd.hpp>
#include <linchpin/bpf/info.hpp>
#include <linchpin/bpf/link.hpp>
#include <linchpin/bpf/map.hpp>
#include <linchpin/bpf/map_layout.hpp>
#include <linchpin/bpf/named_list.hpp>
#include <linchpin/bpf/object.hpp>
#include <linchpin/bpf/object_image.hpp>
#include <linchpin/bpf/object_spec.hpp>
#include <linchpin/bpf/owner.hpp>
#include <linchpin/bpf/percpu_map.hpp>
#include <linchpin/bpf/possible_cpus.hpp>
#include <linchpin/bpf/program.hpp>
#include <linchpin/bpf/raw_map.hpp>
#include <linchpin/bpf/ring_buffer.hpp>
#include <linchpin/bpf/test_run.hpp>
#include <linchpin/bpf/type_name.hpp>
#include <linchpin/bpf/typed_map.hpp>

#include <linchpin/kernel/attach_point.hpp>
#include <linchpin/kernel/facts.hpp>
#include <linchpin/kernel/handle.hpp>
#include <linchpin/kernel/info.hpp>
#include <linchpin/kernel/kernel.hpp>
#include <linchpin/kernel/live_kernel.hpp>

#include <linchpin/hook/any_hook.hpp>
#include <linchpin/hook/cgroup.hpp>
#include <linchpin/hook/families.hpp>
#include <linchpin/hook/interface.hpp>
#include <linchpin/hook/netns.hpp>
#include <linchpin/hook/netns_name.hpp>
#include <linchpin/hook/tcx.hpp>
#include <linchpin/hook/traits.hpp>
#include <linchpin/hook/typed_hook.hpp>
#include <linchpin/hook/xdp.hpp>

#include <linchpin/policy/carry.hpp>
#include <linchpin/policy/concepts.hpp>
#include <linchpin/policy/decision.hpp>
#include <linchpin/policy/drift.hpp>
#include <linchpin/policy/fallback.hpp>
#include <linchpin/policy/lifetime.hpp>
#include <linchpin/policy/lift.hpp>
#include <linchpin/policy/order.hpp>
#include <linchpin/policy/policy_set.hpp>
#include <linchpin/policy/policy_values.hpp>
#include <linchpin/policy/recovery.hpp>
#include <linchpin/policy/sizing.hpp>
#include <linchpin/policy/update.hpp>
#include <linchpin/policy/views.hpp>

#include <linchpin/store/format_1.hpp>
#include <linchpin/store/journal.hpp>
#include <linchpin/store/manifest.hpp>
#include <linchpin/store/records.hpp>
#include <linchpin/store/store.hpp>

#include <linchpin/engine/apply_observer.hpp>
#include <linchpin/engine/apply_report.hpp>
#include <linchpin/engine/component.hpp>
#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/desired_component.hpp>
#include <linchpin/engine/desired_state.hpp>
#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/engine/plan.hpp>
#include <linchpin/engine/plan_form.hpp>
#include <linchpin/engine/snapshot.hpp>
#include <linchpin/engine/status.hpp>
#include <linchpin/engine/step.hpp>
#include <linchpin/engine/text_form.hpp>
