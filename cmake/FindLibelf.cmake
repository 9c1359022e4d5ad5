# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
find_package(PkgConfig REQUIRED)
pkg_check_modules(PC_LIBELF REQUIRED IMPORTED_TARGET libelf)
if(NOT TARGET linchpin::libelf)
  add_library(linchpin::libelf INTERFACE IMPORTED)
  target_link_libraries(linchpin::libelf INTERFACE PkgConfig::PC_LIBELF)
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(Libelf REQUIRED_VARS PC_LIBELF_FOUND)
