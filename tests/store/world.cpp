#include "store/world.hpp"

#include "sql/connection.hpp"
#include "sql/migrate.hpp"
#include "sql/sql_store.hpp"
#include "support/memory_filter.hpp"
#include "support/skip.hpp"

#include "tranche/error.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace tranche::test {

namespace {

/// Several clients of one memory.
class SharedStore final : public Store {
 public:
  explicit SharedStore(std::shared_ptr<MemoryStore> store) : store_(std::move(store)) {}
  std::unique_ptr<StoreTransaction> begin(bool write) override { return store_->begin(write); }
  void set_clock(std::function<TimePoint()> clock) override { store_->set_clock(std::move(clock)); }

 private:
  std::shared_ptr<MemoryStore> store_;
};

bool has_postgres() {
  return std::getenv("TRANCHE_TEST_POSTGRES") != nullptr;
}

std::string make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "tranche-store-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    throw std::runtime_error("no temporary folder");
  }
  return name;
}

std::string unique_schema() {
  static int number = 0;
  return "store_" + std::to_string(::getpid()) + "_" + std::to_string(++number);
}

std::string column_type(Place place, KeyType type) {
  if (place == Place::sqlite) {
    return type == KeyType::integer ? "INTEGER" : "TEXT";
  }
  switch (type) {
    case KeyType::integer:
      return "bigint";
    case KeyType::text:
      return "text";
    case KeyType::timestamp:
      return "timestamptz";
    case KeyType::date:
      return "date";
    case KeyType::uuid:
      break;
  }
  return "uuid";
}

std::string quoted(const std::string& text) {
  std::string made = "'";
  for (const char c : text) {
    made += c == '\'' ? std::string("''") : std::string(1, c);
  }
  return made + "'";
}

}  // namespace

std::vector<Setup> setups() {
  std::vector<Setup> all{{"memory", Place::memory, Place::memory},
                         {"sqlite", Place::sqlite, Place::sqlite}};
  if (has_postgres()) {
    all.push_back({"postgres", Place::postgres, Place::postgres});
    all.push_back({"sqlite over postgres", Place::sqlite, Place::postgres});
    all.push_back({"postgres over sqlite", Place::postgres, Place::sqlite});
  } else {
    static bool said = false;
    if (!said) {
      said = true;
      record_skip(__FILE__, __LINE__, "TRANCHE_TEST_POSTGRES is not set");
    }
  }
  return all;
}

std::vector<Setup> sql_setups() {
  std::vector<Setup> all;
  for (const Setup& setup : setups()) {
    if (setup.inventory == setup.source && setup.inventory != Place::memory) {
      all.push_back(setup);
    }
  }
  return all;
}

World::World(const Setup& setup, KeyType type)
    : setup_(setup),
      type_(type),
      folder_(make_folder()),
      schema_(unique_schema()),
      clock_(std::make_shared<TimePoint>(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1))) {
  if (setup.inventory == Place::memory) {
    memory_ = std::make_shared<MemoryStore>();
    memory_->set_clock([clock = clock_] { return *clock; });
  } else {
    migrate_schema(inventory_url(), schema_);
  }
  create_table(type);
  inventory_ = std::make_unique<Inventory>(client());
}

World::~World() {
  inventory_.reset();
  try {
    for (const Place place : {setup_.inventory, setup_.source}) {
      if (place == Place::postgres) {
        sql::connect(url(place), "test", false)
            ->script(
                {"drop",
                 "SET client_min_messages = error; DROP SCHEMA IF EXISTS " + schema_ + " CASCADE"});
      }
    }
  } catch (const std::exception&) {
    // The test's own failure is what matters.
  }
  std::error_code failed;
  std::filesystem::remove_all(folder_, failed);
}

DatabaseUrl World::url(Place place) const {
  return DatabaseUrl::parse(place == Place::postgres ? std::getenv("TRANCHE_TEST_POSTGRES")
                                                     : "sqlite:" + folder_ + "/world.db");
}

std::string World::table() const {
  return setup_.source == Place::postgres ? schema_ + ".assets" : "assets";
}

void World::create_table(KeyType type) {
  if (setup_.source == Place::memory) {
    rows_ = std::make_shared<MemoryTable>();
    return;
  }
  if (setup_.source == Place::postgres) {
    run("CREATE SCHEMA IF NOT EXISTS " + schema_);
  } else {
    sql::connect(source_url(), "test", true);
  }
  const char* real = setup_.source == Place::postgres ? "double precision" : "REAL";
  run("CREATE TABLE {table} (key " + column_type(setup_.source, type) +
      " PRIMARY KEY, item text, weight " + real + ", tag text)");
}

std::unique_ptr<Store> World::store() const {
  if (memory_) {
    return std::make_unique<SharedStore>(memory_);
  }
  auto store =
      std::make_unique<sql::SqlStore>(sql::connect(inventory_url(), "inventory", true), schema_);
  store->set_clock([clock = clock_] { return *clock; });
  return store;
}

Inventory World::client() const {
  std::unique_ptr<Store> store = this->store();
  if (rows_) {
    return {std::move(store),
            [rows = rows_](const JobDefinition& definition) -> std::unique_ptr<Source> {
              return std::make_unique<MemorySource>(rows, definition);
            }};
  }
  return {std::move(store), [where = source_url()](const JobDefinition& definition) {
            return open_source(where, definition);
          }};
}

std::string World::filled(std::string statement) const {
  const std::string mark = "{table}";
  for (auto at = statement.find(mark); at != std::string::npos; at = statement.find(mark)) {
    statement.replace(at, mark.size(), table());
  }
  return statement;
}

void World::run(std::string statement) const {
  sql::connect(source_url(), "test", false)->script({"test", filled(std::move(statement))});
}

void World::insert(const std::vector<Row>& rows) {
  std::string values;
  for (const Row& row : rows) {
    const std::string item = row.item.empty() ? "item-" + row.key : row.item;
    if (rows_) {
      MemoryTable::Row made{{Key::parse(type_, row.key), item, row.weight.value_or(0)}};
      made.matches = [row](const std::string& filter) {
        return holds(filter, [&](std::string_view column) {
          return column == "tag"      ? row.tag
                 : column == "weight" ? format_weight(row.weight.value_or(0))
                                      : row.key;
        });
      };
      const Key key = made.asset.key;
      rows_->rows.insert({key, std::move(made)});
      continue;
    }
    const std::string key = type_ == KeyType::integer ? row.key : quoted(row.key);
    const std::string weight = row.weight ? format_weight(*row.weight) : "NULL";
    values += (values.empty() ? "(" : ", (") + key + ", " + quoted(item) + ", " + weight + ", " +
              quoted(row.tag) + ")";
  }
  if (!values.empty()) {
    run("INSERT INTO {table} (key, item, weight, tag) VALUES " + values);
  }
}

void World::insert_range(std::int64_t first, std::int64_t last, const std::string& tag) {
  if (rows_) {
    for (std::int64_t key = first; key <= last; ++key) {
      insert({{std::to_string(key), 1, tag}});
    }
    return;
  }
  const std::string bounds = std::to_string(first) + ", " + std::to_string(last);
  const std::string series = setup_.source == Place::postgres
                                 ? "SELECT g AS i FROM generate_series(" + bounds + ") AS g"
                                 : "WITH RECURSIVE s(i) AS (SELECT " + std::to_string(first) +
                                       " UNION ALL SELECT i + 1 FROM s WHERE i < " +
                                       std::to_string(last) + ") SELECT i FROM s";
  run("INSERT INTO {table} (key, item, weight, tag) SELECT i, 'item-' || i, 1, " + quoted(tag) +
      " FROM (" + series + ") AS n");
}

void World::erase(const std::string& key) {
  if (rows_) {
    rows_->rows.erase(Key::parse(type_, key));
    return;
  }
  run("DELETE FROM {table} WHERE key = " + (type_ == KeyType::integer ? key : quoted(key)));
}

JobDefinition World::definition() const {
  JobDefinition definition;
  definition.table = table();
  definition.key_column = "key";
  definition.item_column = "item";
  definition.weight_column = "weight";
  definition.retry_delay = Duration::zero();
  definition.key_type = type_;
  return definition;
}

Job World::create_job(JobDefinition definition, const std::string& name) {
  if (setup_.source != Place::memory) {
    inspect_source(source_url(), definition);
  }
  return inventory_->create_job(name, definition);
}

Job World::create_job(std::int64_t max_count) {
  JobDefinition wanted = definition();
  wanted.limits.max_count = max_count;
  return create_job(wanted);
}

namespace {

void on_each(const std::vector<Setup>& all, const std::function<void(World&)>& body, KeyType type) {
  for (const Setup& setup : all) {
    INFO("on " << setup.name);
    World world(setup, type);
    body(world);
  }
}

}  // namespace

void on_every_store(const std::function<void(World&)>& body, KeyType type) {
  on_each(setups(), body, type);
}

void on_every_sql_store(const std::function<void(World&)>& body, KeyType type) {
  on_each(sql_setups(), body, type);
}

AcquireOptions options(RetryMode retry) {
  AcquireOptions made;
  made.retry = retry;
  return made;
}

std::string range_of(const std::optional<Batch>& batch) {
  return batch ? batch->first_key->text() + "-" + batch->last_key->text() + "/" +
                     std::to_string(batch->count)
               : "none";
}

std::vector<std::string> ranges_of(const std::vector<Batch>& batches) {
  std::vector<std::string> ranges;
  for (const Batch& batch : batches) {
    ranges.push_back(range_of(batch));
  }
  return ranges;
}

std::string acquired(Inventory& inventory, const AcquireOptions& options) {
  return range_of(inventory.acquire("job", options).batch);
}

Batch acquire(Inventory& inventory, const AcquireOptions& options) {
  const Acquired result = inventory.acquire("job", options);
  if (!result.batch) {
    throw std::logic_error("nothing to acquire: " + result.note);
  }
  return *result.batch;
}

Batch release(Inventory& inventory,
              const Batch& batch,
              ReleaseRequest::Status status,
              std::optional<int> exit_code) {
  ReleaseRequest request;
  request.status = status;
  request.exit_code = exit_code;
  return inventory.release(batch.id, batch.token, request);
}

Batch succeed(Inventory& inventory, const Batch& batch) {
  return release(inventory, batch, ReleaseRequest::Status::succeeded, 0);
}

Batch fail(Inventory& inventory, const Batch& batch, int exit_code) {
  return release(inventory, batch, ReleaseRequest::Status::failed, exit_code);
}

std::vector<std::string> keys_of(Inventory& inventory, const Batch& batch) {
  std::vector<std::string> keys;
  inventory.for_each_asset(batch, [&](const Asset& asset) { keys.push_back(asset.key.text()); });
  return keys;
}

std::vector<std::string> attempts_of(Inventory& inventory, std::int64_t batch_id) {
  std::vector<std::string> attempts;
  for (const Attempt& attempt : inventory.find_batch(batch_id).attempts) {
    attempts.push_back(std::to_string(attempt.attempt) + ":" +
                       (attempt.outcome ? std::string(to_string(*attempt.outcome)) : "running"));
  }
  return attempts;
}

Refusal refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return {error.code(), error.what()};
  }
  return {};
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace tranche::test
