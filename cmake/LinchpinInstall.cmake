# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# What an installed linchpin consists of: library, headers, BPF headers, CMake package, linchpin.pc.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/linchpin)

install(TARGETS linchpin EXPORT linchpinTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT linchpinTargets NAMESPACE linchpin:: DESTINATION ${package_dir})
install(DIRECTORY include/linchpin DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.hpp")
# In a folder of their own: a BPF compile must not see the C++ headers.
set(linchpin_bpf_headers ${CMAKE_INSTALL_DATADIR}/linchpin/bpf)
install(DIRECTORY bpf/ DESTINATION ${linchpin_bpf_headers}
        FILES_MATCHING PATTERN "linchpin*.bpf.h")  # the others belong to the examples

get_target_property(type linchpin TYPE)
set(linchpin_is_shared OFF)
if(type STREQUAL SHARED_LIBRARY)
  set(linchpin_is_shared ON)
endif()
configure_package_config_file(cmake/linchpinConfig.cmake.in linchpinConfig.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS linchpin_bpf_headers
  NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(linchpinConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/linchpinConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/linchpinConfigVersion.cmake
  cmake/FindLibbpf.cmake cmake/FindLibelf.cmake
  cmake/LinchpinBpf.cmake cmake/LinchpinEmbed.cmake
  DESTINATION ${package_dir})

# linchpin.pc finds its prefix from where it lies, so that an installed tree can be moved.
set(pc_prefix ${CMAKE_INSTALL_PREFIX})
foreach(dir IN ITEMS LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
    set(pc_${dir} ${CMAKE_INSTALL_${dir}})
  else()
    set(pc_${dir} "\${prefix}/${CMAKE_INSTALL_${dir}}")
  endif()
endforeach()
if(NOT IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}")
  file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  set(pc_prefix "\${pcfiledir}/${up}")
endif()
configure_file(cmake/linchpin.pc.in linchpin.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/linchpin.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
