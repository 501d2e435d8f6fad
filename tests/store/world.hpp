#pragma once

#include "support/memory_source.hpp"
#include "support/memory_store.hpp"

#include "tranche/error.hpp"
#include "tranche/inventory.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tranche::test {

enum class Place { memory, sqlite, postgres };

/// Where the inventory and the source of a test stand.
struct Setup {
  std::string name;
  Place inventory = Place::memory;
  Place source = Place::memory;
};

/// The model, and SQLite and PostgreSQL in all four combinations; those that TRANCHE_TEST_POSTGRES
/// is missing for are recorded as skipped.
std::vector<Setup> setups();
/// Those with the inventory and the source in one database of SQL.
std::vector<Setup> sql_setups();

struct Row {
  std::string key;
  std::optional<double> weight = 1;  ///< nullopt: NULL
  std::string tag = "a";
  std::string item = {};  ///< empty: "item-KEY"
};

/// An inventory and a source table of its own for one test, on a clock that moves only when told
/// to. The table: assets (key, item, weight, tag), its key of the given type.
class World {
 public:
  explicit World(const Setup& setup, KeyType type = KeyType::integer);
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  /// One more client of the same inventory.
  Inventory client() const;
  /// The same, below the state machine: a test can stop half-way through a transaction.
  std::unique_ptr<Store> store() const;
  Inventory& inventory() { return *inventory_; }
  void advance(Duration by) { *clock_ += by; }
  TimePoint now() const { return *clock_; }

  void insert(const std::vector<Row>& rows);
  /// Integer keys first..last, each with weight 1.
  void insert_range(std::int64_t first, std::int64_t last, const std::string& tag = "a");
  void erase(const std::string& key);
  /// A statement on the source's database; {table} is the table. Not for memory.
  void run(std::string statement) const;
  /// The statement with the table's name in place of {table}.
  std::string filled(std::string statement) const;

  /// A definition over the table with item and weight columns and no retry delay.
  JobDefinition definition() const;
  /// What `job create` does: asks the source about the definition, then stores it.
  Job create_job(JobDefinition definition, const std::string& name = "job");
  /// With limits by count only.
  Job create_job(std::int64_t max_count);

  const Setup& setup() const { return setup_; }
  DatabaseUrl inventory_url() const { return url(setup_.inventory); }
  DatabaseUrl source_url() const { return url(setup_.source); }
  std::string schema() const { return schema_; }
  std::string table() const;

 private:
  DatabaseUrl url(Place place) const;
  void create_table(KeyType type);

  Setup setup_;
  KeyType type_;
  std::string folder_;
  std::string schema_;
  std::shared_ptr<TimePoint> clock_;
  std::shared_ptr<MemoryStore> memory_;
  std::shared_ptr<MemoryTable> rows_;
  std::unique_ptr<Inventory> inventory_;
};

/// Runs a case on each setup, every time in a world of its own.
void on_every_store(const std::function<void(World&)>& body, KeyType type = KeyType::integer);
void on_every_sql_store(const std::function<void(World&)>& body, KeyType type = KeyType::integer);

AcquireOptions options(RetryMode retry = RetryMode::first);
/// "FIRST-LAST/COUNT" of a batch, "none" without one.
std::string range_of(const std::optional<Batch>& batch);
std::vector<std::string> ranges_of(const std::vector<Batch>& batches);
/// Acquires from the job "job" and answers the range.
std::string acquired(Inventory& inventory, const AcquireOptions& options = {});
/// Acquires from the job "job". Errors: std::logic_error where there is nothing.
Batch acquire(Inventory& inventory, const AcquireOptions& options = {});
Batch release(Inventory& inventory,
              const Batch& batch,
              ReleaseRequest::Status status,
              std::optional<int> exit_code = {});
Batch succeed(Inventory& inventory, const Batch& batch);
Batch fail(Inventory& inventory, const Batch& batch, int exit_code = 1);
/// The keys that for_each_asset names, as texts.
std::vector<std::string> keys_of(Inventory& inventory, const Batch& batch);
/// "attempt:outcome" of each attempt, oldest first.
std::vector<std::string> attempts_of(Inventory& inventory, std::int64_t batch_id);
/// The code and text of what `action` throws; empty where it throws nothing.
struct Refusal {
  std::optional<ErrorCode> code;
  std::string text;
};
Refusal refusal(const std::function<void()>& action);
bool has(const std::string& text, const std::string& part);

}  // namespace tranche::test
