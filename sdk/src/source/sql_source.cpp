#include "source/describe.hpp"
#include "source/filter_text.hpp"
#include "source/time_condition.hpp"
#include "sql/queries.hpp"
#ifdef TRANCHE_POSTGRES
#include "postgres/writer_watch.hpp"
#endif

#include "tranche/error.hpp"
#include "tranche/source.hpp"

#include <limits>
#include <map>

namespace tranche::sql {
extern const std::string_view source_shared;
}  // namespace tranche::sql

namespace tranche {

namespace {

using sql::Dialect;
using sql::Queries;

std::string text_literal(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    quoted += c;
    if (c == '\'') {
      quoted += '\'';
    }
  }
  return quoted + "'";
}

/// How the key column of one table is read, compared and passed, in its dialect.
struct KeyForm {
  std::string column;
  std::string read;
  std::string order;
  std::string cast;  ///< after a parameter or literal
  std::string age;   ///< seconds since the key, where it is a time
};

std::string sqlite_age(const std::string& column) {
  // Numbers are seconds or, from 1973 on in milliseconds, milliseconds since 1970.
  return "CASE typeof(" + column + ") WHEN 'text' THEN (julianday('now') - julianday(" + column +
         ")) * 86400.0 WHEN 'null' THEN NULL ELSE "
         "(julianday('now') - 2440587.5) * 86400.0 - CASE WHEN " +
         column + " > 100000000000 THEN " + column + " / 1000.0 ELSE " + column + " END END";
}

std::string postgres_age(const std::string& column, const std::string& base) {
  if (base == "timestamptz") {
    return "extract(epoch FROM clock_timestamp() - " + column + ")::double precision";
  }
  if (base == "timestamp" || base == "date") {
    return "extract(epoch FROM clock_timestamp() - " + column +
           "::timestamp AT TIME ZONE 'UTC')::double precision";
  }
  return {};
}

KeyForm sqlite_form(const std::string& column, KeyType type) {
  KeyForm form;
  form.column = sql::quote_identifier(column);
  form.read = form.column;
  form.order = type == KeyType::text ? form.column + " COLLATE BINARY" : form.column;
  form.age = sqlite_age(form.column);
  return form;
}

KeyForm postgres_form(const source::Column& column, KeyType type) {
  KeyForm form;
  form.column = sql::quote_identifier(column.name);
  form.order = form.column;
  form.read = form.column + "::text";
  form.age = postgres_age(form.column, column.base);
  switch (type) {
    case KeyType::integer:
      form.read = form.column + "::bigint";
      form.cast = "::bigint";
      break;
    case KeyType::timestamp:
      // Microseconds as a number depend on no session setting.
      form.read = "(extract(epoch FROM " + form.column + ") * 1000000)::bigint";
      form.cast = "::" + column.base;
      break;
    case KeyType::date:
      form.read = "(" + form.column + " - DATE '1970-01-01')::bigint";
      form.cast = "::date";
      break;
    case KeyType::uuid:
      form.cast = "::uuid";
      break;
    case KeyType::text:
      form.cast = "::text";
      form.order += column.needs_collate ? " COLLATE \"C\"" : "";
      break;
  }
  return form;
}

class SqlSource final : public Source {
 public:
  SqlSource(const DatabaseUrl& where, const JobDefinition& definition)
      : where_(where.redacted()),
        definition_(definition),
        connection_(sql::connect(where, "source", false)) {
    connection_->keep_prepared();
    // A filter that may call anything may change settings as well: those of a transaction end with
    // it, those of a session would hold for the next statement.
    if (!definition.unstable_filter) {
      connection_->keep_read_only();
    }
    form_ = make_form();
    none_ = queries("", "<=", false);
    from_ = queries(">=", "<=", false);
    after_ = queries(">", "<=", false);
  }

  std::unique_ptr<Reading> begin(Duration statement_timeout) override;

  SourcePlace place() override {
    SourcePlace place = connection_->place();
    place.schema = table_.stored.schema;
    place.table = table_.stored.name.empty() ? sql::parse_qualified(definition_.table).name
                                             : table_.stored.name;
    return place;
  }

  std::optional<Key> newest_key() override { return key_of("newest_key"); }
  std::optional<Key> oldest_key() override { return key_of("oldest_key"); }

#ifdef TRANCHE_POSTGRES
  bool watches_writers() const override { return dialect() == Dialect::postgres; }
  Writers writers() override {
    if (!watches_writers()) {
      return {};
    }
    auto seen = watch().look();
    if (seen.standby && definition_.key_order == KeyOrder::proved) {
      throw Error(ErrorCode::refused,
                  "the source " + where_ +
                      " is a standby now, where writers cannot be seen; name the primary with "
                      "--source, or let 'tranche job update' look at the standby");
    }
    return std::move(seen.writers);
  }
  std::vector<Writer> describe_writers() override {
    return watches_writers() ? watch().describe() : std::vector<Writer>();
  }
#endif

  std::int64_t scan(const SourceRange& range,
                    std::int64_t limit,
                    const std::function<void(const Asset&)>& each) override {
    const auto rows =
        connection_->query(queries_for(range)["scan"], {upper(range), lower(range), limit});
    std::int64_t count = 0;
    std::optional<Key> last = range.descending ? range.before : range.after;
    while (rows->next()) {
      const Asset asset = read_asset(*rows);
      if (last && (range.descending ? asset.key >= *last : asset.key <= *last)) {
        throw Error(ErrorCode::refused,
                    "key " + asset.key.text() + " stands twice in " + definition_.table +
                        "; the key column must be unique");
      }
      last = asset.key;
      each(asset);
      ++count;
    }
    return count;
  }

  std::optional<Key> key_after(const SourceRange& range, std::int64_t rows) override {
    return key_from(queries_for(range)["key_after"], {upper(range), lower(range), rows - 1});
  }

  SourceTotals totals(const SourceRange& range) override {
    const Queries& named = queries_for(range);
    SourceTotals totals;
    {
      const auto rows = connection_->query(named["totals"], {upper(range), lower(range)});
      rows->next();
      totals.count = rows->integer(0);
      totals.weight = rows->maybe_real(1).value_or(0);
    }
    if (totals.count > 0) {
      totals.first_key = key_from(named["first_key"], {upper(range), lower(range)});
      totals.last_key = key_from(named["last_key"], {upper(range), lower(range)});
    }
    return totals;
  }

  std::optional<std::pair<Key, Key>> ends(const Key& to) override {
    const auto rows = connection_->query((*none_)["ends"], {value_of(to)});
    return rows->next() ? std::optional(std::pair(read_key(*rows, 0), read_key(*rows, 1)))
                        : std::nullopt;
  }
  std::string time_condition(const TimeBounds& bounds) override {
    if (!definition_.time_column && !definition_.key_is_time) {
      throw Error(ErrorCode::refused,
                  definition_.table +
                      " is bounded by time, but the job names no time column, and its key is no "
                      "time; name one with 'tranche job update NAME --time-column COLUMN', or give "
                      "--from and --to");
    }
    if (table_.columns.empty()) {
      table_ = source::describe_table(*connection_, definition_.table, where_);
    }
    const source::Column& column = source::find_column(table_, time_name(), "time column");
    if (dialect() == Dialect::postgres) {
      return source::postgres_time_condition(table_, column, bounds);
    }
    const auto rows = connection_->query((*none_)["time_type"]);
    return source::sqlite_time_condition(
        table_, column, rows->next() ? rows->text(0) : "text", bounds);
  }

  std::optional<Asset> find_key(const Key& key) override {
    const auto rows = connection_->query((*none_)["find_key"], {value_of(key)});
    return rows->next() ? std::optional(read_asset(*rows)) : std::nullopt;
  }
  std::vector<Asset> find_item(const std::string& item) override {
    std::vector<Asset> found;
    const auto rows = connection_->query((*none_)["find_item"], {item});
    while (rows->next()) {
      found.push_back(read_asset(*rows));
    }
    return found;
  }
  std::optional<double> age_seconds(const Key& key) override {
    if (!definition_.time_column && !definition_.key_is_time) {
      return std::nullopt;
    }
    const auto rows = connection_->query((*none_)["age_seconds"], {value_of(key)});
    return rows->next() ? rows->maybe_real(0) : std::nullopt;
  }

  std::string range_condition(const Key& first, const Key& last) const override {
    return with_filter(form_.order + " >= " + literal(first) + " AND " + form_.order +
                       " <= " + literal(last));
  }
  std::string list_condition(const std::vector<Key>& keys) const override {
    std::string list;
    for (const Key& key : keys) {
      list += (list.empty() ? "" : ", ") + literal(key);
    }
    return with_filter(form_.order + " IN (" + list + ")");
  }

 private:
  class SqlReading final : public Reading {
   public:
    SqlReading(sql::Connection& connection, Duration timeout)
        : transaction_(connection, sql::Mode::read_only, timeout) {}

   private:
    sql::Transaction transaction_;
  };

  Dialect dialect() const { return connection_->dialect(); }

#ifdef TRANCHE_POSTGRES
  sql::postgres::WriterWatch& watch() {
    if (!watch_) {
      watch_.emplace(*connection_, table_.name);
    }
    return *watch_;
  }
#endif

  KeyForm make_form() {
    if (dialect() == Dialect::sqlite) {
      return sqlite_form(definition_.key_column, definition_.key_type);
    }
    table_ = source::describe_table(*connection_, definition_.table, where_);
    return postgres_form(source::find_column(table_, definition_.key_column, "key"),
                         definition_.key_type);
  }

  std::string literal(const Key& key) const {
    return key.type() == KeyType::integer || (key.is_number() && dialect() == Dialect::sqlite)
               ? key.text()
               : text_literal(key.text()) + (dialect() == Dialect::postgres ? form_.cast : "");
  }
  std::string with_filter(const std::string& keys) const {
    return definition_.filter.empty() ? keys : keys + " AND " + bracketed_filter();
  }
  std::string bracketed_filter() const {
    return definition_.filter.empty() ? "true" : source::bracketed(definition_.filter);
  }

  const std::string& time_name() const {
    return definition_.time_column ? *definition_.time_column : definition_.key_column;
  }
  std::string age_expression() const {
    if (!definition_.time_column) {
      return form_.age.empty() ? "NULL" : form_.age;
    }
    const std::string column = sql::quote_identifier(*definition_.time_column);
    if (dialect() == Dialect::sqlite) {
      return sqlite_age(column);
    }
    const std::string age = postgres_age(
        column, source::find_column(table_, *definition_.time_column, "time column").base);
    return age.empty() ? "NULL" : age;
  }

  /// `lower_operator` empty: no lower end.
  std::unique_ptr<Queries> queries(const std::string& lower_operator,
                                   const std::string& upper_operator,
                                   bool descending) const {
    const bool postgres = dialect() == Dialect::postgres;
    const std::string mark = postgres ? "$" : "?";
    const std::string cast = form_.cast;
    std::map<std::string, std::string> fill;
    fill["table"] = sql::quote_qualified(definition_.table);
    fill["key"] = form_.read;
    fill["order"] = form_.order;
    fill["p1"] = mark + "1" + cast;
    fill["p3"] = mark + "3" + (postgres ? "::bigint" : "");
    fill["text1"] = mark + "1" + (postgres ? "::text" : "");
    fill["lower"] = lower_operator.empty()
                        ? mark + "2" + cast + " IS NULL"
                        : form_.order + " " + lower_operator + " " + mark + "2" + cast;
    fill["upper"] = form_.order + " " + upper_operator + " " + fill["p1"];
    const std::string text_cast = postgres ? "::text" : "";
    fill["item"] =
        definition_.item_column
            ? (postgres ? sql::quote_identifier(*definition_.item_column) + "::text"
                        : "CAST(" + sql::quote_identifier(*definition_.item_column) + " AS TEXT)")
            : (postgres ? "NULL::text" : "NULL");
    const std::string weight =
        definition_.weight_column ? sql::quote_identifier(*definition_.weight_column) : "";
    fill["weight"] = weight.empty() ? (postgres ? "0::double precision" : "0")
                                    : weight + (postgres ? "::double precision" : "");
    fill["weight_sum"] = weight.empty() ? (postgres ? "0::double precision" : "0.0")
                                        : "coalesce(sum(" + weight + "), 0)" +
                                              (postgres ? "::double precision" : "");
    fill["age"] = age_expression();
    fill["filter"] = bracketed_filter();
    fill["time"] = sql::quote_identifier(time_name());
    fill["time_type"] = (postgres ? "pg_typeof(" : "typeof(") + fill["time"] + ")";
    fill["direction"] = descending ? "DESC" : "";
    fill["aside"] = (postgres ? "" : "+") + form_.order;
    return std::make_unique<Queries>(sql::source_shared, fill);
  }

  const Queries& queries_for(const SourceRange& range) {
    const char* const lower = range.after ? ">" : range.from ? ">=" : "";
    if (!range.before && !range.descending) {
      return *(range.after ? after_ : range.from ? from_ : none_);
    }
    // Few ask for it, so it is not made at every start.
    const std::string upper = range.before ? "<" : "<=";
    auto& made = others_[lower + upper + (range.descending ? " down" : "")];
    made = made ? std::move(made) : queries(lower, upper, range.descending);
    return *made;
  }
  sql::Param value_of(const Key& key) const {
    return key.type() == KeyType::integer ? sql::Param(key.number()) : sql::Param(key.text());
  }
  sql::Param lower(const SourceRange& range) const {
    return range.after ? value_of(*range.after) : range.from ? value_of(*range.from) : sql::Param();
  }
  sql::Param upper(const SourceRange& range) const {
    if (!range.to && !range.before) {
      throw Error(ErrorCode::internal, "a source range needs its upper end");
    }
    return value_of(range.before ? *range.before : *range.to);
  }

  std::optional<Key> key_of(const std::string& query) { return key_from((*none_)[query], {}); }
  std::optional<Key> key_from(const sql::Statement& statement, const sql::Params& params) {
    const auto rows = connection_->query(statement, params);
    return rows->next() ? std::optional(read_key(*rows, 0)) : std::nullopt;
  }

  Key read_key(const sql::Rows& rows, int column) const {
    const KeyType type = definition_.key_type;
    const sql::ValueType found = rows.type(column);
    const bool number = type != KeyType::text && type != KeyType::uuid;
    const sql::ValueType expected = number ? sql::ValueType::integer : sql::ValueType::text;
    if (found != expected) {
      throw Error(ErrorCode::refused,
                  "a key of " + definition_.table + " is " + described(found) + " ('" +
                      rows.text(column) + "') where the job was defined with " +
                      std::string(to_string(type)) + " keys");
    }
    if (type == KeyType::timestamp || type == KeyType::date) {
      return Key::from_number(type, rows.integer(column));
    }
    return type == KeyType::integer ? Key::integer(rows.integer(column))
                                    : Key::parse(type, rows.text(column));
  }

  static std::string described(sql::ValueType type) {
    switch (type) {
      case sql::ValueType::null:
        return "NULL";
      case sql::ValueType::integer:
        return "an integer";
      case sql::ValueType::real:
        return "a fraction";
      case sql::ValueType::text:
        return "a text";
      case sql::ValueType::blob:
        break;
    }
    return "binary";
  }

  Asset read_asset(const sql::Rows& rows) const {
    Asset asset{read_key(rows, 0), {}, 0};
    asset.item = definition_.item_column ? rows.maybe_text(1).value_or("") : asset.key.text();
    asset.weight = read_weight(rows, 2, asset.key);
    return asset;
  }

  double read_weight(const sql::Rows& rows, int column, const Key& key) const {
    const auto refuse = [&](const std::string& problem) {
      throw Error(ErrorCode::refused,
                  "the weight of key " + key.text() + " in " + definition_.table + " is " +
                      problem + "; accepted are numbers from 0 up, and NULL for 0");
    };
    const sql::ValueType type = rows.type(column);
    if (type == sql::ValueType::null) {
      return 0;
    }
    if (type != sql::ValueType::integer && type != sql::ValueType::real) {
      refuse(described(type) + " ('" + rows.text(column) + "')");
    }
    const double weight = rows.real(column);
    if (!(weight >= 0) || weight > std::numeric_limits<double>::max()) {
      refuse(format_weight(weight));
    }
    return weight;
  }

  std::string where_;
  JobDefinition definition_;
  std::unique_ptr<sql::Connection> connection_;
  source::Table table_;
  KeyForm form_;
  std::unique_ptr<Queries> none_;
  std::unique_ptr<Queries> from_;
  std::unique_ptr<Queries> after_;
  std::map<std::string, std::unique_ptr<Queries>> others_;  ///< by operators and direction
#ifdef TRANCHE_POSTGRES
  std::optional<sql::postgres::WriterWatch> watch_;
#endif
};

std::unique_ptr<Source::Reading> SqlSource::begin(Duration statement_timeout) {
  return std::make_unique<SqlReading>(*connection_, statement_timeout);
}

}  // namespace

std::unique_ptr<Source> open_source(const DatabaseUrl& where, const JobDefinition& definition) {
  return std::make_unique<SqlSource>(where, definition);
}

}  // namespace tranche
