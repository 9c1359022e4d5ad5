# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Defines linchpin::libbpf from a CMake package (Conan) or pkg-config (Debian, vcpkg).
find_package(PkgConfig REQUIRED)
pkg_check_modules(PC_LIBBPF REQUIRED IMPORTED_TARGET libbpf)
if(NOT TARGET linchpin::libbpf)
  add_library(linchpin::libbpf INTERFACE IMPORTED)
  target_link_libraries(linchpin::libbpf INTERFACE PkgConfig::PC_LIBBPF)
endif()
include(FindPackageHandleStandardArgs)
set(Libbpf_VERSION ${PC_LIBBPF_VERSION})
find_package_handle_standard_args(Libbpf REQUIRED_VARS PC_LIBBPF_FOUND VERSION_VAR Libbpf_VERSION)
