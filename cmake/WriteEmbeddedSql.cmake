# Called by EmbedSql.cmake. Each file becomes a string literal of its own; the compiler joins them.
set(text "#include <string_view>\nnamespace tranche::sql {\nextern const std::string_view ${SYMBOL};\nconst std::string_view ${SYMBOL} =\n")
foreach(file IN LISTS INPUTS)
  file(READ "${file}" body)
  string(APPEND text "R\"__sql__(${body}\n)__sql__\"\n")
endforeach()
string(APPEND text ";\n}  // namespace tranche::sql\n")
file(WRITE "${OUT}" "${text}")
