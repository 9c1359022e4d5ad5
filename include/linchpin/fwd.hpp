// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linchpin/core/abi.hpp>

// The names that a user's own headers mention, declared and nothing else: costs no compile time.

namespace linchpin::inline LINCHPIN_ABI {

// core
class error;
class failure;
template <class T>
class result;

// bpf
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

// kernel, hook
class kernel;
class handle;
struct handle_ref;
struct kernel_facts;
class any_hook;

// policy, engine
struct default_policies;
class desired_component;
struct desired_state;
class plan;
struct plan_form;
struct status;
struct apply_report;
class orchestrator_core;

}  // namespace linchpin
