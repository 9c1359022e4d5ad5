# SPDX-FileCopyrightText: 2026 The linchpin authors
# SPDX-License-Identifier: Apache-2.0
# What every kernel has to do, whoever implements it: compiled into both test executables, each of
# which defines conformance::make_ground().
function(linchpin_add_conformance target)
  set(folder ${PROJECT_SOURCE_DIR}/tests/conformance)
  target_sources(${target} PRIVATE
    ${folder}/chains_test.cpp
    ${folder}/congestion_test.cpp
    ${folder}/identity_test.cpp
    ${folder}/links_test.cpp
    ${folder}/lock_test.cpp
    ${folder}/maps_test.cpp
    ${folder}/objects_test.cpp
    ${folder}/pins_test.cpp
    ${folder}/sole_program_test.cpp
    ${folder}/vocabulary.cpp)
endfunction()
