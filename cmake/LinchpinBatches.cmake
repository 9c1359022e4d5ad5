# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# linchpin_batches(<target> [ALONE <folder>...])
# With CMAKE_UNITY_BUILD, compiles up to eight sources of one folder at once, which is quicker where everything has to
# be compiled. Sources in one of the folders, given relative to the current one, share names and are compiled alone.
function(linchpin_batches target)
  if(NOT CMAKE_UNITY_BUILD)
    return()
  endif()
  cmake_parse_arguments(PARSE_ARGV 1 argument "" "" "ALONE")
  list(TRANSFORM argument_ALONE PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
  get_target_property(sources ${target} SOURCES)
  foreach(source IN LISTS sources)
    get_filename_component(source ${source} ABSOLUTE)
    get_filename_component(folder ${source} DIRECTORY)
    if(folder IN_LIST argument_ALONE)
      continue()
    endif()
    file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${folder})
    string(MAKE_C_IDENTIFIER ${folder} count)
    # A folder that is met for the first time has no count yet.
    math(EXPR batch "0${${count}} / 8")
    math(EXPR ${count} "0${${count}} + 1")
    set_source_files_properties(${source} TARGET_DIRECTORY ${target}
                                PROPERTIES UNITY_GROUP ${count}_${batch})
  endforeach()
endfunction()
