# Called by EmbedTemplates.cmake.
set(text "#include \"templates/embedded.hpp\"\n\nnamespace tranche::runner {\n\nstd::vector<EmbeddedFile> embedded_templates() {\n  return {\n")
foreach(file IN LISTS INPUTS)
  file(READ "${file}" body)
  get_filename_component(name "${file}" NAME)
  string(APPEND text "{\"${name}\", R\"__tpl__(${body})__tpl__\"},\n")
endforeach()
string(APPEND text "  };\n}\n\n}  // namespace tranche::runner\n")
file(WRITE "${OUT}" "${text}")
