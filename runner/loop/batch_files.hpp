#pragma once

#include "process/file_descriptor.hpp"

#include "tranche/inventory.hpp"

#include <filesystem>
#include <string>

namespace tranche::runner {

/// A folder of the run's own under the temporary directory, mode 0700; removed with the object.
class RunFolder {
 public:
  /// Errors: ErrorCode::refused naming the folder that cannot be made.
  explicit RunFolder(std::filesystem::path path);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }
  /// Absolute; nothing is made.
  static std::filesystem::path path_for(const std::string& run_id);

 private:
  std::filesystem::path path_;
};

/// The items of a batch, written as they are read: one a line, or NUL-separated.
/// Errors: ErrorCode::refused naming the key of an item with a line break in it; internal where the
/// disk is full.
class ItemsFile final : public AssetSink {
 public:
  ItemsFile(std::filesystem::path path, bool nul_separated);

  void begin() override;
  void add(const Asset& asset) override;
  void finish();
  const std::filesystem::path& path() const { return path_; }

 private:
  void flush();
  std::filesystem::path path_;
  char separator_;
  FileDescriptor file_;
  std::string buffer_;
};

/// The files by which a command and the runner speak about one attempt.
struct BatchFiles {
  std::filesystem::path folder;
  std::filesystem::path items;
  std::filesystem::path batch;
  std::filesystem::path output;
  std::filesystem::path report;
  std::filesystem::path progress;
};

/// Makes the folder of an attempt, moves the items into it and writes the batch as JSON.
BatchFiles make_batch_files(const std::filesystem::path& run_folder,
                            const Batch& batch,
                            const std::filesystem::path& items);
void remove_batch_files(const BatchFiles& files) noexcept;

/// What the command left in its output file: `name=value` lines, or one JSON object. Values that
/// are no text are kept as JSON. Never fails: what cannot be read is told on standard error and
/// left out.
Outputs read_outputs(const std::filesystem::path& file);

}  // namespace tranche::runner
