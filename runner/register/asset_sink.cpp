#include "register/asset_sink.hpp"

#include "tranche/error.hpp"

#include <cerrno>
#include <system_error>

namespace tranche::runner {

AssetTime modified_at(const struct stat& file) {
  return AssetTime(std::chrono::seconds(file.st_mtim.tv_sec) +
                   std::chrono::floor<std::chrono::microseconds>(
                       std::chrono::nanoseconds(file.st_mtim.tv_nsec)));
}

void take_file(const std::string& path,
               const struct stat& file,
               const FileRules& rules,
               const AssetSink& sink,
               LeftOut& left_out) {
  const AssetTime time = modified_at(file);
  if (rules.modified_until && time > *rules.modified_until) {
    ++left_out.too_young;
    return;
  }
  try {
    sink.asset(path, static_cast<double>(file.st_size), time);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::refused) {
      throw;
    }
    ++left_out.problems;
    sink.problem(error.what());
  }
}

std::string system_error() {
  return std::generic_category().message(errno);
}

}  // namespace tranche::runner
