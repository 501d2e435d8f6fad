#pragma once

#include "templates/embedded.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Files for orchestrators with parameters to fill in.
///
/// A file of templates/ is YAML or Python as it stands; one of .yaml is a manifest of Kubernetes,
/// one of .yml is not. Its first lines describe it:
///
///   #: What it is for
///   #: NAME TYPE [MIN..MAX] [= DEFAULT] -- what the parameter means
///
/// and are left out of what is rendered. Below them `__NAME__` stands where a scalar of the
/// language may stand, alone, and is replaced by the value, quoted; of TYPE words it stands in a
/// list, and is replaced by the words with commas between them.
namespace tranche::runner {

struct TemplateParameter {
  enum class Type { text, name, id, number, duration, cron, words };

  std::string name;
  Type type = Type::text;
  std::string what;
  /// As a user would give it; without one the parameter is needed.
  std::optional<std::string> otherwise;
  std::int64_t min = 0;  ///< of a number, both ends included
  std::int64_t max = 0;
};

struct Template {
  std::string name;  ///< "argo-loop"
  std::string file;  ///< "argo-loop.yaml"
  std::string what;
  std::vector<TemplateParameter> parameters;
  std::string body;
};

/// Errors: ErrorCode::internal where the file describes itself wrongly.
Template parse_template(const EmbeddedFile& file);
std::vector<Template> all_templates();

/// "text", "number 1..100".
std::string type_text(const TemplateParameter& parameter);

using TemplateValues = std::map<std::string, std::string>;

/// The body with every parameter in its place. Values are as the user gave them.
/// Errors: ErrorCode::usage on an unknown parameter, one that is lacking, and a value that is not
/// of its type.
std::string render(const Template& source, const TemplateValues& values);

/// A scalar of YAML and of Python that holds exactly `text`, on one line.
/// Errors: ErrorCode::usage naming `what` where `text` is not UTF-8.
std::string quoted_scalar(std::string_view text, std::string_view what);
/// What stands in a file of YAML (`manifest`) or Python for `value`, by the parameter's type;
/// errors as render().
std::string filled_in(const TemplateParameter& parameter, const std::string& value, bool manifest);

}  // namespace tranche::runner
