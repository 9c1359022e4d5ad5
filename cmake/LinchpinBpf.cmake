# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
#[=======================================================================[.rst:
linchpin_add_bpf(<name> SOURCES <file.bpf.c>...
                 [INCLUDES <dir>...] [DEFINES <NAME[=value]>...] [OPTIONS <flag>...]
                 [SKELETON])

Compiles BPF C with clang into one BPF object and makes its bytes usable from C++.

``<name>`` becomes an INTERFACE library. Link it and include

* ``<name>.bpf.hpp``, always there: the object's bytes as a constant, returned by
  ``bpf_objects::<name>()`` as ``std::span<const std::byte>``, 8-byte aligned;
* ``<name>.skel.h``, the libbpf skeleton, where bpftool exists. With ``SKELETON`` the absence of
  bpftool is an error and libbpf's headers come along.

The object file is ``$<TARGET_PROPERTY:<name>,LINCHPIN_BPF_OBJECT>``; the target ``<name>_build``
builds it. Headers that the sources include are tracked. One source can be several objects: give
each its own name and ``DEFINES``. Several sources are linked into one object, which needs bpftool.

Debug sections are stripped where llvm-strip exists; BTF stays. Paths are recorded relative to the
project, so that equal sources give equal bytes (and therefore equal digests) in any checkout.

Cache variables: LINCHPIN_CLANG, LINCHPIN_LLVM_STRIP, LINCHPIN_BPFTOOL. OFF does without a tool that
is there.
#]=======================================================================]
cmake_policy(VERSION 3.21)

set(_linchpin_llvm_versions 20 19 18 17 16 15 14)
list(TRANSFORM _linchpin_llvm_versions PREPEND clang- OUTPUT_VARIABLE _linchpin_names)
find_program(LINCHPIN_CLANG NAMES clang ${_linchpin_names} DOC "clang with the BPF target")
list(TRANSFORM _linchpin_llvm_versions PREPEND llvm-strip- OUTPUT_VARIABLE _linchpin_names)
find_program(LINCHPIN_LLVM_STRIP NAMES llvm-strip ${_linchpin_names}
             DOC "llvm-strip, drops DWARF from BPF objects (optional)")
find_program(LINCHPIN_BPFTOOL NAMES bpftool DOC "bpftool, writes skeletons (optional)")
mark_as_advanced(LINCHPIN_CLANG LINCHPIN_LLVM_STRIP LINCHPIN_BPFTOOL)

# The flags every BPF source needs, whatever its project: target, headers of this machine, paths.
function(_linchpin_bpf_flags out)
  set(flags -target bpf -O2 -g -Wall -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=
            -fdebug-compilation-dir=.)
  # From targets, not variables: a caller outside of the folder that found them sees only targets.
  if(NOT TARGET linchpin::libbpf)
    message(FATAL_ERROR "BPF programs include libbpf's headers, and no libbpf was found")
  endif()
  get_property(linchpin_dirs TARGET linchpin::linchpin PROPERTY LINCHPIN_BPF_HEADERS)
  get_property(libbpf_dirs TARGET linchpin::libbpf PROPERTY LINCHPIN_INCLUDE_DIRS)
  foreach(dir IN LISTS linchpin_dirs libbpf_dirs)
    list(APPEND flags -isystem ${dir})
  endforeach()
  # clang's BPF target does not know the multiarch folder in which Debian keeps asm/types.h.
  if(CMAKE_LIBRARY_ARCHITECTURE AND IS_DIRECTORY /usr/include/${CMAKE_LIBRARY_ARCHITECTURE})
    list(APPEND flags -idirafter /usr/include/${CMAKE_LIBRARY_ARCHITECTURE})
  endif()
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|i.86)$")
    list(APPEND flags -D__TARGET_ARCH_x86)
  elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    list(APPEND flags -D__TARGET_ARCH_arm64)
  endif()
  set(${out} ${flags} PARENT_SCOPE)
endfunction()

# One source to one object, with its headers as dependencies.
function(_linchpin_compile_bpf source object)
  _linchpin_bpf_flags(flags)
  set(strip)
  if(LINCHPIN_LLVM_STRIP)
    set(strip COMMAND ${LINCHPIN_LLVM_STRIP} -g ${object})
  endif()
  file(RELATIVE_PATH shown ${CMAKE_BINARY_DIR} ${object})
  add_custom_command(OUTPUT ${object}
    COMMAND ${LINCHPIN_CLANG} ${flags} ${ARGN} -MD -MF ${object}.d -MT ${object}
            -c ${source} -o ${object}
    ${strip}
    DEPENDS ${source} DEPFILE ${object}.d
    COMMENT "Building BPF object ${shown}" VERBATIM)
endfunction()

function(linchpin_add_bpf name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "SKELETON" "" "SOURCES;INCLUDES;DEFINES;OPTIONS")
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "linchpin_add_bpf(${name}): SOURCES names no file")
  endif()
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "linchpin_add_bpf(${name}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT LINCHPIN_CLANG)
    message(FATAL_ERROR "linchpin_add_bpf(${name}): no clang found to compile BPF programs with; "
                        "install clang (14 or later) or set LINCHPIN_CLANG")
  endif()
  list(LENGTH arg_SOURCES count)
  if(NOT LINCHPIN_BPFTOOL AND (arg_SKELETON OR count GREATER 1))
    message(FATAL_ERROR "linchpin_add_bpf(${name}): bpftool not found, but a skeleton or the "
                        "linking of ${count} sources needs it; install it or set LINCHPIN_BPFTOOL")
  endif()

  set(flags ${arg_OPTIONS})
  list(TRANSFORM arg_DEFINES PREPEND "-D" OUTPUT_VARIABLE defines)
  foreach(dir IN LISTS arg_INCLUDES)
    get_filename_component(dir ${dir} ABSOLUTE)
    list(APPEND flags -I${dir})
  endforeach()
  list(APPEND flags ${defines})

  string(MAKE_C_IDENTIFIER ${name} identifier)
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${name}.dir)
  file(MAKE_DIRECTORY ${folder})
  set(object ${folder}/${name}.bpf.o)
  if(count EQUAL 1)
    get_filename_component(source ${arg_SOURCES} ABSOLUTE)
    _linchpin_compile_bpf(${source} ${object} ${flags})
  else()
    set(parts)
    foreach(source IN LISTS arg_SOURCES)
      get_filename_component(source ${source} ABSOLUTE)
      get_filename_component(stem ${source} NAME_WE)
      list(APPEND parts ${folder}/${stem}.part.o)
      _linchpin_compile_bpf(${source} ${folder}/${stem}.part.o ${flags})
    endforeach()
    add_custom_command(OUTPUT ${object}
      COMMAND ${LINCHPIN_BPFTOOL} gen object ${object} ${parts}
      DEPENDS ${parts} COMMENT "Linking BPF object ${name}.bpf.o" VERBATIM)
  endif()

  set(embed ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/LinchpinEmbed.cmake)
  set(outputs ${object} ${folder}/${name}.bpf.hpp)
  add_custom_command(OUTPUT ${folder}/${name}.bpf.hpp
    COMMAND ${CMAKE_COMMAND} -DINPUT=${object} -DOUTPUT=${folder}/${name}.bpf.hpp
            -DNAME=${identifier} -P ${embed}
    DEPENDS ${object} ${embed} COMMENT "Embedding ${name}.bpf.o" VERBATIM)
  if(LINCHPIN_BPFTOOL)
    list(APPEND outputs ${folder}/${name}.skel.h)
    add_custom_command(OUTPUT ${folder}/${name}.skel.h
      COMMAND ${LINCHPIN_BPFTOOL} gen skeleton ${object} name ${identifier} > ${name}.skel.h.part
      COMMAND ${CMAKE_COMMAND} -E rename ${name}.skel.h.part ${name}.skel.h
      DEPENDS ${object} WORKING_DIRECTORY ${folder}
      COMMENT "Writing skeleton ${name}.skel.h" VERBATIM)
  endif()

  add_custom_target(${name}_build DEPENDS ${outputs})
  add_library(${name} INTERFACE)
  add_dependencies(${name} ${name}_build)
  # As system headers: skeletons are not clean under -Wpedantic.
  target_include_directories(${name} SYSTEM INTERFACE $<BUILD_INTERFACE:${folder}>)
  if(arg_SKELETON)
    target_link_libraries(${name} INTERFACE linchpin::libbpf)
  endif()
  set_target_properties(${name} PROPERTIES LINCHPIN_BPF_OBJECT ${object})
endfunction()
