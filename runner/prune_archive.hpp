#pragma once

#include "process/file_descriptor.hpp"

#include "tranche/prune.hpp"

#include <nlohmann/json.hpp>

#include <string>

namespace tranche::runner {

/// A file that what is pruned is appended to, a line of JSON each: {"type":"attempt","batch_id",…}
/// with what `batch` prints of an attempt, or {"type":"run",…} with what `run-info` prints.
/// Errors: refused, naming the file.
class FileArchive final : public PruneArchive {
 public:
  /// Made with mode 0600 where it is missing.
  explicit FileArchive(std::string path);

  void add(const PrunedAttempt& attempt) override;
  void add(const Run& run) override;
  void flush() override;

 private:
  void line(const nlohmann::ordered_json& json);
  [[noreturn]] void refuse(const std::string& what) const;

  std::string path_;
  FileDescriptor file_;
  std::string waiting_;
};

}  // namespace tranche::runner
