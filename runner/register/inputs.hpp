#pragma once

#include "register/folder_walk.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tranche::runner {

enum class InputFormat { list, jsonl, csv, file };

struct InputRules {
  FolderRules folders;
  /// Unset: told by the name's ending; see format_of.
  std::optional<InputFormat> format;
  char separator = '\n';
};

/// .jsonl .ndjson -> jsonl, .csv -> csv, .txt .lst .list -> list, anything else -> file, an asset
/// itself.
InputFormat format_of(const std::string& path);
/// "list" "jsonl" "csv" "file". Errors: usage.
InputFormat parse_format(const std::string& text);

/// Hands on everything that the arguments of `register` name: folders, files, lists, manifests,
/// "-", URIs. Errors: refused for an argument that does not exist and for the first bad line of a
/// list or manifest.
LeftOut read_inputs(const std::vector<std::string>& arguments,
                    const InputRules& rules,
                    const AssetSink& sink);

}  // namespace tranche::runner
