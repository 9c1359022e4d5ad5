# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# Defines linchpin::libbpf, Libbpf_VERSION and Libbpf_INCLUDE_DIRS from a CMake package of libbpf
# (Conan makes one) or from pkg-config (Debian, Fedora, vcpkg).
include(FindPackageHandleStandardArgs)
if(NOT TARGET linchpin::libbpf)
  find_package(libbpf CONFIG QUIET)
  if(TARGET libbpf::libbpf)
    set(_linchpin_libbpf libbpf::libbpf)
    set(Libbpf_VERSION ${libbpf_VERSION})
    get_target_property(_linchpin_dirs libbpf::libbpf INTERFACE_INCLUDE_DIRECTORIES)
    # Conan wraps its folders in $<$<CONFIG:..>:..>; clang for BPF needs the bare folder.
    string(REGEX REPLACE "\\$<\\$<CONFIG:[^>]*>:([^>]*)>" "\\1" Libbpf_INCLUDE_DIRS
                         "${_linchpin_dirs}")
  else()
    find_package(PkgConfig QUIET)
    if(PkgConfig_FOUND)
      pkg_check_modules(PC_LIBBPF QUIET IMPORTED_TARGET GLOBAL libbpf)
    endif()
    if(PC_LIBBPF_FOUND)
      set(_linchpin_libbpf PkgConfig::PC_LIBBPF)
      set(Libbpf_VERSION ${PC_LIBBPF_VERSION})
      set(Libbpf_INCLUDE_DIRS ${PC_LIBBPF_INCLUDE_DIRS})
    endif()
  endif()
  if(_linchpin_libbpf)
    add_library(linchpin::libbpf INTERFACE IMPORTED GLOBAL)
    target_link_libraries(linchpin::libbpf INTERFACE ${_linchpin_libbpf})
    set_target_properties(linchpin::libbpf PROPERTIES
      LINCHPIN_VERSION "${Libbpf_VERSION}" LINCHPIN_INCLUDE_DIRS "${Libbpf_INCLUDE_DIRS}")
  endif()
else()
  get_target_property(Libbpf_VERSION linchpin::libbpf LINCHPIN_VERSION)
  get_target_property(Libbpf_INCLUDE_DIRS linchpin::libbpf LINCHPIN_INCLUDE_DIRS)
  set(_linchpin_libbpf linchpin::libbpf)
endif()
find_package_handle_standard_args(Libbpf
  REQUIRED_VARS _linchpin_libbpf VERSION_VAR Libbpf_VERSION
  REASON_FAILURE_MESSAGE "install libbpf-dev, or the libbpf package of Conan or vcpkg")
