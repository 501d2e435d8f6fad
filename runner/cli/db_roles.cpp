#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/print.hpp"
#include "exit_status.hpp"

#include "tranche/error.hpp"
#include "tranche/inventory.hpp"
#include "tranche/roles.hpp"

#include <algorithm>
#include <map>

namespace tranche::cli {
namespace {

struct Options {
  std::optional<std::string> operators;
  std::optional<std::string> readers;
  std::vector<std::string> tables;
};

/// Both under their default names unless one is named.
Roles roles_of(const Options& options) {
  for (const auto& name : {options.operators, options.readers}) {
    if (name && name->empty()) {
      throw Error(ErrorCode::usage, "db roles: a role needs a name");
    }
  }
  if (!options.operators && !options.readers) {
    return {"tranche_operator", "tranche_reader"};
  }
  if (options.operators == options.readers) {
    throw Error(ErrorCode::usage, "db roles: --operator and --reader must be two roles");
  }
  return {options.operators.value_or(""), options.readers.value_or("")};
}

std::string as_comment(const std::string& text) {
  std::string commented;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin) + 1;
    commented += "--   " + text.substr(begin, end - begin);
    begin = end;
  }
  return commented;
}

/// The tables that jobs read, by database.
std::map<std::string, std::vector<std::string>> sources(const Context& context) {
  std::map<std::string, std::vector<std::string>> found;
  Inventory inventory = need_inventory(context, "an inventory");
  for (const Job& job : inventory.list_jobs()) {
    const DatabaseUrl where = source_of(context, job.definition);
    auto& tables = found[where.redacted()];
    const bool known =
        std::find(tables.begin(), tables.end(), job.definition.table) != tables.end();
    if (where.kind() == DatabaseUrl::Kind::postgres && !known) {
      tables.push_back(job.definition.table);
    }
  }
  return found;
}

int print_roles(const Context& context, const Options& options) {
  const Roles roles = roles_of(options);
  const DatabaseUrl where = context.inventory();
  if (where.kind() != DatabaseUrl::Kind::postgres) {
    throw Error(ErrorCode::refused,
                "db roles: " + where.redacted() +
                    " is SQLite, which has no roles; the permissions of the file are its grants");
  }
  auto by_database = sources(context);
  auto& here = by_database[where.redacted()];
  here.insert(here.end(), options.tables.begin(), options.tables.end());
  std::string text = inventory_grants(roles, context.schema) + source_grants(roles, here);
  by_database.erase(where.redacted());
  for (const auto& [database, tables] : by_database) {
    if (!tables.empty()) {
      text += "-- In " + database + ", with roles of these names:\n" +
              as_comment(source_grants(roles, tables));
    }
  }
  print(text);
  return runner::kExitDone;
}

}  // namespace

void add_db_roles(Registry& registry) {
  auto& c = registry.command("db roles",
                             "SQL for roles that may do no more than they need",
                             "tranche db roles --operator etl --reader grafana | psql -d etl");
  auto options = std::make_shared<Options>();
  c.about(
      "Prints; changes nothing. Run by the owner of the inventory, the SQL makes an operator's "
      "role, "
      "which reads the jobs' tables and works on the inventory's rows, and a reader's, for "
      "dashboards: backlog, batches, asset, runs. Neither makes or changes tables, so 'tranche db "
      "migrate' stays with the owner. Roles that are missing are made without a login: GRANT etl "
      "TO "
      "your users. Run it again when a job reads another table, and after a migration.");
  c.option("--operator", options->operators, "NAME", "The operators' role alone, or with --reader")
      .default_text("tranche_operator");
  c.option("--reader", options->readers, "NAME", "The readers' role alone, or with --operator")
      .default_text("tranche_reader");
  c.option("--table", options->tables, "[SCHEMA.]T", "One more table that may be read");
  c.run([options](Context& context) { return print_roles(context, *options); });
}

}  // namespace tranche::cli
