# embed_sql(<target> <symbol> <file>...) compiles the text of SQL files into <target> as
#   namespace tranche::sql { extern const std::string_view <symbol>; }
# The files are joined in the order given. A file is rewritten only when its text differs.
function(embed_sql target symbol)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded/${symbol}.cpp)
  set(inputs "")
  foreach(file IN LISTS ARGN)
    list(APPEND inputs ${CMAKE_CURRENT_SOURCE_DIR}/${file})
  endforeach()
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} "-DOUT=${out}" "-DSYMBOL=${symbol}" "-DINPUTS=${inputs}"
            -P ${PROJECT_SOURCE_DIR}/cmake/WriteEmbeddedSql.cmake
    DEPENDS ${inputs} ${PROJECT_SOURCE_DIR}/cmake/WriteEmbeddedSql.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
