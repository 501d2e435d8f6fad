#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/print.hpp"
#include "exit_status.hpp"
#include "templates/template.hpp"

#include "tranche/error.hpp"

#include <memory>

namespace tranche::cli {
namespace {

using runner::Template;
using runner::TemplateParameter;
using runner::TemplateValues;

constexpr const char* kCommand = "command";

Json parameter_json(const TemplateParameter& parameter) {
  Json json;
  json["name"] = parameter.name;
  json["type"] = runner::type_text(parameter);
  json["default"] = parameter.otherwise ? Json(*parameter.otherwise) : Json();
  json["required"] = !parameter.otherwise;
  json["what"] = parameter.what;
  return json;
}

Json template_json(const Template& one) {
  Json json;
  json["name"] = one.name;
  json["file"] = one.file;
  json["what"] = one.what;
  json["parameters"] = Json::array();
  for (const TemplateParameter& parameter : one.parameters) {
    json["parameters"].push_back(parameter_json(parameter));
  }
  return json;
}

/// "job, image; name, db": what is needed first.
std::string parameters_text(const Json& row) {
  std::string needed;
  std::string others;
  for (const Json& parameter : row.at("parameters")) {
    std::string& list = parameter.at("required").get<bool>() ? needed : others;
    list += (list.empty() ? "" : " ") + parameter.at("name").get<std::string>();
  }
  return needed + (others.empty() ? "" : (needed.empty() ? "[" : " [") + others + "]");
}

std::string default_text(const Json& row) {
  return row.at("required").get<bool>() ? "(needed)" : row.at("default").get<std::string>();
}

Template find_template(const std::string& name) {
  for (Template& one : runner::all_templates()) {
    if (one.name == name) {
      return std::move(one);
    }
  }
  throw Error(ErrorCode::internal, "template " + name + " is listed and not there");
}

struct Options {
  std::string name;
  std::vector<std::string> settings;
  std::vector<std::string> command;
  OutputFormat output = OutputFormat::table;
};

int list_templates(const Options& options) {
  Listing listing(options.output,
                  "templates",
                  {{"name", "TEMPLATE"},
                   {"what", "FOR"},
                   {"parameters", "PARAMETERS", Column::Align::left, 0, parameters_text}});
  for (const Template& one : runner::all_templates()) {
    listing.add(template_json(one));
  }
  listing.finish();
  return runner::kExitDone;
}

int show_template(const Options& options) {
  const Template one = find_template(options.name);
  Listing listing(options.output,
                  "parameters",
                  {{"name", "PARAMETER"},
                   {"type", "TYPE", Column::Align::left, 0},
                   {"default", "DEFAULT", Column::Align::left, 1, default_text},
                   {"what", "WHAT"}});
  for (const TemplateParameter& parameter : one.parameters) {
    listing.add(parameter_json(parameter));
  }
  listing.finish();
  return runner::kExitDone;
}

TemplateValues read_values(const Options& options) {
  TemplateValues values;
  for (const std::string& setting : options.settings) {
    const std::size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw Error(ErrorCode::usage,
                  "--set: '" + setting + "' is no setting; accepted is NAME=VALUE");
    }
    if (!values.emplace(setting.substr(0, equals), setting.substr(equals + 1)).second) {
      throw Error(ErrorCode::usage, "--set: " + setting.substr(0, equals) + " is given twice");
    }
  }
  if (!options.command.empty()) {
    const Json words = options.command;
    if (!values.emplace(kCommand, words.dump(-1, ' ', false, Json::error_handler_t::replace))
             .second) {
      throw Error(ErrorCode::usage,
                  "the command stands behind -- or in --set command=, not in both");
    }
  }
  return values;
}

int render_template(const Options& options) {
  print(runner::render(find_template(options.name), read_values(options)));
  return runner::kExitDone;
}

void add_name(Command& c, std::string& name) {
  Parameter& parameter =
      c.positional("NAME", name, "The template; 'tranche template list' tells them");
  for (const runner::EmbeddedFile& file : runner::embedded_templates()) {
    parameter.choices.emplace_back(file.name.substr(0, file.name.rfind('.')));
  }
}

}  // namespace

void add_template(Registry& registry) {
  registry.family("template", "Files for Argo Workflows, Kubernetes, Airflow and Spark");
  auto options = std::make_shared<Options>();
  auto& list = registry.command("template list", "The templates", "tranche template list");
  list.listing(options->output);
  list.run([options](Context&) { return list_templates(*options); });

  auto& show = registry.command(
      "template show", "A template's parameters", "tranche template show argo-loop");
  add_name(show, options->name);
  show.listing(options->output);
  show.run([options](Context&) { return show_template(*options); });

  auto& c = registry.command("template render",
                             "Print a template with its parameters filled in",
                             "tranche template render kubernetes-job --set job=flights --set "
                             "image=load:1 >job.yaml");
  c.example("tranche template render airflow-dag --set job=flights -- load.sh {items_file}");
  c.about(
      "The result goes to standard output: a manifest, a workflow, a DAG or a Spark job. Values "
      "are "
      "checked and quoted; no database is opened.");
  add_name(c, options->name);
  c.option("--set", options->settings, "NAME=VALUE", "A parameter");
  c.rest("COMMAND", options->command, "The parameter 'command', a word each").required = false;
  c.run([options](Context&) { return render_template(*options); });
}

}  // namespace tranche::cli
