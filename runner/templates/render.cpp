#include "templates/template.hpp"

#include "tranche/error.hpp"

#include <algorithm>

namespace tranche::runner {
namespace {

constexpr std::string_view kEdge = "__";

std::string names_of(const std::vector<TemplateParameter>& parameters) {
  std::string names;
  for (const TemplateParameter& parameter : parameters) {
    names += (names.empty() ? "" : ", ") + parameter.name;
  }
  return names;
}

void check_names(const Template& source, const TemplateValues& values) {
  for (const auto& [name, value] : values) {
    const bool known = std::any_of(source.parameters.begin(),
                                   source.parameters.end(),
                                   [&, &name = name](const auto& p) { return p.name == name; });
    if (!known) {
      throw Error(ErrorCode::usage,
                  "template " + source.name + " has no parameter '" + name +
                      "'; it has: " + names_of(source.parameters));
    }
  }
  std::string lacking;
  for (const TemplateParameter& parameter : source.parameters) {
    if (!parameter.otherwise && !values.contains(parameter.name)) {
      lacking += (lacking.empty() ? "" : " ") + ("--set " + parameter.name + "=…");
    }
  }
  if (!lacking.empty()) {
    throw Error(ErrorCode::usage, "template " + source.name + " needs " + lacking);
  }
}

}  // namespace

std::string render(const Template& source, const TemplateValues& values) {
  check_names(source, values);
  const bool manifest = source.file.ends_with(".yaml");
  TemplateValues filled;
  for (const TemplateParameter& parameter : source.parameters) {
    const auto given = values.find(parameter.name);
    filled[parameter.name] = filled_in(
        parameter, given == values.end() ? *parameter.otherwise : given->second, manifest);
  }
  // In one pass, so that a value that looks like a placeholder stays as it is.
  std::string text;
  std::string_view rest = source.body;
  for (std::size_t begin = rest.find(kEdge); begin != std::string_view::npos;
       begin = rest.find(kEdge)) {
    const std::size_t end = rest.find(kEdge, begin + kEdge.size());
    const auto found = end == std::string_view::npos
                           ? filled.end()
                           : filled.find(std::string(
                                 rest.substr(begin + kEdge.size(), end - begin - kEdge.size())));
    text += rest.substr(0, begin);
    if (found == filled.end()) {
      text += kEdge;
      rest.remove_prefix(begin + kEdge.size());
    } else {
      text += found->second;
      rest.remove_prefix(end + kEdge.size());
    }
  }
  return text.append(rest);
}

}  // namespace tranche::runner
