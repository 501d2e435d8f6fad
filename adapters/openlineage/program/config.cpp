#include "config.hpp"

#include "config_file.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <cctype>
#include <initializer_list>

namespace tranche::adapters::openlineage {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kPrefix = "OPENLINEAGE__";
constexpr std::string_view kEndpoint = "api/v1/lineage";
constexpr const char* kAccepted = "accepted are http, file, console and noop";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts;
  for (std::size_t end = name.find("__"); end != std::string_view::npos; end = name.find("__")) {
    parts.push_back(lower(std::string(name.substr(0, end))));
    name.remove_prefix(end + 2);
  }
  parts.push_back(lower(std::string(name)));
  return parts;
}

/// The first of several spellings that is there; a number or truth value as text.
std::string text(const Json& object, std::initializer_list<const char*> names) {
  for (const char* const name : names) {
    const auto found = object.is_object() ? object.find(name) : object.end();
    if (object.is_object() && found != object.end() && !found->is_null()) {
      return found->is_string() ? found->get<std::string>() : found->dump();
    }
  }
  return {};
}

bool truth(const std::string& value, bool otherwise) {
  const std::string low = lower(value);
  return low.empty() ? otherwise : low == "true" || low == "1";
}

/// As Python's urljoin, for what endpoints look like: the last part of the URL's path is replaced
/// unless it ends with a slash.
std::string joined(std::string url, const std::string& endpoint) {
  while (!url.empty() && std::isspace(static_cast<unsigned char>(url.back())) != 0) {
    url.pop_back();
  }
  const std::size_t scheme = url.find("://");
  if (scheme == std::string::npos ||
      (!url.starts_with("http://") && !url.starts_with("https://"))) {
    throw Error(ErrorCode::usage, "the server's address must begin with http:// or https://");
  }
  const std::size_t path = url.find('/', scheme + 3);
  if (path == std::string::npos) {
    return url + (endpoint.starts_with('/') ? "" : "/") + endpoint;
  }
  return endpoint.starts_with('/') ? url.substr(0, path) + endpoint
                                   : url.substr(0, url.rfind('/') + 1) + endpoint;
}

std::string key_of(const Json& auth) {
  const std::string type = text(auth, {"type"});
  if (type.empty()) {
    return {};
  }
  if (type != "api_key") {
    throw Error(ErrorCode::usage,
                "authentication of type '" + type + "' is not known here; accepted is api_key");
  }
  const std::string key = text(auth, {"apiKey", "apikey", "api_key"});
  if (key.empty()) {
    throw Error(ErrorCode::usage, "authentication by api_key lacks its apiKey");
  }
  return key;
}

std::chrono::milliseconds timeout_of(const std::string& value) {
  if (value.empty()) {
    return HttpConfig().timeout;
  }
  char* end = nullptr;
  const double seconds = std::strtod(value.c_str(), &end);
  if (*end != '\0' || !(seconds > 0 && seconds < 3600)) {
    throw Error(ErrorCode::usage, "timeout '" + value + "' is no number of seconds up to 3600");
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

HttpConfig nested_http(const Json& given) {
  HttpConfig http;
  const std::string url = text(given, {"url"});
  if (url.empty()) {
    throw Error(ErrorCode::usage, "transport http lacks its url: set OPENLINEAGE__TRANSPORT__URL");
  }
  const std::string endpoint = text(given, {"endpoint"});
  http.url = joined(url, endpoint.empty() ? std::string(kEndpoint) : endpoint);
  http.key = key_of(given.value("auth", Json()));
  http.timeout = timeout_of(text(given, {"timeout"}));
  http.verify = truth(text(given, {"verify"}), true);
  const Json tls =
      given.value("sslcontext", given.value("ssl_context", given.value("sslContext", Json())));
  http.ca_file = text(tls, {"cacertpath", "ca_cert_path", "caCertPath"});
  http.certificate_file = text(tls, {"clientcertpath", "client_cert_path", "clientCertPath"});
  http.certificate_key_file = text(tls, {"clientkeypath", "client_key_path", "clientKeyPath"});
  const Json headers = given.value("custom_headers", Json());
  if (headers.is_object()) {
    for (const auto& [name, value] : headers.items()) {
      http.headers[name] = value.is_string() ? value.get<std::string>() : value.dump();
    }
  }
  return http;
}

FileConfig nested_file(const Json& given) {
  const std::string path = text(given, {"log_file_path"});
  if (path.empty()) {
    throw Error(ErrorCode::usage,
                "transport file lacks its path: set OPENLINEAGE__TRANSPORT__LOG_FILE_PATH");
  }
  if (path.find("://") != std::string::npos) {
    throw Error(ErrorCode::usage, "transport file writes to local files only, not to " + path);
  }
  return {path, truth(text(given, {"append"}), false)};
}

Config nested(const Json& transport) {
  Config config;
  const std::string type = text(transport, {"type"});
  if (type == "http" || type == "async_http") {
    config.kind = Config::Kind::http;
    config.http = nested_http(transport);
  } else if (type == "file") {
    config.kind = Config::Kind::file;
    config.file = nested_file(transport);
  } else if (type == "console") {
    config.kind = Config::Kind::console;
  } else if (type != "noop") {
    throw Error(ErrorCode::usage, "transport '" + type + "' is not known here; " + kAccepted);
  }
  return config;
}

Config by_url(const Environment& environment) {
  Config config;
  config.kind = Config::Kind::http;
  const std::string endpoint = variable(environment, "OPENLINEAGE_ENDPOINT");
  config.http.url = joined(variable(environment, "OPENLINEAGE_URL"),
                           endpoint.empty() ? std::string(kEndpoint) : endpoint);
  config.http.key = variable(environment, "OPENLINEAGE_API_KEY");
  return config;
}

/// The client hands OPENLINEAGE_URL and what belongs to it to its asynchronous transport.
void lend_url(Json& transport, const Environment& environment) {
  if (text(transport, {"type"}) != "async_http" || transport.contains("url")) {
    return;
  }
  transport["url"] = variable(environment, "OPENLINEAGE_URL");
  const std::string key = variable(environment, "OPENLINEAGE_API_KEY");
  if (!key.empty() && !transport.contains("auth")) {
    transport["auth"] = {{"type", "api_key"}, {"apiKey", key}};
  }
}

/// Of a setting in the file and in a variable the file's holds, as with the client.
Json all_settings(const Environment& environment) {
  Json settings = nested_variables(environment);
  if (const std::string file = variable(environment, "OPENLINEAGE_CONFIG"); !file.empty()) {
    settings.update(read_config_file(file), true);
  }
  return settings;
}

}  // namespace

Json nested_variables(const Environment& environment) {
  Json all = Json::object();
  for (auto entry = environment.rbegin(); entry != environment.rend(); ++entry) {
    if (!entry->first.starts_with(kPrefix) || entry->first.size() == kPrefix.size()) {
      continue;
    }
    Json value = Json::parse(entry->second, nullptr, false);
    if (value.is_discarded()) {
      value = entry->second;
    }
    Json* at = &all;
    const auto parts = parts_of(std::string_view(entry->first).substr(kPrefix.size()));
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      Json& next = (*at)[parts[i]];
      if (!next.is_object()) {
        next = Json::object();
      }
      at = &next;
    }
    (*at)[parts.back()] = std::move(value);
  }
  return all;
}

Config read_config(const Environment& environment) {
  if (lower(variable(environment, "OPENLINEAGE_DISABLED")) == "true") {
    return {};
  }
  Json transport = all_settings(environment).value("transport", Json());
  if (!text(transport, {"type"}).empty()) {
    lend_url(transport, environment);
    return nested(transport);
  }
  if (!variable(environment, "OPENLINEAGE_URL").empty()) {
    return by_url(environment);
  }
  throw Error(
      ErrorCode::usage,
      "nothing says where to send events; set OPENLINEAGE_URL, OPENLINEAGE__TRANSPORT__TYPE, "
      "or 'transport:' in the file named by OPENLINEAGE_CONFIG");
}

}  // namespace tranche::adapters::openlineage
