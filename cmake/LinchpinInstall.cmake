# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# What an installed linchpin consists of: libraries, headers, BPF headers, texts, CMake package, pkg-config files.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/linchpin)
# Not CMAKE_INSTALL_DOCDIR, which in a subproject is the parent's.
set(doc_dir ${CMAKE_INSTALL_DATAROOTDIR}/doc/linchpin)

install(TARGETS linchpin linchpin_bpf linchpin_testing EXPORT linchpinTargets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT linchpinTargets NAMESPACE linchpin:: DESTINATION ${package_dir})
install(DIRECTORY include/linchpin DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.hpp" PATTERN "*.inc" PATTERN doc EXCLUDE)
install(FILES LICENSE DESTINATION ${doc_dir})
install(DIRECTORY include/linchpin/doc/ DESTINATION ${doc_dir} FILES_MATCHING PATTERN "*.md")
# In a folder of their own: a BPF compile must not see the C++ headers. The others belong to the examples.
set(linchpin_bpf_headers ${CMAKE_INSTALL_DATADIR}/linchpin/bpf)
file(GLOB bpf_headers CONFIGURE_DEPENDS bpf/linchpin*.bpf.h)
if(bpf_headers)
  install(FILES ${bpf_headers} DESTINATION ${linchpin_bpf_headers})
endif()

configure_package_config_file(cmake/linchpinConfig.cmake.in linchpinConfig.cmake
  INSTALL_DESTINATION ${package_dir} PATH_VARS linchpin_bpf_headers)
write_basic_package_version_file(linchpinConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES
  ${CMAKE_CURRENT_BINARY_DIR}/linchpinConfig.cmake
  ${CMAKE_CURRENT_BINARY_DIR}/linchpinConfigVersion.cmake
  cmake/FindLibbpf.cmake cmake/FindLibelf.cmake
  cmake/LinchpinBpf.cmake cmake/LinchpinEmbed.cmake
  DESTINATION ${package_dir})

# The pkg-config files find their prefix from where they lie, so that an installed tree can be moved.
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
foreach(name IN ITEMS linchpin linchpin-bpf linchpin-testing)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
