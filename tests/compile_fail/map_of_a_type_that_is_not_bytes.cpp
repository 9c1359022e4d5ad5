// SPDX-FileCopyrightText: 2026 The linchpin authors
// SPDX-License-Identifier: Apache-2.0
// expect: its key and value are trivially copyable types
#include <linchpin/engine/component.hpp>

#include <string>

void say(linchpin::component<>& edge) {
#ifdef FORBIDDEN
  edge.map<unsigned, std::string>("names").max_entries(3);
#else
  edge.map<unsigned, char[16]>("names").max_entries(3);
#endif
}
