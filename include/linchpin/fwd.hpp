// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

// The names that a user's own headers mention, declared and nothing else: costs no compile time.
// What each of them is stands where it is defined.

namespace linchpin::inline LINCHPIN_ABI {

/// core/error.hpp, core/result.hpp
class error;
class failure;
template <class T>
class result;

/// bpf/fd.hpp, bpf/object.hpp, bpf/object_source.hpp, bpf/program.hpp, bpf/map.hpp
class unique_fd;
class fd_ref;
class object;
class object_source;
class object_image;
struct object_spec;
class program;
class program_ref;
class map;
class map_ref;

/// kernel/kernel.hpp, kernel/handle.hpp, kernel/facts.hpp, hook/any_hook.hpp
class kernel;
class handle;
struct handle_ref;
struct kernel_facts;
class any_hook;
class netns_name;

/// policy/policy_set.hpp, and the headers in engine/
struct default_policies;
class desired_component;
struct desired_state;
class plan;
struct plan_form;
struct status;
struct apply_report;
class orchestrator_core;

}  // namespace linchpin
