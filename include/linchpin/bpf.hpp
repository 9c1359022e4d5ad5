// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// All of the target linchpin::bpf: RAII over libbpf, which needs nothing of linchpin to link. Each header also
// stands alone.
//
// Two headers are left out, since they include fmt: <linchpin/core/text.hpp> and <linchpin/bpf/text.hpp> let fmt print
// errors, answers, ids and types.
//
// The C library has functions of its own called link and error, so that `using namespace linchpin;` makes these two
// names ambiguous in a file that sees them too. Write `namespace lp = linchpin;` and lp::link there.

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
#include <linchpin/bpf/object_source.hpp>
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
