#pragma once

#include "tranche/types.hpp"

#include <optional>
#include <string>

namespace tranche::cli {

/// How `acquire` gives its batch to the caller: "json" and "env" on standard output, "argo" as a
/// file for each field.
class HandOver {
 public:
  /// Makes the folder. Errors: usage where the folder is missing or not wanted; refused where it
  /// cannot be written.
  HandOver(std::string form, std::optional<std::string> folder);

  /// Returns when everything is written out. Errors: those of print(); refused for files.
  void write(const Batch& batch, const std::string& range_sql) const;

 private:
  void write_files(const Batch& batch, const std::string& range_sql) const;

  std::string form_;
  std::string folder_;
};

/// `text` in single quotes, safe for eval in any POSIX shell.
std::string shell_quoted(const std::string& text);

}  // namespace tranche::cli
