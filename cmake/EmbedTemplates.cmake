# embed_templates(<target> <folder> <name>...) compiles the files <folder>/<name> into <target> as
#   namespace tranche::runner { std::vector<EmbeddedFile> embedded_templates(); }
# in the order given; see runner/templates/embedded.hpp.
function(embed_templates target folder)
  set(out ${CMAKE_CURRENT_BINARY_DIR}/embedded/templates.cpp)
  set(script ${PROJECT_SOURCE_DIR}/cmake/WriteEmbeddedTemplates.cmake)
  set(inputs "")
  foreach(name IN LISTS ARGN)
    list(APPEND inputs ${folder}/${name})
  endforeach()
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} "-DOUT=${out}" "-DINPUTS=${inputs}" -P ${script}
    DEPENDS ${inputs} ${script}
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
