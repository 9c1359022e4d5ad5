# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# As a package manager makes one of libbpf: with a target of its own, and none of those that linchpin links.
set(libbpf_VERSION 1.1)
if(NOT TARGET libbpf::libbpf)
  find_library(package_of_libbpf bpf REQUIRED)
  add_library(libbpf::libbpf INTERFACE IMPORTED)
  target_link_libraries(libbpf::libbpf INTERFACE ${package_of_libbpf})
  target_include_directories(libbpf::libbpf INTERFACE $<$<CONFIG:Release>:/usr/include>)
endif()
