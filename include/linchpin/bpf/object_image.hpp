// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The functions that read an object: its file, its ELF, and what libbpf makes of it. They are not
// in `object_source.hpp`, since they cost as much to compile as all the rest of linchpin, and
// services leave the reading to the orchestrator.

#include <linchpin/bpf/object_source.hpp>

#include <linchpin/bpf/detail/object_image.hpp>
#include <linchpin/bpf/detail/object_reading.hpp>
