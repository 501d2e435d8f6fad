#include "tranche/roles.hpp"

#include "sql/connection.hpp"
#include "sql/migrate.hpp"
#include "sql/queries.hpp"

#include "tranche/error.hpp"

#include <set>

namespace tranche {

namespace sql {
#ifdef TRANCHE_POSTGRES
extern const std::string_view roles_postgres;
#endif
}  // namespace sql

namespace {

using Placeholders = std::map<std::string, std::string>;

std::vector<std::string> named(const Roles& roles) {
  std::vector<std::string> names;
  for (const std::string& name : {roles.operators, roles.readers}) {
    if (!name.empty()) {
      names.push_back(name);
    }
  }
  return names;
}

Placeholders placeholders(const std::string& role) {
  return {{"role", sql::quote_identifier(role)},
          {"role_text", sql::quote_literal(role)},
          {"body", ""},
          {"schema", ""},
          {"table", ""},
          {"table_schema", ""}};
}

std::string statement(const char* name, const Placeholders& values) {
#ifdef TRANCHE_POSTGRES
  return sql::Queries(sql::roles_postgres, values)[name].text + ";\n";
#else
  throw Error(ErrorCode::refused, "this build of tranche has no PostgreSQL support");
#endif
}

std::string create(const std::string& role) {
  Placeholders values = placeholders(role);
  values["body"] = sql::quote_literal(statement("create_role_body", values));
  return statement("create_role", values);
}

}  // namespace

std::string inventory_grants(const Roles& roles, const std::string& schema) {
  sql::check_schema_name(schema);
  std::string text;
  for (const std::string& role : named(roles)) {
    Placeholders values = placeholders(role);
    values["schema"] = sql::quote_identifier(schema);
    text += create(role);
    text += statement(role == roles.operators ? "operate" : "look", values);
  }
  return text;
}

std::string source_grants(const Roles& roles, const std::vector<std::string>& tables) {
  std::string text;
  for (const std::string& role : named(roles)) {
    std::set<std::string> schemas;
    for (const std::string& table : tables) {
      Placeholders values = placeholders(role);
      const std::string schema = sql::parse_qualified(table).schema;
      if (!schema.empty() && schemas.insert(schema).second) {
        values["table_schema"] = sql::quote_identifier(schema);
        text += statement("read_source_schema", values);
      }
      values["table"] = sql::quote_qualified(table);
      text += statement("read_source", values);
    }
  }
  return text;
}

}  // namespace tranche
