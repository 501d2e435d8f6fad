# One line adds a suite. Both kinds see the caller's environment (TRANCHE_TEST_POSTGRES above all) and TRANCHE_BINARY,
# and count as skipped, never as passed, when they end with 125. SERIAL: nothing else runs beside it.
# PLAIN: left out of sanitizer builds, for what measures time or memory or looks at the finished product.
# UNTHREADED: left out of the thread sanitizer's build, for what runs in one thread or looks at other processes alone.
include(Catch)

# A system with several Python installations often has pytest in one of them only.
foreach(candidate /usr/bin/python3 python3)
  if(NOT TRANCHE_PYTEST_PYTHON)
    execute_process(COMMAND ${candidate} -c "import pytest" RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
    if(result EQUAL 0)
      set(TRANCHE_PYTEST_PYTHON ${candidate} CACHE STRING "Python that can import pytest")
    endif()
  endif()
endforeach()

# A sanitizer at -O0 is some ten times slower.
set(TRANCHE_TIMEOUT_FACTOR 1)
if(TRANCHE_SANITIZE)
  set(TRANCHE_TIMEOUT_FACTOR 5)
endif()

# Whether this build leaves a suite out, by its flags.
macro(_tranche_return_if_left_out)
  if((arg_PLAIN AND TRANCHE_SANITIZE) OR (arg_UNTHREADED AND TRANCHE_SANITIZE STREQUAL "thread"))
    return()
  endif()
endmacro()

function(_tranche_suite_properties out)
  cmake_parse_arguments(arg "SERIAL" "NAME;TIMEOUT" "LABELS" ${ARGN})
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  math(EXPR timeout "${arg_TIMEOUT} * ${TRANCHE_TIMEOUT_FACTOR}")
  set(properties SKIP_RETURN_CODE 125 TIMEOUT ${timeout} ENVIRONMENT TRANCHE_BINARY=$<TARGET_FILE:tranche>)
  if(arg_LABELS)
    # One label only: a list does not survive Catch's discovery script.
    list(GET arg_LABELS 0 label)
    list(APPEND properties LABELS ${label})
  endif()
  if(arg_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()
  set(${out} ${properties} PARENT_SCOPE)
  set(timeout ${timeout} PARENT_SCOPE)
endfunction()

# tranche_catch_suite(NAME n SOURCES file... [LIBRARIES target...] [TIMEOUT seconds] [LABELS label] [SERIAL] [PLAIN] [UNTHREADED])
# builds n_tests from files under tests/ and registers each TEST_CASE as "n:<name>". TIMEOUT (default 60) is for one case.
function(tranche_catch_suite)
  cmake_parse_arguments(arg "SERIAL;PLAIN;UNTHREADED" "NAME;TIMEOUT" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  list(TRANSFORM arg_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set_property(GLOBAL APPEND PROPERTY TRANCHE_TEST_SOURCES ${arg_SOURCES})
  _tranche_return_if_left_out()
  set(target ${arg_NAME}_tests)
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE tranche_catch_main ${arg_LIBRARIES})
  target_precompile_headers(${target} REUSE_FROM tranche_catch_main)
  _tranche_suite_properties(properties ${ARGN})
  # NoTests: a name that Catch reads as a pattern matching nothing must not pass.
  catch_discover_tests(${target} TEST_PREFIX "${arg_NAME}:" EXTRA_ARGS -w NoTests PROPERTIES ${properties})
endfunction()

# tranche_pytest_suite(NAME n FILES file... [TIMEOUT seconds] [LABELS label] [SERIAL] [PLAIN] [UNTHREADED])
# registers all FILES as the one test "n". TIMEOUT (default 60) is for the whole suite; what may take longest is begun first.
# tests/run.sh counts the cases inside it; one that is skipped makes the suite "Skipped" under a plain ctest.
function(tranche_pytest_suite)
  cmake_parse_arguments(arg "SERIAL;PLAIN;UNTHREADED" "NAME;TIMEOUT" "FILES;LABELS" ${ARGN})
  list(TRANSFORM arg_FILES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set_property(GLOBAL APPEND PROPERTY TRANCHE_TEST_SOURCES ${arg_FILES})
  _tranche_return_if_left_out()
  if(TRANCHE_PYTEST_PYTHON)
    add_test(NAME ${arg_NAME} COMMAND ${TRANCHE_PYTEST_PYTHON} -m pytest -q -rs -p no:cacheprovider
      --junitxml=${PROJECT_BINARY_DIR}/pytest/${arg_NAME}.xml ${arg_FILES}
      WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  else()
    add_test(NAME ${arg_NAME} COMMAND sh -c "echo 'skipped: no python3 with pytest'; exit 125")
  endif()
  _tranche_suite_properties(properties ${ARGN})
  set_tests_properties(${arg_NAME} PROPERTIES ${properties} COST ${timeout})
endfunction()

# tranche_script_test(NAME n COMMAND program arg... [TIMEOUT seconds] [LABELS label] [SERIAL] [PLAIN] [UNTHREADED])
# registers a program that ends with 0, 125 (skipped; a line "skipped: reason" says why) or anything else (failed).
function(tranche_script_test)
  cmake_parse_arguments(arg "SERIAL;PLAIN;UNTHREADED" "NAME;TIMEOUT" "COMMAND;LABELS" ${ARGN})
  _tranche_return_if_left_out()
  add_test(NAME ${arg_NAME} COMMAND ${arg_COMMAND} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  _tranche_suite_properties(properties ${ARGN})
  set_tests_properties(${arg_NAME} PROPERTIES ${properties})
endfunction()

# tranche_check_test_sources(), deferred to the end of the folder: a test file in no suite fails the test "sources".
function(tranche_check_test_sources)
  get_property(sources GLOBAL PROPERTY TRANCHE_TEST_SOURCES)
  list(JOIN sources "\n" lines)
  file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/test_sources.txt "${lines}\n")
  add_test(NAME sources COMMAND ${CMAKE_COMMAND} -DTESTS=${CMAKE_CURRENT_SOURCE_DIR}
    -DLISTED=${CMAKE_CURRENT_BINARY_DIR}/test_sources.txt -P ${PROJECT_SOURCE_DIR}/cmake/CheckTestSources.cmake)
endfunction()

# tranche_check_public_headers(<target> <folder>) compiles each header of <folder>/tranche alone.
function(tranche_check_public_headers target folder)
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/tranche/*.hpp)
  set(sources "")
  foreach(header IN LISTS headers)
    string(REPLACE "/" "_" name ${header})
    set(source ${CMAKE_CURRENT_BINARY_DIR}/headers/${name}.cpp)
    # Twice: an include guard is part of standing alone.
    file(CONFIGURE OUTPUT ${source} CONTENT "#include <${header}>\n#include <${header}>\n")
    list(APPEND sources ${source})
  endforeach()
  add_library(${target} OBJECT ${sources})
  # Of ours it sees the include folder alone, as a user does.
  target_include_directories(${target} PRIVATE ${folder})
  target_link_libraries(${target} PRIVATE tranche_settings)
endfunction()
