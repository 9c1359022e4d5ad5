# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# cmake -DCOMPILER= -DINCLUDE= -DSNIPPET= -P check.cmake
cmake_minimum_required(VERSION 3.21)

# The C locale: plain quotes in the messages, on every machine.
set(compile ${CMAKE_COMMAND} -E env LC_ALL=C ${COMPILER} -std=c++20 -fsyntax-only -Wall -Wextra
            -Werror=unused-result -fno-diagnostics-color -I${INCLUDE} ${SNIPPET})

# A snippet that never compiles proves nothing by not compiling.
execute_process(COMMAND ${compile} RESULT_VARIABLE status ERROR_VARIABLE said)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "the allowed half does not compile:\n${said}")
endif()

execute_process(COMMAND ${compile} -DFORBIDDEN RESULT_VARIABLE status ERROR_VARIABLE said)
if(status EQUAL 0)
  message(FATAL_ERROR "compiles, although it is forbidden")
endif()
# g++ spells the inline namespace out, clang++ does not.
string(REGEX REPLACE "linchpin::v[0-9_]+::" "linchpin::" said "${said}")
file(STRINGS ${SNIPPET} expectations REGEX "^// expect: ")
if(NOT expectations)
  message(FATAL_ERROR "no line says what to expect")
endif()
foreach(line IN LISTS expectations)
  string(REGEX REPLACE "^// expect: " "" wanted "${line}")
  string(FIND "${said}" "${wanted}" at)
  if(at EQUAL -1)
    message(FATAL_ERROR "fails to compile without a word of \"${wanted}\":\n${said}")
  endif()
endforeach()
