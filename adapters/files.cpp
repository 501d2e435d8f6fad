#include "files.hpp"

#include "tranche/error.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <unistd.h>

namespace tranche::adapters {

void replace_file(const std::filesystem::path& path, std::string_view text) {
  // Of this process alone; readers of a folder pass over names with a leading dot.
  const std::filesystem::path fresh =
      path.parent_path() / ("." + path.filename().string() + "." + std::to_string(::getpid()));
  std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  const bool written = static_cast<bool>(file);
  file.close();
  if (!written || std::rename(fresh.c_str(), path.c_str()) != 0) {
    const std::string why = std::strerror(errno);
    std::error_code ignored;
    std::filesystem::remove(fresh, ignored);
    throw Error(ErrorCode::refused, "cannot write " + path.string() + ": " + why);
  }
}

}  // namespace tranche::adapters
