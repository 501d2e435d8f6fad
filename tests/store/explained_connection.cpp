#include "store/explained_connection.hpp"

#include "sql/connection.hpp"
#include "sql/connection_wrap.hpp"

#include <algorithm>
#include <map>
#include <regex>

namespace tranche::test {

namespace {

using sql::Dialect;
using sql::Params;
using sql::Statement;

const char* const kBig[] = {"batch", "batch_keys", "attempt", "run"};

bool is_explained(const std::string& text) {
  static const std::regex verb(R"(^\s*(--[^\n]*\n\s*)*(SELECT|INSERT|UPDATE|DELETE|WITH)\b)",
                               std::regex::icase);
  return std::regex_search(text, verb);
}

std::string lines_of(const sql::Connection& connection, sql::Rows& rows) {
  std::string text;
  const int column = connection.dialect() == Dialect::postgres ? 0 : 3;
  while (rows.next()) {
    text += rows.text(column) + "\n";
  }
  return text;
}

}  // namespace

struct Explained::Plans {
  std::vector<std::string> tables;
  std::map<Dialect, std::unique_ptr<sql::Connection>> asking;
  std::set<std::string> explained;
  std::set<std::string> seen;
  std::vector<FullScan> scans;
  int prepared = 0;

  void look(Dialect dialect, const Statement& statement, const Params& params) {
    if (!is_explained(statement.text)) {
      return;
    }
    seen.insert(statement.name);
    std::string shape = statement.text;
    for (const sql::Param& param : params) {
      shape += param.index() == 0 ? '0' : '1';
    }
    if (!explained.insert(shape).second) {
      return;
    }
    for (const std::string& plan : plans_of(*asking.at(dialect), statement, params)) {
      if (scans_all(dialect, statement.text, plan)) {
        scans.push_back({statement.name, statement.text + "\n" + plan});
      }
    }
  }

  /// With these values, and as PostgreSQL plans a prepared statement once it has come five times.
  std::vector<std::string> plans_of(sql::Connection& connection,
                                    const Statement& statement,
                                    const Params& params) {
    if (connection.dialect() == Dialect::sqlite) {
      const auto rows =
          connection.query({"explain", "EXPLAIN QUERY PLAN " + statement.text}, params);
      return {lines_of(connection, *rows)};
    }
    const std::string valued =
        lines_of(connection, *connection.query({"explain", "EXPLAIN " + statement.text}, params));
    const std::string name = "explained_" + std::to_string(++prepared);
    std::string nulls;
    for (std::size_t i = 0; i < params.size(); ++i) {
      nulls += nulls.empty() ? "(NULL" : ", NULL";
    }
    connection.script({"prepare", "PREPARE " + name + " AS " + statement.text});
    const auto rows = connection.query(
        {"explain", "EXPLAIN EXECUTE " + name + nulls + (nulls.empty() ? "" : ")")});
    return {valued, lines_of(connection, *rows)};
  }

  bool is_big(const std::string& table) const {
    return std::any_of(std::begin(kBig),
                       std::end(kBig),
                       [&](const char* big) {
                         return table == big || table == std::string("tranche_") + big;
                       }) ||
           std::find(tables.begin(), tables.end(), table) != tables.end();
  }

  bool scans_all(Dialect dialect, const std::string& text, const std::string& plan) const {
    return dialect == Dialect::postgres ? postgres_scans(plan) : sqlite_scans(text, plan);
  }

  bool postgres_scans(const std::string& plan) const {
    static const std::regex scan(R"re(Seq Scan on (?:"?\w+"?\.)?"?(\w+)"?)re");
    for (std::sregex_iterator found(plan.begin(), plan.end(), scan), end; found != end; ++found) {
      if (is_big((*found)[1])) {
        return true;
      }
    }
    return false;
  }

  /// Through an index that has every batch of a window, and by the window alone: its whole ledger.
  static bool walks_ledger(const std::string& plan) {
    static const std::regex walk(
        R"re(SEARCH "?\w+"? USING (COVERING )?INDEX \w*batch_(acquired|range) \(window_id=\?\))re");
    return std::regex_search(plan, walk);
  }

  /// A scan in the order that is asked for, and no further than a limit, is as good as a search.
  bool sqlite_scans(const std::string& text, const std::string& plan) const {
    if (walks_ledger(plan)) {
      return true;
    }
    const bool stops = has(text, "LIMIT") && !has(plan, "USE TEMP B-TREE FOR ORDER BY");
    static const std::regex scan(R"re(SCAN "?(\w+)"?)re");
    for (std::sregex_iterator found(plan.begin(), plan.end(), scan), end; found != end; ++found) {
      if (is_big(table_of((*found)[1], text)) && !stops) {
        return true;
      }
    }
    return false;
  }

  /// SQLite's plans name a table by its alias.
  static std::string table_of(const std::string& alias, const std::string& text) {
    const std::regex named(R"re("?(\w+)"?\s+AS\s+)re" + alias + R"(\b)");
    std::smatch match;
    return std::regex_search(text, match, named) ? match[1].str() : alias;
  }
};

namespace {

class ExplainedConnection final : public sql::Connection {
 public:
  ExplainedConnection(std::unique_ptr<sql::Connection> connection,
                      std::shared_ptr<Explained::Plans> plans)
      : connection_(std::move(connection)), plans_(std::move(plans)) {}

  Dialect dialect() const override { return connection_->dialect(); }
  void begin(sql::Mode mode, Duration timeout) override { connection_->begin(mode, timeout); }
  void commit() override { connection_->commit(); }
  void rollback() noexcept override { connection_->rollback(); }
  std::unique_ptr<sql::Rows> query(const Statement& statement, const Params& params) override {
    plans_->look(dialect(), statement, params);
    return connection_->query(statement, params);
  }
  std::int64_t execute(const Statement& statement, const Params& params) override {
    plans_->look(dialect(), statement, params);
    return connection_->execute(statement, params);
  }
  void keep_prepared() override { connection_->keep_prepared(); }
  void keep_read_only() override { connection_->keep_read_only(); }
  bool pooled() override { return connection_->pooled(); }
  void script(const Statement& statement) override { connection_->script(statement); }

 private:
  std::unique_ptr<sql::Connection> connection_;
  std::shared_ptr<Explained::Plans> plans_;
};

}  // namespace

Explained::Explained(const World& world, std::vector<std::string> tables)
    : plans_(std::make_shared<Plans>()) {
  plans_->tables = std::move(tables);
  for (const DatabaseUrl& url : {world.inventory_url(), world.source_url()}) {
    auto connection = sql::connect(url, "test", false);
    if (connection->dialect() == Dialect::postgres) {
      connection->script({"generic", "SET plan_cache_mode = force_generic_plan"});
    }
    plans_->asking[connection->dialect()] = std::move(connection);
  }
  sql::wrap_connections([plans = plans_](std::unique_ptr<sql::Connection> opened) {
    return std::make_unique<ExplainedConnection>(std::move(opened), plans);
  });
}

Explained::~Explained() {
  sql::wrap_connections({});
}

const std::set<std::string>& Explained::seen() const {
  return plans_->seen;
}

const std::vector<FullScan>& Explained::scans() const {
  return plans_->scans;
}

}  // namespace tranche::test
