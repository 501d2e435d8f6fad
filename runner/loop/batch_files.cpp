#include "loop/batch_files.hpp"

#include "json/batch_json.hpp"
#include "log.hpp"
#include "loop/command_files.hpp"

#include "tranche/error.hpp"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace tranche::runner {
namespace {

constexpr std::size_t kBufferBytes = 65'536;
// More than any command reports about a batch; a runaway log in the wrong file must not fill the
// ledger.
constexpr std::uintmax_t kMostOutputBytes = 1'048'576;

std::string failure(const std::string& what, const std::filesystem::path& path) {
  return what + " " + path.string() + ": " + std::strerror(errno);
}

void write_all(int file, std::string_view text, const std::filesystem::path& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written < 0) {
      throw Error(ErrorCode::refused, failure("cannot write", path));
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

FileDescriptor open_new(const std::filesystem::path& path) {
  const int file =
      ::open(path.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) {
    throw Error(ErrorCode::refused, failure("cannot write", path));
  }
  return FileDescriptor(file);
}

/// Lines of a command's file that say nothing to us.
struct StrangeLines {
  std::int64_t number = 0;
  std::string first = {};
};

void read_output_line(const std::string& line, Outputs& outputs, StrangeLines& strange) {
  const auto equals = line.find('=');
  if (equals != 0 && equals != std::string::npos) {
    outputs[line.substr(0, equals)] = line.substr(equals + 1);
  } else if (!line.empty()) {
    strange.first = strange.number++ == 0 ? line : strange.first;
  }
}

}  // namespace

std::filesystem::path RunFolder::path_for(const std::string& run_id) {
  std::error_code failed;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(failed);
  return std::filesystem::absolute(failed ? "/tmp" : parent) / ("tranche-" + run_id);
}

RunFolder::RunFolder(std::filesystem::path path) : path_(std::move(path)) {
  if (::mkdir(path_.c_str(), S_IRWXU) != 0) {
    throw Error(
        ErrorCode::refused,
        failure("cannot make the folder", path_) + "; set TMPDIR to a folder that can be written");
  }
}

RunFolder::~RunFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ItemsFile::ItemsFile(std::filesystem::path path, bool nul_separated)
    : path_(std::move(path)), separator_(nul_separated ? '\0' : '\n') {}

void ItemsFile::begin() {
  buffer_.clear();
  file_ = open_new(path_);
}

void ItemsFile::add(const Asset& asset) {
  if (asset.item.find(separator_) != std::string::npos) {
    throw Error(
        ErrorCode::refused,
        "the item of key " + asset.key.text() + " holds a " +
            (separator_ == '\n' ? "line break" : "NUL byte") +
            ", which would break the items file; run with --items0 to separate items by NUL bytes");
  }
  buffer_ += asset.item;
  buffer_ += separator_;
  if (buffer_.size() >= kBufferBytes) {
    flush();
  }
}

void ItemsFile::finish() {
  flush();
  file_.reset();
}

void ItemsFile::flush() {
  write_all(file_.get(), buffer_, path_);
  buffer_.clear();
}

BatchFiles make_batch_files(const std::filesystem::path& run_folder,
                            const Batch& batch,
                            const std::filesystem::path& items) {
  BatchFiles files;
  files.folder =
      run_folder / ("batch-" + std::to_string(batch.id) + "-" + batch.token.substr(0, 8));
  files.items = files.folder / "items";
  files.batch = files.folder / "batch.json";
  files.output = files.folder / "output";
  files.report = files.folder / "report";
  files.progress = files.folder / "progress";
  if (::mkdir(files.folder.c_str(), S_IRWXU) != 0) {
    throw Error(ErrorCode::refused, failure("cannot make the folder", files.folder));
  }
  std::filesystem::rename(items, files.items);
  const FileDescriptor file = open_new(files.batch);
  write_all(file.get(),
            batch_json(batch).dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n",
            files.batch);
  return files;
}

void remove_batch_files(const BatchFiles& files) noexcept {
  std::error_code ignored;
  std::filesystem::remove_all(files.folder, ignored);
}

Outputs read_outputs(const std::filesystem::path& path) {
  Outputs outputs;
  std::error_code failed;
  const auto size = std::filesystem::file_size(path, failed);
  if (failed || size == 0) {
    return outputs;
  }
  if (size > kMostOutputBytes) {
    log::warn("the output file is larger than 1 MiB and is left out",
              {{"bytes", static_cast<std::int64_t>(size)}});
    return outputs;
  }
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto object = nlohmann::json::parse(text, nullptr, false);
  if (object.is_object()) {
    for (const auto& [name, value] : object.items()) {
      outputs[name] = text_of(value);
    }
    return outputs;
  }
  StrangeLines strange;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find('\n', at), text.size());
    read_output_line(text.substr(at, end - at), outputs, strange);
    at = end + 1;
  }
  tell_left_out("lines of the output file that are no name=value", strange.number, strange.first);
  return outputs;
}

}  // namespace tranche::runner
