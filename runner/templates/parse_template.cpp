#include "templates/template.hpp"

#include "tranche/error.hpp"
#include "tranche/units.hpp"

#include <array>
#include <utility>

namespace tranche::runner {
namespace {

using Type = TemplateParameter::Type;

constexpr std::string_view kMark = "#: ";
constexpr std::array<std::pair<std::string_view, Type>, 7> kTypes{{{"text", Type::text},
                                                                   {"name", Type::name},
                                                                   {"id", Type::id},
                                                                   {"number", Type::number},
                                                                   {"duration", Type::duration},
                                                                   {"cron", Type::cron},
                                                                   {"words", Type::words}}};

/// What stands before `mark`; `text` keeps what stands behind it.
std::string cut(std::string& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  const std::string before = text.substr(0, at);
  text = at == std::string::npos ? std::string() : text.substr(at + mark.size());
  return before;
}

Type type_of(const std::string& word) {
  for (const auto& [name, type] : kTypes) {
    if (name == word) {
      return type;
    }
  }
  throw Error(ErrorCode::internal, "a template has a parameter of the unknown type '" + word + "'");
}

TemplateParameter parse_parameter(std::string line) {
  TemplateParameter parameter;
  std::string form = cut(line, " -- ");
  parameter.what = line;
  const bool needed = form.find(" = ") == std::string::npos;
  std::string head = cut(form, " = ");
  if (!needed) {
    parameter.otherwise = form;
  }
  parameter.name = cut(head, " ");
  parameter.type = type_of(cut(head, " "));
  if (parameter.type == Type::number) {
    parameter.min = parse_integer(cut(head, ".."), parameter.name, 0, INT64_MAX);
    parameter.max = parse_integer(head, parameter.name, parameter.min, INT64_MAX);
  }
  return parameter;
}

}  // namespace

Template parse_template(const EmbeddedFile& file) {
  Template parsed;
  parsed.file = file.name;
  parsed.name = parsed.file.substr(0, parsed.file.rfind('.'));
  std::string rest(file.text);
  while (rest.starts_with(kMark)) {
    const std::string line = cut(rest, "\n").substr(kMark.size());
    if (parsed.what.empty()) {
      parsed.what = line;
    } else {
      parsed.parameters.push_back(parse_parameter(line));
    }
  }
  parsed.body = std::move(rest);
  return parsed;
}

std::vector<Template> all_templates() {
  std::vector<Template> all;
  for (const EmbeddedFile& file : embedded_templates()) {
    all.push_back(parse_template(file));
  }
  return all;
}

std::string type_text(const TemplateParameter& parameter) {
  std::string text;
  for (const auto& [name, type] : kTypes) {
    if (type == parameter.type) {
      text = name;
    }
  }
  if (parameter.type == Type::number) {
    text += ' ' + std::to_string(parameter.min) + ".." + std::to_string(parameter.max);
  }
  return text;
}

}  // namespace tranche::runner
