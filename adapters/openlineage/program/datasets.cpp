#include "datasets.hpp"

#include "facets.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace tranche::adapters::openlineage {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kDataset = "output_dataset";
// Of file systems the name is the path, of object stores the key, which begins with no slash.
constexpr std::array<std::string_view, 5> kPaths{"hdfs", "dbfs", "abfss", "wasbs", "webhdfs"};

std::string text(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::int64_t> number(const Json& outputs, const std::string& name) {
  const std::string value = outputs.value(name, "");
  std::int64_t parsed = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  const bool whole = error == std::errc() && end == value.data() + value.size() && parsed >= 0;
  return whole ? std::optional(parsed) : std::nullopt;
}

Json statistics(const Json& outputs, const std::string& suffix) {
  struct Field {
    const char* field;
    std::array<const char*, 2> names;
  };
  constexpr std::array<Field, 3> kFields{{{"rowCount", {"rows", "row_count"}},
                                          {"size", {"bytes", "size"}},
                                          {"fileCount", {"files", "file_count"}}}};
  Json found = Json::object();
  for (const Field& field : kFields) {
    for (const char* const name : field.names) {
      const auto value = number(outputs, name + suffix);
      if (value && !found.contains(field.field)) {
        found[field.field] = *value;
      }
    }
  }
  return found;
}

}  // namespace

DatasetName source_name(const Json& source, const std::string& host) {
  const std::string database = text(source, "database");
  const std::string table = text(source, "table");
  if (text(source, "kind") == "sqlite") {
    return {"sqlite:" + database, table};
  }
  const std::string server = text(source, "host");
  const std::string port = text(source, "port");
  const std::string authority = server.empty() || server.starts_with('/') ? host : server;
  const bool six = authority.find(':') != std::string::npos;
  return {"postgres://" + (six ? "[" + authority + "]" : authority) + ":" +
              (port.empty() ? "5432" : port),
          database + "." + text(source, "schema") + "." + table};
}

DatasetName named_by_address(const std::string& address) {
  const std::size_t end = address.find("://");
  if (end == std::string::npos) {
    const bool local = address.starts_with("file:");
    return {"file", local ? address.substr(5) : address};
  }
  const std::string scheme = address.substr(0, end);
  std::string rest = address.substr(end + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string authority = rest.substr(0, slash);
  authority = authority.substr(authority.rfind('@') + 1);
  std::string path = rest.substr(slash);
  if (scheme == "file") {
    return {authority.empty() ? "file" : "file://" + authority, path};
  }
  const bool keeps_slash = std::find(kPaths.begin(), kPaths.end(), scheme) != kPaths.end();
  if (!keeps_slash && path.size() > 1) {
    path.erase(0, 1);
  }
  const std::string space = (scheme == "postgresql" ? "postgres" : scheme) + "://" + authority;
  return {space, path.empty() ? "/" : path};
}

Json output_datasets(const Json& outputs) {
  Json datasets = Json::array();
  for (const auto& [name, value] : outputs.items()) {
    const std::string suffix = name.starts_with(kDataset) ? name.substr(kDataset.size()) : "";
    const bool is_one = name == kDataset || suffix.starts_with('.');
    if (!is_one || !value.is_string() || value.get<std::string>().empty()) {
      continue;
    }
    const DatasetName named = named_by_address(value.get<std::string>());
    Json dataset = {{"namespace", named.space}, {"name", named.name}};
    const Json numbers = statistics(outputs, suffix);
    if (!numbers.empty()) {
      dataset["outputFacets"]["outputStatistics"] =
          facet("1-0-2/OutputStatisticsOutputDatasetFacet", numbers);
    }
    datasets.push_back(std::move(dataset));
  }
  return datasets;
}

}  // namespace tranche::adapters::openlineage
