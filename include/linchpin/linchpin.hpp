// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// What a service includes that hands its BPF programs to an orchestrator. Each header also stands alone. Two
// things are apart, since they cost more to compile than all of this: linchpin/bpf.hpp, for who opens and loads
// objects without an orchestrator, and linchpin/testing.

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

#include <linchpin/bpf/info.hpp>
#include <linchpin/bpf/object_source.hpp>
#include <linchpin/bpf/object_spec.hpp>

#include <linchpin/kernel/attach_point.hpp>
#include <linchpin/kernel/facts.hpp>
#include <linchpin/kernel/handle.hpp>
#include <linchpin/kernel/info.hpp>
#include <linchpin/kernel/kernel.hpp>
#include <linchpin/kernel/map_entries.hpp>

#include <linchpin/hook/any_hook.hpp>
#include <linchpin/hook/every_hook.hpp>
#include <linchpin/hook/interface.hpp>
#include <linchpin/hook/netns_name.hpp>
#include <linchpin/hook/traits.hpp>
#include <linchpin/hook/typed_hook.hpp>

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

#include <linchpin/store/records.hpp>

#include <linchpin/engine/apply_observer.hpp>
#include <linchpin/engine/apply_report.hpp>
#include <linchpin/engine/component.hpp>
#include <linchpin/engine/decisions.hpp>
#include <linchpin/engine/desired_component.hpp>
#include <linchpin/engine/map_fill.hpp>
#include <linchpin/engine/orchestrator.hpp>
#include <linchpin/engine/plan.hpp>
#include <linchpin/engine/skeleton.hpp>
#include <linchpin/engine/snapshot.hpp>
#include <linchpin/engine/status.hpp>
#include <linchpin/engine/step.hpp>
