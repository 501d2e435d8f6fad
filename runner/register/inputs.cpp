#include "register/inputs.hpp"

#include "register/manifest.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace tranche::runner {

namespace {

void read_text(const std::string& path,
               InputFormat format,
               const InputRules& rules,
               const AssetSink& sink,
               LeftOut& left_out) {
  TextInput input(path);
  switch (format) {
    case InputFormat::jsonl:
      return read_jsonl(input, sink);
    case InputFormat::csv:
      return read_csv(input, sink);
    case InputFormat::list:
    case InputFormat::file:
      return read_list(input, rules.separator, rules.folders.files, sink, left_out);
  }
}

void read_argument(const std::string& argument,
                   const InputRules& rules,
                   const AssetSink& sink,
                   LeftOut& left_out) {
  if (argument == "-") {
    return read_text(argument, rules.format.value_or(InputFormat::list), rules, sink, left_out);
  }
  if (is_uri(argument)) {
    return sink.asset(argument, std::nullopt, std::nullopt);
  }
  struct stat facts {};
  if (::stat(argument.c_str(), &facts) != 0) {
    throw Error(
        ErrorCode::refused,
        "cannot read '" + argument + "': " + system_error() +
            "; accepted are folders, files, lists, manifests, URIs and - for standard input");
  }
  if (S_ISDIR(facts.st_mode)) {
    return walk_folder(absolute_path(argument), rules.folders, sink, left_out);
  }
  if (!S_ISREG(facts.st_mode)) {
    if (rules.format == InputFormat::file) {
      throw Error(ErrorCode::refused,
                  "'" + argument +
                      "' is a pipe or a device, no file that could be registered; --format list, "
                      "jsonl or csv reads what it tells");
    }
    // A pipe, such as the shell's <(command).
    return read_text(argument, rules.format.value_or(InputFormat::list), rules, sink, left_out);
  }
  const InputFormat format = rules.format.value_or(format_of(argument));
  if (format == InputFormat::file) {
    return take_file(absolute_path(argument), facts, rules.folders.files, sink, left_out);
  }
  read_text(argument, format, rules, sink, left_out);
}

}  // namespace

InputFormat format_of(const std::string& path) {
  std::string ending = std::filesystem::path(path).extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  if (ending == ".jsonl" || ending == ".ndjson") {
    return InputFormat::jsonl;
  }
  if (ending == ".csv") {
    return InputFormat::csv;
  }
  return ending == ".txt" || ending == ".lst" || ending == ".list" ? InputFormat::list
                                                                   : InputFormat::file;
}

InputFormat parse_format(const std::string& text) {
  if (text == "list") {
    return InputFormat::list;
  }
  if (text == "jsonl") {
    return InputFormat::jsonl;
  }
  if (text == "csv") {
    return InputFormat::csv;
  }
  if (text == "file") {
    return InputFormat::file;
  }
  throw Error(ErrorCode::usage, "--format: '" + text + "' is none of list, jsonl, csv, file");
}

LeftOut read_inputs(const std::vector<std::string>& arguments,
                    const InputRules& rules,
                    const AssetSink& sink) {
  LeftOut left_out;
  for (const std::string& argument : arguments) {
    read_argument(argument, rules, sink, left_out);
  }
  return left_out;
}

}  // namespace tranche::runner
