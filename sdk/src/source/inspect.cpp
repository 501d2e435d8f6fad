#include "source/describe.hpp"
#include "source/filter_words.hpp"
#include "sql/connection.hpp"
#include "sql/queries.hpp"

#include "tranche/error.hpp"
#include "tranche/source.hpp"

#include <algorithm>
#include <array>

namespace tranche::sql {
extern const std::string_view inspect_sqlite;
#ifdef TRANCHE_POSTGRES
extern const std::string_view inspect_postgres;
#endif
}  // namespace tranche::sql

namespace tranche {

namespace {

using source::Column;
using source::Table;

// Names without a schema stay as they were given where this one has the table.
constexpr std::string_view kOnEverySearchPath = "public";
constexpr Duration kCheckTimeout = std::chrono::seconds(30);
// Without an index it reads the whole table.
constexpr Duration kNullTimeout = std::chrono::hours(1);

sql::Queries queries(sql::Dialect dialect,
                     const Table& table,
                     const JobDefinition& definition,
                     const std::string& condition = "true") {
  const std::map<std::string, std::string> filled = {
      {"table", sql::quote_qualified(definition.table)},
      {"name", sql::quote_identifier(table.name.name)},
      {"key", sql::quote_identifier(definition.key_column)},
      {"condition", condition}};
#ifdef TRANCHE_POSTGRES
  if (dialect == sql::Dialect::postgres) {
    return {sql::inspect_postgres, filled};
  }
#else
  static_cast<void>(dialect);
#endif
  return {sql::inspect_sqlite, filled};
}

// The line breaks end a comment that the filter may end with.
std::string bracketed(const std::string& filter) {
  return "(\n" + filter + "\n)";
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return text;
}

[[noreturn]] void refuse_key_type(const Column& column, const std::string& why) {
  throw Error(ErrorCode::refused,
              "key column '" + column.name + "' " + why +
                  "; accepted are integer, text, timestamp, date and UUID columns");
}

KeyType postgres_key_type(const Column& column) {
  static constexpr std::array<std::pair<std::string_view, KeyType>, 10> kTypes{
      {{"int2", KeyType::integer},
       {"int4", KeyType::integer},
       {"int8", KeyType::integer},
       {"text", KeyType::text},
       {"varchar", KeyType::text},
       {"name", KeyType::text},
       {"timestamp", KeyType::timestamp},
       {"timestamptz", KeyType::timestamp},
       {"date", KeyType::date},
       {"uuid", KeyType::uuid}}};
  for (const auto& [name, type] : kTypes) {
    if (name == column.base) {
      return type;
    }
  }
  refuse_key_type(column, "is of type " + column.declared);
}

// SQLite columns hold any type, so the values at both ends are asked as well as the declaration.
KeyType sqlite_key_type(sql::Connection& connection,
                        const Column& column,
                        const sql::Queries& named) {
  const auto type_at = [&](const char* end) -> std::string {
    const auto rows = connection.query(named[end]);
    return rows->next() ? rows->text(0) : "";
  };
  const std::string lowest = type_at("lowest_key_type");
  const std::string highest = type_at("highest_key_type");
  if (lowest != highest) {
    refuse_key_type(column, "holds both " + lowest + " and " + highest + " values");
  }
  if (lowest == "integer" || (lowest.empty() && contains(column.base, "INT"))) {
    return KeyType::integer;
  }
  const std::array<const char*, 7> texts{"CHAR", "TEXT", "CLOB", "DATE", "TIME", "UUID", "GUID"};
  const bool declared_text = std::any_of(
      texts.begin(), texts.end(), [&](const char* part) { return contains(column.base, part); });
  if (lowest == "text" || (lowest.empty() && declared_text)) {
    return KeyType::text;
  }
  refuse_key_type(
      column,
      lowest.empty() ? "is declared as '" + column.declared + "'" : "holds " + lowest + " values");
}

void check_weight_type(sql::Dialect dialect, const Column& column) {
  const std::string base = lower(column.base);
  bool number = false;
  if (dialect == sql::Dialect::postgres) {
    const std::array<std::string_view, 6> numbers{
        "int2", "int4", "int8", "float4", "float8", "numeric"};
    number = std::find(numbers.begin(), numbers.end(), base) != numbers.end();
  } else {
    // A column without a type, or of an unknown one, holds numbers as numbers; single values are
    // checked as they are read.
    const std::array<const char*, 7> others{"char", "text", "clob", "blob", "date", "time", "bool"};
    number = std::none_of(
        others.begin(), others.end(), [&](const char* part) { return contains(base, part); });
  }
  if (!number) {
    throw Error(ErrorCode::refused,
                "weight column '" + column.name + "' is of type " + column.declared +
                    "; accepted are integer, real and numeric columns");
  }
}

bool is_time(sql::Dialect dialect, const Column& column, KeyType type) {
  if (dialect == sql::Dialect::postgres) {
    return type == KeyType::timestamp || type == KeyType::date;
  }
  return contains(column.base, "DATE") || contains(column.base, "TIME");
}

void check_key_values(sql::Connection& connection,
                      const Table& table,
                      const Column& key,
                      const sql::Queries& named) {
  const sql::Transaction transaction(connection, sql::Mode::read_only, kNullTimeout);
  const auto rows = connection.query(named["has_null_key"]);
  if (rows->next() && rows->integer(0) != 0) {
    throw Error(ErrorCode::refused,
                "key column '" + key.name + "' of " + table.name.name +
                    " holds NULL; every asset needs a key");
  }
}

// Runs the condition over nothing: the database itself says what is wrong with it. Without
// parameters, so that `$1` or `?` in it is refused; as one statement, which the protocol holds to.
void try_condition(sql::Connection& connection,
                   const Table& table,
                   const JobDefinition& definition,
                   const std::string& condition) {
  const sql::Queries named = queries(connection.dialect(), table, definition, condition);
  const sql::Transaction transaction(connection, sql::Mode::read_only, kCheckTimeout);
  try {
    connection.query(named["try_condition"])->next();
  } catch (const Error& error) {
    if (error.code() != ErrorCode::refused) {
      throw;
    }
    throw Error(ErrorCode::refused,
                "the filter is refused by the database: " + std::string(error.what()) +
                    "; accepted is one SQL condition on the columns of " + definition.table);
  }
}

void check_filter_names_a_column(const Table& table, const JobDefinition& definition) {
  const source::FilterWords words = source::filter_words(definition.filter);
  std::string columns;
  for (const Column& column : table.columns) {
    columns += (columns.empty() ? "" : ", ") + column.name;
    for (const std::string& word : words.names) {
      if (lower(word) == lower(column.name)) {
        return;
      }
    }
  }
  throw Error(ErrorCode::refused,
              "the filter names no column of " + table.name.name + "; it has: " + columns);
}

[[noreturn]] void refuse_unstable(const std::string& why) {
  throw Error(
      ErrorCode::refused,
      "the filter " + why +
          ", so an asset that does not match today could match later and would be lost; accepted "
          "are "
          "conditions on columns that do not change after the insert (--unstable-filter insists)");
}

void check_words_are_stable(const std::string& filter) {
  const source::FilterWords words = source::filter_words(filter);
  static constexpr std::array<std::string_view, 15> kMoving{"now",
                                                            "current_timestamp",
                                                            "current_date",
                                                            "current_time",
                                                            "localtimestamp",
                                                            "localtime",
                                                            "random",
                                                            "clock_timestamp",
                                                            "timeofday",
                                                            "statement_timestamp",
                                                            "changes",
                                                            "transaction_timestamp",
                                                            "randomblob",
                                                            "gen_random_uuid",
                                                            "set_config"};
  for (const std::string& word : words.bare) {
    const std::string name = lower(word);
    if (name == "select") {
      refuse_unstable("reads another table");
    }
    if (std::find(kMoving.begin(), kMoving.end(), name) != kMoving.end()) {
      refuse_unstable("depends on '" + word + "'");
    }
  }
  for (const std::string& literal : words.literals) {
    const std::string text = lower(literal);
    if (text == "now" || text == "today" || text == "yesterday" || text == "tomorrow") {
      refuse_unstable("depends on the clock ('" + literal + "')");
    }
  }
}

// A partial index takes only conditions that never change their answer for a row: an empty copy of
// the table is asked to take one. Left out where the role may not make temporary tables.
void check_index_takes_filter(sql::Connection& connection,
                              const Table& table,
                              const JobDefinition& definition) {
  const sql::Queries named =
      queries(connection.dialect(), table, definition, bracketed(definition.filter));
  try {
    sql::Transaction transaction(connection, sql::Mode::read_write, kCheckTimeout);
    connection.execute(named["copy_table"]);
    connection.execute(named["index_copy"]);
  } catch (const Error& error) {
    const std::string text = error.what();
    if (error.query() == "index_copy" && (error.native() == "42P17" || error.native() == "0A000" ||
                                          contains(text, "prohibited in partial index"))) {
      refuse_unstable("is not a fixed property of a row (" + text + ")");
    }
  }
}

void check_filter(sql::Connection& connection,
                  const Table& table,
                  const JobDefinition& definition) {
  if (definition.filter.empty()) {
    return;
  }
  if (definition.filter.find('\0') != std::string::npos) {
    throw Error(ErrorCode::refused, "the filter holds a NUL byte; accepted is one SQL condition");
  }
  // Bare, a closing bracket that would end ours is an error; bracketed, an ORDER BY or UNION is.
  try_condition(connection, table, definition, definition.filter);
  try_condition(connection, table, definition, bracketed(definition.filter));
  check_filter_names_a_column(table, definition);
  if (!definition.unstable_filter) {
    check_words_are_stable(definition.filter);
    check_index_takes_filter(connection, table, definition);
  }
}

/// A name that means the same to roles whose search path is another.
std::string with_schema(const Table& table) {
  const auto part = [](const std::string& name) {
    return name.find_first_of(".\"") == std::string::npos ? name : sql::quote_identifier(name);
  };
  return part(table.stored.schema) + "." + part(table.stored.name);
}

void check_unique(sql::Connection& connection,
                  const Table& table,
                  const JobDefinition& definition) {
  if (definition.assume_unique ||
      source::column_is_unique(connection, table, definition.key_column)) {
    return;
  }
  throw Error(ErrorCode::refused,
              "key column '" + definition.key_column + "' of " + table.name.name +
                  " has no unique index of its own; create one, or insist with --assume-unique");
}

void prove_order(sql::Connection& connection,
                 const Table& table,
                 const Column& key,
                 JobDefinition& definition) {
  const source::OrderProof proof = source::prove_order(connection, table, key);
  definition.key_order = proof.order;
  definition.key_order_reason = proof.reason;
}

}  // namespace

void inspect_order(const DatabaseUrl& where, JobDefinition& definition) {
  const auto connection = sql::connect(where, "source", false);
  const Table table = source::describe_table(*connection, definition.table, where.redacted());
  prove_order(
      *connection, table, source::find_column(table, definition.key_column, "key"), definition);
}

void inspect_filter(const DatabaseUrl& where, const JobDefinition& definition) {
  const auto connection = sql::connect(where, "source", false);
  check_filter(*connection,
               source::describe_table(*connection, definition.table, where.redacted()),
               definition);
}

std::vector<std::string> inspect_source(const DatabaseUrl& where, JobDefinition& definition) {
  const auto connection = sql::connect(where, "source", false);
  const Table table = source::describe_table(*connection, definition.table, where.redacted());
  if (connection->dialect() == sql::Dialect::postgres && table.name.schema.empty() &&
      table.stored.schema != kOnEverySearchPath) {
    definition.table = with_schema(table);
  }
  const Column& key = source::find_column(table, definition.key_column, "key");
  definition.key_column = key.name;
  for (auto* column :
       {&definition.item_column, &definition.weight_column, &definition.time_column}) {
    if (*column) {
      const char* role = column == &definition.item_column     ? "item"
                         : column == &definition.weight_column ? "weight"
                                                               : "time column";
      *column = source::find_column(table, **column, role).name;
    }
  }
  const sql::Dialect dialect = connection->dialect();
  const sql::Queries named = queries(dialect, table, definition);
  definition.key_type = dialect == sql::Dialect::postgres
                            ? postgres_key_type(key)
                            : sqlite_key_type(*connection, key, named);
  definition.key_is_time = is_time(dialect, key, definition.key_type);
  if (definition.weight_column) {
    check_weight_type(dialect, source::find_column(table, *definition.weight_column, "weight"));
  }
  check_unique(*connection, table, definition);
  check_key_values(*connection, table, key, named);
  check_filter(*connection, table, definition);
  if (definition.start_key) {
    definition.start_key = Key::parse(definition.key_type, *definition.start_key).text();
  }
  prove_order(*connection, table, key, definition);

  std::vector<std::string> warnings;
  if (definition.key_type == KeyType::text && key.needs_collate &&
      dialect == sql::Dialect::postgres) {
    warnings.push_back(
        "text keys are compared bytewise, and the index of '" + key.name +
        "' sorts otherwise, so every batch sorts the table; CREATE UNIQUE INDEX ON " +
        definition.table + " (" + key.name + " COLLATE \"C\") makes it fast");
  }
  if (definition.key_order == KeyOrder::unproved) {
    warnings.push_back("the order of keys is unproved: " + definition.key_order_reason +
                       "; --settle DURATION delays the newest keys, and 'tranche audit' finds what "
                       "still comes late");
  }
  const auto commits = connection->query(named["synchronous_commit"]);
  commits->next();
  if (commits->text(0) == "off" && definition.key_order == KeyOrder::proved) {
    warnings.push_back(
        "synchronous_commit is off in the source's database: a crash may undo rows that were "
        "handed out, and their keys are given again; set it to on for whoever writes " +
        definition.table);
  }
  return warnings;
}

}  // namespace tranche
