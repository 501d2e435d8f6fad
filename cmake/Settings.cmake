# Compiler settings. Linked privately by our own targets only, so that an SDK user inherits none of them.
add_library(tranche_settings INTERFACE)
target_compile_options(tranche_settings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
  $<$<BOOL:${TRANCHE_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # Wrong about std::string and std::optional when optimising (gcc bugs 80635, 105329, 105651).
  target_compile_options(tranche_settings INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-maybe-uninitialized)
endif()
if(TRANCHE_SANITIZE)
  # Line numbers are all that a report shows; whole debug information would be most of what the compiler writes.
  target_compile_options(tranche_settings INTERFACE -fsanitize=${TRANCHE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
  target_link_options(tranche_settings INTERFACE -fsanitize=${TRANCHE_SANITIZE})
endif()
if(TRANCHE_SANITIZE MATCHES "undefined")
  # A null pointer faults at once, and nothing here casts to a type of larger alignment: these two checks were five sixths of
  # the program's data, whose relocations took longer than most tests of the program.
  target_compile_options(tranche_settings INTERFACE -fno-sanitize=null,alignment)
  target_link_options(tranche_settings INTERFACE -no-pie)
endif()

find_program(TRANCHE_CCACHE ccache)
if(TRANCHE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # pch_defines and time_macros are what ccache needs to reuse results of files with a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${TRANCHE_CCACHE})
  add_compile_options(-fpch-preprocess)
endif()
