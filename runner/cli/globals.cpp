#include "cli/globals.hpp"

#include "log.hpp"

#include <cstdlib>

namespace tranche::cli {

Globals::Globals(Context& context) : context_(context) {
  Command& c = options_;
  c.option("--db", context.db, "URL", "The inventory: sqlite:PATH, postgresql://... or 'host=...'")
      .env("TRANCHE_DB")
      .default_text("sqlite:, ~/.local/share/tranche/inventory.db");
  c.option("--schema", context.schema, "S", "Schema of the inventory's tables on PostgreSQL")
      .env("TRANCHE_SCHEMA");
  c.choices("--log-level",
            context.log_level,
            {"error", "warning", "info", "debug"},
            "What is told on standard error")
      .env("TRANCHE_LOG_LEVEL");
  c.choices("--log-format", context.log_format, {"text", "json"}, "Lines for people or JSON lines")
      .env("TRANCHE_LOG_FORMAT");
  c.flag("-h,--help", help_, "Show this help");
  c.flag("--version", version_, "Show the version");
  for (Parameter& parameter : options_.parameters()) {
    parameters_.push_back(&parameter);
  }
}

void Globals::apply() {
  finish("", parameters_);
  using runner::log::Level;
  const std::string& level = context_.log_level;
  runner::log::set_level(level == "error"     ? Level::error
                         : level == "warning" ? Level::warning
                         : level == "debug"   ? Level::debug
                                              : Level::info);
  runner::log::set_format(context_.log_format == "json" ? runner::log::Format::json
                                                        : runner::log::Format::text);
}

void Globals::export_to_environment() const {
  for (const Parameter* parameter : parameters_) {
    if (!parameter->given || parameter->environment.empty()) {
      continue;
    }
    const std::string& name = parameter->name;
    const std::string& value = name == "--db"          ? *context_.db
                               : name == "--schema"    ? context_.schema
                               : name == "--log-level" ? context_.log_level
                                                       : context_.log_format;
    setenv(parameter->environment.c_str(), value.c_str(), 1);
  }
}

}  // namespace tranche::cli
