#include "cli/hand_over.hpp"

#include "batch_variables.hpp"
#include "cli/print.hpp"
#include "json/batch_json.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace tranche::cli {
namespace {

constexpr std::size_t kPrefix = std::string_view("TRANCHE_").size();

std::string field_name(std::string variable) {
  variable.erase(0, kPrefix);
  std::transform(variable.begin(), variable.end(), variable.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return variable;
}

std::string json_of(const Batch& batch, const std::string& range_sql) {
  runner::Json json = runner::batch_json(batch);
  json["range_sql"] = range_sql;
  return json.dump(2, ' ', false, runner::Json::error_handler_t::replace) + '\n';
}

void write_file(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text << std::flush;
  if (!file) {
    throw Error(ErrorCode::refused, "cannot write " + path.string() + ": " + std::strerror(errno));
  }
}

}  // namespace

std::string shell_quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return quoted + '\'';
}

HandOver::HandOver(std::string form, std::optional<std::string> folder)
    : form_(std::move(form)), folder_(folder.value_or("")) {
  if (form_ != "argo") {
    if (folder) {
      throw Error(ErrorCode::usage, "--output-dir goes with -o argo only");
    }
    return;
  }
  if (folder_.empty()) {
    throw Error(ErrorCode::usage, "-o argo needs --output-dir DIR, where it writes its files");
  }
  std::error_code failed;
  std::filesystem::create_directories(folder_, failed);
  if (access(folder_.c_str(), W_OK) != 0 || !std::filesystem::is_directory(folder_, failed)) {
    throw Error(ErrorCode::refused,
                "--output-dir " + folder_ +
                    " cannot be written: " + std::strerror(errno == 0 ? ENOTDIR : errno));
  }
}

void HandOver::write(const Batch& batch, const std::string& range_sql) const {
  if (form_ == "argo") {
    return write_files(batch, range_sql);
  }
  if (form_ == "json") {
    print(json_of(batch, range_sql));
  } else {
    for (const auto& [name, value] : runner::batch_variables(batch, range_sql)) {
      print("export " + name + "=" + shell_quoted(value) + "\n");
    }
  }
  flush_output();
}

void HandOver::write_files(const Batch& batch, const std::string& range_sql) const {
  const std::filesystem::path folder(folder_);
  for (const auto& [name, value] : runner::batch_variables(batch, range_sql)) {
    write_file(folder / field_name(name), value);
  }
  write_file(folder / "batch.json", json_of(batch, range_sql));
}

}  // namespace tranche::cli
