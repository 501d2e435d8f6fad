# Run by ctest: each *_test.cpp and *_test.py on disk belongs to a suite, so that none can lie there unrun.
# cmake -DTESTS=<folder> -DLISTED=<file with one absolute path a line> -P CheckTestSources.cmake
file(GLOB_RECURSE found ${TESTS}/*_test.cpp ${TESTS}/*_test.py)
file(STRINGS ${LISTED} listed)
list(REMOVE_ITEM found ${listed})
# tests/run.sh --orchestrators runs orchestrators/NAME.sh, which runs all of orchestrators/NAME/.
file(GLOB scripts ${TESTS}/orchestrators/*.sh)
foreach(script IN LISTS scripts)
  string(REGEX REPLACE "\\.sh$" "/" folder ${script})
  list(FILTER found EXCLUDE REGEX "^${folder}")
endforeach()
if(found)
  list(JOIN found "\n  " found)
  message(FATAL_ERROR "In no suite of tests/CMakeLists.txt:\n  ${found}")
endif()
