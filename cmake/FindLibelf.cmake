# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Defines linchpin::libelf and Libelf_VERSION from a CMake package of elfutils (Conan makes one) or
# from pkg-config (Debian, Fedora, vcpkg).
include(FindPackageHandleStandardArgs)
if(NOT TARGET linchpin::libelf)
  find_package(elfutils CONFIG QUIET)
  if(TARGET elfutils::libelf)
    set(_linchpin_libelf elfutils::libelf)
    set(Libelf_VERSION ${elfutils_VERSION})
  else()
    find_package(PkgConfig QUIET)
    if(PkgConfig_FOUND)
      pkg_check_modules(PC_LIBELF QUIET IMPORTED_TARGET GLOBAL libelf)
    endif()
    if(PC_LIBELF_FOUND)
      set(_linchpin_libelf PkgConfig::PC_LIBELF)
      set(Libelf_VERSION ${PC_LIBELF_VERSION})
    endif()
  endif()
  if(_linchpin_libelf)
    add_library(linchpin::libelf INTERFACE IMPORTED GLOBAL)
    target_link_libraries(linchpin::libelf INTERFACE ${_linchpin_libelf})
    set_target_properties(linchpin::libelf PROPERTIES LINCHPIN_VERSION "${Libelf_VERSION}")
  endif()
else()
  get_target_property(Libelf_VERSION linchpin::libelf LINCHPIN_VERSION)
  set(_linchpin_libelf linchpin::libelf)
endif()
find_package_handle_standard_args(Libelf
  REQUIRED_VARS _linchpin_libelf VERSION_VAR Libelf_VERSION
  REASON_FAILURE_MESSAGE "install libelf-dev, or the elfutils package of Conan or vcpkg")
