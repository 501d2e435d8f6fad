#pragma once

#include <string>
#include <vector>

/// Operators: programs named tranche-NAME that plug in as `tranche NAME`.
namespace tranche::cli {

/// Where they are looked for: beside this program, in ../libexec/tranche, then on PATH. Entries of
/// PATH that are not absolute are left out: what the current folder holds must not change what a
/// command means.
std::vector<std::string> operator_folders();

/// The first executable tranche-NAME in `folders`; empty where there is none or NAME holds a slash.
std::string find_operator(const std::string& name, const std::vector<std::string>& folders);

/// The names of all operators, sorted, each once.
std::vector<std::string> list_operators(const std::vector<std::string>& folders);

/// Replaces this process. Errors: ErrorCode::internal where the program cannot be executed.
[[noreturn]] void execute_operator(const std::string& program,
                                   const std::vector<std::string>& arguments);

}  // namespace tranche::cli
