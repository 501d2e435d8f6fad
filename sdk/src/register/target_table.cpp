#include "register/target_table.hpp"

#include "tranche/error.hpp"
#include "tranche/units.hpp"

#include <cmath>
#include <filesystem>

namespace tranche::sql {
extern const std::string_view sqlite_register;
extern const std::string_view postgres_register;
}  // namespace tranche::sql

namespace tranche {

namespace {

using sql::Dialect;

constexpr std::int64_t kCreationLock = 0;

// One array parameter in PostgreSQL's text form. Everything is quoted, so NULL can be told from
// 'NULL'.
class ArrayText {
 public:
  void add(std::string_view value) {
    separate();
    text_ += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') {
        text_ += '\\';
      }
      text_ += c;
    }
    text_ += '"';
  }
  void add_null() {
    separate();
    text_ += "NULL";
  }
  std::string finish() { return std::move(text_ += '}'); }

 private:
  void separate() {
    if (text_.size() > 1) {
      text_ += ',';
    }
  }
  std::string text_ = "{";
};

sql::Param weight_param(const std::optional<double>& weight) {
  constexpr double kExactMax = 9'007'199'254'740'992.0;
  if (!weight) {
    return std::monostate{};
  }
  if (*weight <= kExactMax && std::floor(*weight) == *weight) {
    return static_cast<std::int64_t>(*weight);
  }
  return *weight;
}

sql::Param time_param(const std::optional<AssetTime>& time) {
  if (!time) {
    return std::monostate{};
  }
  return format_time(std::chrono::floor<std::chrono::milliseconds>(*time));
}

void note_key(const sql::Rows& row, TargetTable::Inserted& inserted) {
  ++inserted.count;
  if (!row.is_null(0)) {
    inserted.last_key = row.text(0);
    if (!inserted.first_key) {
      inserted.first_key = inserted.last_key;
    }
  }
}

}  // namespace

TargetTable::TargetTable(DatabaseUrl url, std::string name, RegisterColumns columns)
    : url_(std::move(url)),
      name_(std::move(name)),
      columns_(std::move(columns)),
      dialect_(url_.kind() == DatabaseUrl::Kind::sqlite ? Dialect::sqlite : Dialect::postgres),
      layout_{columns_.item, {}, {}, {}, false, {}} {
  fill_queries();
  std::error_code failed;
  if (dialect_ == Dialect::postgres || std::filesystem::exists(url_.path(), failed)) {
    open(false);
    sql::Transaction transaction(*connection_, sql::Mode::read_only);
    inspect();
    transaction.commit();
  }
  if (!exists_) {
    layout_ = new_layout(dialect_, name_, columns_);
  }
}

void TargetTable::open(bool create) {
  connection_ = sql::connect(url_, "table's database", create);
  connection_->script((*queries_)["prepare_connection"]);
}

sql::Params TargetTable::table_params() const {
  if (dialect_ == Dialect::postgres) {
    return {sql::quote_qualified(name_)};
  }
  const sql::QualifiedName parts = sql::parse_qualified(name_);
  return {parts.schema.empty() ? std::string("main") : parts.schema, parts.name};
}

bool TargetTable::inspect() {
  exists_ = false;
  {
    const auto found = connection_->query((*queries_)["find_table"], table_params());
    if (!found->next()) {
      return false;
    }
    table_id_ = found->integer(0);
    if (const std::string kind = found->text(1); kind != "table") {
      throw Error(ErrorCode::refused, name_ + " is a " + kind + "; register fills tables only");
    }
  }
  std::vector<ColumnFacts> columns;
  const auto rows = connection_->query((*queries_)["table_columns"], table_params());
  while (rows->next()) {
    columns.push_back({rows->text(0),
                       rows->text(1),
                       rows->integer(2) != 0,
                       rows->integer(3) != 0,
                       rows->integer(4) != 0,
                       rows->integer(5) != 0});
  }
  layout_ = check_layout(dialect_, name_, columns, columns_);
  fill_queries();
  exists_ = true;
  return true;
}

std::map<std::string, std::string> TargetTable::placeholders() const {
  const bool postgres = dialect_ == Dialect::postgres;
  std::string columns = sql::quote_identifier(layout_.item);
  std::string values = "given.item";
  if (layout_.weight) {
    columns += ", " + sql::quote_identifier(layout_.weight->name);
    const std::string value = postgres ? "given.weight::" + layout_.weight->type : "given.weight";
    values += layout_.weight->not_null ? ", coalesce(" + value + ", 0)" : ", " + value;
  }
  if (layout_.time) {
    columns += ", " + sql::quote_identifier(layout_.time->name);
    const bool zoned = layout_.time->type == "timestamp with time zone";
    values += !postgres ? ", given.time"
                        : std::string(zoned ? ", timestamptz" : ", timestamp") +
                              " 'epoch' + given.time * interval '1 microsecond'";
  }
  const std::string key = layout_.key.empty() ? "NULL" : sql::quote_identifier(layout_.key);
  return {{"table", sql::quote_qualified(name_)},
          {"item", sql::quote_identifier(layout_.item)},
          {"weight", sql::quote_identifier(columns_.weight.value_or("weight"))},
          {"time", sql::quote_identifier(columns_.time.value_or("modified_at"))},
          {"columns", columns},
          {"values", values},
          {"key", key}};
}

void TargetTable::fill_queries() {
  const std::string_view file =
      dialect_ == Dialect::postgres ? sql::postgres_register : sql::sqlite_register;
  queries_ = std::make_unique<sql::Queries>(file, placeholders());
}

bool TargetTable::create_if_missing() {
  if (!connection_) {
    open(true);
  }
  sql::Transaction transaction(*connection_);
  connection_->query((*queries_)["lock_table_of_items"], {kCreationLock})->next();
  bool created = false;
  if (!inspect()) {
    connection_->execute((*queries_)["create_table_of_items"]);
    created = true;
    inspect();
  }
  transaction.commit();
  return created;
}

TargetTable::Inserted TargetTable::insert(const std::vector<RegisterItem>& items) {
  Inserted inserted;
  sql::Transaction transaction(*connection_);
  connection_->query((*queries_)["lock_table_of_items"], {table_id_})->next();
  if (dialect_ == Dialect::postgres) {
    insert_arrays(items, inserted);
    if (inserted.count > 0) {
      connection_->query((*queries_)["tell_followers"], {table_id_});
    }
  } else {
    insert_one_by_one(items, inserted);
  }
  transaction.commit();
  return inserted;
}

void TargetTable::insert_one_by_one(const std::vector<RegisterItem>& items, Inserted& inserted) {
  const sql::Statement& statement = (*queries_)["insert_items"];
  for (const RegisterItem& item : items) {
    const auto row = connection_->query(
        statement, {item.item, weight_param(item.weight), time_param(item.time)});
    while (row->next()) {
      note_key(*row, inserted);
    }
  }
}

void TargetTable::insert_arrays(const std::vector<RegisterItem>& items, Inserted& inserted) {
  ArrayText names;
  ArrayText weights;
  ArrayText times;
  for (const RegisterItem& item : items) {
    names.add(item.item);
    item.weight ? weights.add(format_weight(*item.weight)) : weights.add_null();
    item.time ? times.add(std::to_string(item.time->time_since_epoch().count())) : times.add_null();
  }
  const auto rows = connection_->query((*queries_)["insert_items"],
                                       {names.finish(), weights.finish(), times.finish()});
  while (rows->next()) {
    note_key(*rows, inserted);
  }
}

std::vector<std::size_t> TargetTable::missing(const std::vector<RegisterItem>& items) {
  std::vector<std::size_t> places;
  if (!exists_) {
    for (std::size_t place = 0; place < items.size(); ++place) {
      places.push_back(place);
    }
    return places;
  }
  const sql::Statement& statement = (*queries_)["missing_items"];
  if (dialect_ == Dialect::sqlite) {
    for (std::size_t place = 0; place < items.size(); ++place) {
      if (connection_->query(statement, {items[place].item})->next()) {
        places.push_back(place);
      }
    }
    return places;
  }
  ArrayText names;
  for (const RegisterItem& item : items) {
    names.add(item.item);
  }
  const auto rows = connection_->query(statement, {names.finish()});
  while (rows->next()) {
    places.push_back(static_cast<std::size_t>(rows->integer(0)) - 1);
  }
  return places;
}

}  // namespace tranche
