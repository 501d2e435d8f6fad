#pragma once

#include "register/asset_sink.hpp"
#include "register/glob.hpp"

#include <string>

namespace tranche::runner {

struct FolderRules {
  FileRules files;
  /// Empty: every file.
  Globs include{{}};
  /// Matches files and whole folders.
  Globs exclude{{}};
  bool recursive = true;
};

/// Hands on every regular file below `root`, an absolute path, in no order. As `find ROOT -type f`
/// would, but links to files count as files; links to folders are not followed; sockets, pipes and
/// devices are passed over. A folder that cannot be read is a problem, the rest goes on. A file
/// that vanishes meanwhile is none. Memory: one open folder for each level of depth.
void walk_folder(const std::string& root,
                 const FolderRules& rules,
                 const AssetSink& sink,
                 LeftOut& left_out);

}  // namespace tranche::runner
