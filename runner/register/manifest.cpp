#include "register/manifest.hpp"

#include "tranche/error.hpp"

#include <charconv>
#include <filesystem>

namespace tranche::runner {

bool is_uri(std::string_view text) {
  const auto colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0) {
    return false;
  }
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  for (const char c : text.substr(0, colon)) {
    if (!letter(c) && !(c >= '0' && c <= '9') && c != '+' && c != '-' && c != '.') {
      return false;
    }
  }
  return letter(text.front());
}

std::string absolute_path(const std::string& path) {
  const std::filesystem::path full = std::filesystem::absolute(path);
  const std::filesystem::path shorter = full.lexically_normal();
  std::string normal = shorter.string();
  std::error_code failed;
  // Behind a link, ".." leads elsewhere than the text says.
  if (path.find("..") != std::string::npos && !std::filesystem::equivalent(full, shorter, failed)) {
    const std::filesystem::path real = std::filesystem::canonical(full, failed);
    normal = failed ? normal : real.string();
  }
  if (normal.size() > 1 && normal.ends_with('/')) {
    normal.pop_back();
  }
  return normal;
}

double manifest_weight(const std::string& text) {
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed == std::errc() && end == text.data() + text.size()) {
    return value;
  }
  return parse_weight(text, "weight");
}

AssetTime manifest_time(const std::string& text) {
  return parse_time(text, "time");
}

namespace {

void read_list_line(TextInput& input,
                    const std::string& line,
                    const FileRules& rules,
                    const AssetSink& sink,
                    LeftOut& left_out) {
  if (is_uri(line)) {
    try {
      sink.asset(line, std::nullopt, std::nullopt);
    } catch (const Error& error) {
      input.refuse(error.what());
    }
    return;
  }
  struct stat facts {};
  if (line.find('\0') != std::string::npos) {
    input.refuse("has a NUL byte in it; lists separated by NUL need --null");
  }
  if (::stat(line.c_str(), &facts) != 0) {
    input.refuse("'" + line.substr(0, 200) + "': " + system_error() +
                 "; accepted are paths of files that exist, and URIs such as s3://bucket/key");
  }
  if (!S_ISREG(facts.st_mode)) {
    input.refuse("'" + line + "' is not a regular file; give folders to register itself, by name");
  }
  take_file(absolute_path(line), facts, rules, sink, left_out);
}

}  // namespace

void read_list(TextInput& input,
               char separator,
               const FileRules& rules,
               const AssetSink& sink,
               LeftOut& left_out) {
  while (const auto line = input.next_line(separator)) {
    if (!line->empty()) {
      read_list_line(input, *line, rules, sink, left_out);
    }
  }
}

}  // namespace tranche::runner
