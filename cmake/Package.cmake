# Install rules and packages: "tranche" is the program, "libtranche-dev" what find_package(tranche) needs.
# The program's own install() stands with its target; component runtime is the default of all of them.
include(CMakePackageConfigHelpers)
set(TRANCHE_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/tranche)

install(TARGETS tranche_sdk tranche_runner tranche_adapters tranche_program EXPORT tranche
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT dev)
install(DIRECTORY sdk/include/tranche DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT dev)
install(EXPORT tranche NAMESPACE tranche:: DESTINATION ${TRANCHE_CMAKE_DIR} FILE trancheTargets.cmake COMPONENT dev)
configure_package_config_file(cmake/trancheConfig.cmake.in trancheConfig.cmake INSTALL_DESTINATION ${TRANCHE_CMAKE_DIR})
# Before 1.0 a minor version may break users.
write_basic_package_version_file(trancheConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/trancheConfig.cmake ${PROJECT_BINARY_DIR}/trancheConfigVersion.cmake
  DESTINATION ${TRANCHE_CMAKE_DIR} COMPONENT dev)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright COMPONENT runtime)

# The program describes itself.
set(described ${PROJECT_BINARY_DIR}/described)
file(MAKE_DIRECTORY ${described})
add_custom_command(
  OUTPUT ${described}/tranche.1 ${described}/tranche ${described}/_tranche
  COMMAND tranche help --man > ${described}/tranche.1
  COMMAND tranche completion bash > ${described}/tranche
  COMMAND tranche completion zsh > ${described}/_tranche
  DEPENDS tranche)
add_custom_target(tranche_described ALL DEPENDS ${described}/tranche.1)
install(FILES ${described}/tranche.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT runtime)
install(FILES ${described}/tranche DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT runtime)
install(FILES ${described}/_tranche DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT runtime)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tranche)
set(CPACK_PACKAGE_CONTACT "The tranche developers <tranche@localhost>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime dev)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME tranche)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION "${PROJECT_DESCRIPTION}\n Puts a batch job in front of a table of data assets: each is processed once, in order, in\n batches of a given count or weight, with retries, leases and a ledger.")
set(CPACK_DEBIAN_DEV_PACKAGE_NAME libtranche-dev)
set(CPACK_DEBIAN_DEV_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEV_PACKAGE_DEPENDS "libsqlitecpp-dev, libsqlite3-dev, zlib1g-dev")
if(TRANCHE_POSTGRES)
  string(APPEND CPACK_DEBIAN_DEV_PACKAGE_DEPENDS ", libpqxx-dev, pkg-config")
endif()
set(CPACK_COMPONENT_DEV_DESCRIPTION "C++ library of tranche\n Headers, static libraries and CMake package to acquire and release batches from a program,\n and to build a tranche with adapters of one's own.")
include(CPack)
