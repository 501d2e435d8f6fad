# One line adds a suite. Both kinds see the caller's environment (TRANCHE_TEST_POSTGRES above all) and TRANCHE_BINARY,
# and count as skipped, never as passed, when they end with 125.
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
endfunction()

# tranche_catch_suite(NAME n SOURCES file... [LIBRARIES target...] [TIMEOUT seconds] [LABELS label] [SERIAL])
# builds n_tests from files under tests/ and registers each TEST_CASE as "n:<name>". TIMEOUT (default 60) is for one case.
function(tranche_catch_suite)
  cmake_parse_arguments(arg "SERIAL" "NAME;TIMEOUT" "SOURCES;LIBRARIES;LABELS" ${ARGN})
  set(target ${arg_NAME}_tests)
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE tranche_catch_main ${arg_LIBRARIES})
  target_precompile_headers(${target} REUSE_FROM tranche_catch_main)
  _tranche_suite_properties(properties ${ARGN})
  # NoTests: a name that Catch reads as a pattern matching nothing must not pass.
  catch_discover_tests(${target} TEST_PREFIX "${arg_NAME}:" EXTRA_ARGS -w NoTests PROPERTIES ${properties})
  set_property(GLOBAL APPEND PROPERTY TRANCHE_TEST_SOURCES ${arg_SOURCES})
endfunction()

# tranche_pytest_suite(NAME n FILES file... [TIMEOUT seconds] [LABELS label] [SERIAL])
# registers all FILES as the one test "n". TIMEOUT (default 60) is for the whole suite.
# tests/run.sh counts the cases inside it; one that is skipped makes the suite "Skipped" under a plain ctest.
function(tranche_pytest_suite)
  cmake_parse_arguments(arg "SERIAL" "NAME;TIMEOUT" "FILES;LABELS" ${ARGN})
  list(TRANSFORM arg_FILES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  if(TRANCHE_PYTEST_PYTHON)
    add_test(NAME ${arg_NAME} COMMAND ${TRANCHE_PYTEST_PYTHON} -m pytest -q -rs -p no:cacheprovider
      --junitxml=${PROJECT_BINARY_DIR}/pytest/${arg_NAME}.xml ${arg_FILES}
      WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  else()
    add_test(NAME ${arg_NAME} COMMAND sh -c "echo 'skipped: no python3 with pytest'; exit 125")
  endif()
  _tranche_suite_properties(properties ${ARGN})
  set_tests_properties(${arg_NAME} PROPERTIES ${properties})
  set_property(GLOBAL APPEND PROPERTY TRANCHE_TEST_SOURCES ${arg_FILES})
endfunction()
