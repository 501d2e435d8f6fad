#pragma once

#include "tranche/registrar.hpp"
#include "tranche/units.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>

namespace tranche::runner {

/// Where the inputs of `register` go. What `asset` throws is told to the user with the place it
/// came from.
struct AssetSink {
  std::function<void(
      std::string_view item, std::optional<double> weight, std::optional<AssetTime> time)>
      asset;
  /// One file that cannot be registered; the others are.
  std::function<void(const std::string& line)> problem;
};

/// Files of a folder, a list or the command line.
struct FileRules {
  /// Files modified after this moment are left: they may still be being written.
  std::optional<AssetTime> modified_until;
};

/// What reading the inputs left out.
struct LeftOut {
  std::uint64_t problems = 0;
  std::uint64_t too_young = 0;
};

AssetTime modified_at(const struct stat& file);

/// Hands `path` on, with its size and modification time; notes what is left out.
void take_file(const std::string& path,
               const struct stat& file,
               const FileRules& rules,
               const AssetSink& sink,
               LeftOut& left_out);

/// "strerror" of the current errno.
std::string system_error();

}  // namespace tranche::runner
