// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#ifndef COUNTER_SLOTS
#error "built without the definition that the project gave"
#endif
