#include "spark/spark_command.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tranche::adapters {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> kPrograms = {
    "spark-submit", "spark3-submit", "spark-sql"};
constexpr std::array<std::string_view, 6> kSwitches = {
    "--supervise", "--usage-error", "--verbose", "-v", "--load-spark-defaults", "-S"};
constexpr std::array<std::string_view, 5> kNoApplication = {
    "--status", "--kill", "--version", "--help", "-h"};

template <typename Names>
bool is_one_of(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r");
  const auto end = text.find_last_not_of(" \t\r");
  return start == std::string_view::npos ? std::string()
                                         : std::string(text.substr(start, end - start + 1));
}

/// As java.util.Properties, without continued lines and escapes. A file that cannot be read is
/// spark-submit's to refuse.
void add_properties(const fs::path& path, Environment& confs) {
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line)) {
    const std::string text = trimmed(line);
    const auto end = text.find_first_of("=: \t");
    if (text.empty() || text[0] == '#' || text[0] == '!' || end == std::string::npos) {
      continue;
    }
    const auto value = text.find_first_not_of("=: \t", end);
    confs.try_emplace(text.substr(0, end),
                      value == std::string::npos ? std::string() : text.substr(value));
  }
}

/// The folder that holds the program's bin; empty: not found.
fs::path home_of(const std::string& program, const Environment& environment) {
  std::error_code failed;
  if (program.find('/') != std::string::npos) {
    return fs::canonical(program, failed).parent_path().parent_path();
  }
  std::istringstream folders(variable(environment, "PATH"));
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path found = fs::canonical(fs::path(folder) / program, failed);
    if (!failed) {
      return found.parent_path().parent_path();
    }
  }
  return {};
}

fs::path defaults_file(const std::string& program, const Environment& environment) {
  const std::string folder = variable(environment, "SPARK_CONF_DIR");
  if (!folder.empty()) {
    return fs::path(folder) / "spark-defaults.conf";
  }
  const std::string home = variable(environment, "SPARK_HOME");
  return (home.empty() ? home_of(program, environment) : fs::path(home)) / "conf" /
         "spark-defaults.conf";
}

/// The command line as spark-submit reads it: "--name value" or "--name=value", until the first
/// word that is no option. spark-sql has options of its own, "-e QUERY", in between.
class Options {
 public:
  explicit Options(const std::vector<std::string>& arguments) : arguments_(arguments) {}

  bool next() {
    if (at_ >= arguments_.size() || !arguments_[at_].starts_with('-')) {
      return false;
    }
    name_ = arguments_[at_++];
    value_.clear();
    if (is_one_of(kSwitches, name_) || is_one_of(kNoApplication, name_)) {
      return true;
    }
    const auto equals = name_.find('=');
    if (name_.starts_with("--") && equals != std::string::npos) {
      value_ = name_.substr(equals + 1);
      name_.resize(equals);
    } else if (at_ < arguments_.size()) {
      value_ = arguments_[at_++];
    }
    return true;
  }
  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }

 private:
  const std::vector<std::string>& arguments_;
  std::size_t at_ = 1;
  std::string name_;
  std::string value_;
};

void set_place(SparkCommand& command) {
  using Manager = SparkCommand::Manager;
  const std::string master = command.conf("spark.master");
  if (!command.conf("spark.remote").empty()) {
    command.manager = Manager::other;
  } else if (master.starts_with("spark://") || master.starts_with("local-cluster")) {
    command.manager = Manager::standalone;
  } else if (master.starts_with("yarn")) {
    command.manager = Manager::yarn;
  } else if (master.starts_with("k8s://")) {
    command.manager = Manager::kubernetes;
  } else {
    command.manager =
        master.empty() || master.starts_with("local") ? Manager::local : Manager::other;
  }
  command.cluster = command.conf("spark.submit.deployMode") == "cluster";
  command.inherited = command.manager == Manager::local || master.starts_with("local-cluster");
}

}  // namespace

bool is_spark_command(const std::vector<std::string>& command) {
  return !command.empty() && is_one_of(kPrograms, fs::path(command.front()).filename().string());
}

std::optional<SparkCommand> read_spark_command(const std::vector<std::string>& arguments,
                                               const Environment& environment) {
  SparkCommand command;
  Environment own;  // options that hold over --conf
  std::string properties;
  bool defaults = false;
  for (Options options(arguments); options.next();) {
    const std::string& name = options.name();
    const std::string& value = options.value();
    if (is_one_of(kNoApplication, name)) {
      return std::nullopt;
    }
    if (name == "--conf" || name == "-c") {
      const auto equals = value.find('=');
      command.confs[value.substr(0, equals)] =
          equals == std::string::npos ? std::string() : value.substr(equals + 1);
    } else if (name == "--master") {
      own["spark.master"] = value;
    } else if (name == "--deploy-mode") {
      own["spark.submit.deployMode"] = value;
    } else if (name == "--remote") {
      own["spark.remote"] = value;
    } else if (name == "--name") {
      own["spark.app.name"] = value;
    } else if (name == "--properties-file") {
      properties = value;
    } else if (name == "--load-spark-defaults") {
      defaults = true;
    }
  }
  own.merge(command.confs);
  command.confs = std::move(own);
  if (!properties.empty()) {
    add_properties(properties, command.confs);
  }
  if (properties.empty() || defaults) {
    add_properties(defaults_file(arguments.front(), environment), command.confs);
  }
  set_place(command);
  return command;
}

}  // namespace tranche::adapters
