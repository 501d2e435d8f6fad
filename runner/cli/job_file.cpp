#include "cli/job_file.hpp"

#include "json/job_json.hpp"

#include "tranche/definition.hpp"
#include "tranche/error.hpp"

#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

namespace tranche::cli {
namespace {

using runner::Json;

constexpr const char* kAccepted =
    "; accepted is {\"name\":…,\"table\":…,\"key_column\":…}, or an array of such objects";

[[noreturn]] void refuse(const std::string& where, const std::string& problem) {
  throw Error(ErrorCode::refused, where + ": " + problem);
}

std::string read_all(std::istream& input) {
  return {std::istreambuf_iterator<char>(input), {}};
}

std::string read_text(const std::string& path) {
  if (path == "-") {
    return read_all(std::cin);
  }
  std::ifstream file(path, std::ios::binary);
  std::string text = file ? read_all(file) : "";
  if (!file || file.bad()) {
    refuse(path, std::string("cannot be read: ") + std::strerror(errno));
  }
  return text;
}

Json parse(const std::string& text, const std::string& where) {
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& error) {
    refuse(where, "is no JSON, at byte " + std::to_string(error.byte) + kAccepted);
  }
}

WantedJob read_job(Json object, const std::string& where) {
  if (!object.is_object() || !object.contains("name") || !object["name"].is_string()) {
    refuse(where, std::string("holds something that is no job with a name") + kAccepted);
  }
  WantedJob job;
  job.name = object["name"].get<std::string>();
  job.where = where + ", job '" + job.name + "'";
  for (const char* field : runner::kJobStateFields) {
    object.erase(field);
  }
  try {
    check_name(job.name, "job");
    job.definition = definition_from_json(object.dump());
    check_definition(job.definition);
  } catch (const Error& error) {
    // Found by opening a file, so no usage error.
    refuse(job.where, error.what());
  }
  return job;
}

}  // namespace

std::vector<WantedJob> read_job_file(const std::string& path) {
  const std::string where = path == "-" ? "standard input" : path;
  Json content = parse(read_text(path), where);
  if (!content.is_array()) {
    content = Json::array({std::move(content)});
  }
  std::vector<WantedJob> jobs;
  std::set<std::string> names;
  for (Json& object : content) {
    jobs.push_back(read_job(std::move(object), where));
    if (!names.insert(jobs.back().name).second) {
      refuse(jobs.back().where, "stands there twice");
    }
  }
  return jobs;
}

}  // namespace tranche::cli
