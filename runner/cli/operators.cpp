#include "cli/operators.hpp"

#include "tranche/error.hpp"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <set>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace tranche::cli {
namespace {

constexpr std::string_view kPrefix = "tranche-";

bool is_program(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

}  // namespace

std::vector<std::string> operator_folders() {
  std::vector<std::string> folders;
  std::error_code ignored;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
  if (!self.empty()) {
    folders.push_back(self.string());
    folders.push_back((self.parent_path() / "libexec" / "tranche").string());
  }
  const char* const path = std::getenv("PATH");
  std::istringstream entries(path == nullptr ? "" : path);
  for (std::string entry; std::getline(entries, entry, ':');) {
    if (entry.starts_with('/')) {
      folders.push_back(entry);
    }
  }
  return folders;
}

std::string find_operator(const std::string& name, const std::vector<std::string>& folders) {
  if (name.empty() || name.find('/') != std::string::npos) {
    return {};
  }
  for (const std::string& folder : folders) {
    std::string program = folder + '/' + std::string(kPrefix) + name;
    if (is_program(program)) {
      return program;
    }
  }
  return {};
}

std::vector<std::string> list_operators(const std::vector<std::string>& folders) {
  std::set<std::string> names;
  for (const std::string& folder : folders) {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
      const std::string file = entry.path().filename().string();
      // Those that listen to runs are no commands.
      if (file.starts_with(kPrefix) && file.size() > kPrefix.size() &&
          !file.starts_with("tranche-adapter-") && is_program(entry.path().string())) {
        names.insert(file.substr(kPrefix.size()));
      }
    }
  }
  return {names.begin(), names.end()};
}

void execute_operator(const std::string& program, const std::vector<std::string>& arguments) {
  std::vector<char*> argv{const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  execv(program.c_str(), argv.data());
  throw Error(ErrorCode::internal, program + " cannot be executed: " + std::strerror(errno));
}

}  // namespace tranche::cli
