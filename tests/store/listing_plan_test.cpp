#include "sql/connection.hpp"
#include "sql/sql_store.hpp"
#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

namespace {

using sql::Dialect;

Dialect dialect_of(const World& world) {
  return world.setup().inventory == Place::sqlite ? Dialect::sqlite : Dialect::postgres;
}

/// A ledger in which scanning would be the wrong plan: 20,000 batches of another job, and nearly as
/// many succeeded ones of this.
void fill_ledger(World& world) {
  const bool sqlite = dialect_of(world) == Dialect::sqlite;
  const std::string prefix = sql::table_prefix(dialect_of(world), world.schema());
  world.create_job(world.definition(), "other");
  const std::string numbers =
      sqlite ? "(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
               "SELECT i FROM n) AS n"
             : "generate_series(1, 20000) AS n (i)";
  const std::string bytes = sqlite ? "CAST(i AS BLOB)" : "int4send(i)";
  const std::string time = sqlite ? "i" : "to_timestamp(i)";
  for (const std::string& name : {std::string("job"), std::string("other")}) {
    world.run(
        "INSERT INTO " + prefix +
        "batch (window_id, version_id, generation, first_key, last_key, count, weight, digest, "
        "status, max_attempts, acquired_at, created_at, keys) SELECT w.id, j.version_id, 0, " +
        bytes + ", " + bytes + ", 1, 1, 0, 'succeeded', 3, " + time + ", " + time + ", " + bytes +
        " FROM " + numbers + ", " + prefix + "window AS w JOIN " + prefix +
        "job AS j ON j.id = w.job_id WHERE j.name = '" + name + "'");
    world.run("INSERT INTO " + prefix +
              "attempt (batch_id, attempt, run_id, started_at, ended_at, outcome) "
              "SELECT id, 1, 'run ' || id, " +
              (sqlite ? "0, 0" : "now(), now()") + ", 'succeeded' FROM " + prefix + "batch");
  }
  // PostgreSQL does it by itself; a SQLite file has no statistics, for nobody calls it there.
  if (!sqlite) {
    world.run("ANALYZE " + prefix + "batch");
    world.run("ANALYZE " + prefix + "attempt");
  }
}

/// Of SQLite's ?1 to ?N: N.
std::size_t count_parameters(const std::string& text) {
  std::size_t most = 0;
  for (std::size_t at = text.find('?'); at != text.npos; at = text.find('?', at + 1)) {
    most = std::max<std::size_t>(most, std::strtoul(text.c_str() + at + 1, nullptr, 10));
  }
  return most;
}

/// What the database would do for a listing, as it explains it.
std::string plan_of(const World& world, const std::string& listing, const std::string& values) {
  const auto connection = sql::connect(world.inventory_url(), "test", false);
  const sql::Queries queries = sql::inventory_queries(dialect_of(world), world.schema());
  std::string plan;
  if (dialect_of(world) == Dialect::postgres) {
    connection->script({"prepare", "PREPARE listing AS " + queries[listing].text});
    const auto rows = connection->query({"explain", "EXPLAIN EXECUTE listing" + values});
    while (rows->next()) {
      plan += rows->text(0) + "\n";
    }
    return plan;
  }
  // Without values: SQLite plans before it knows them.
  const std::string& text = queries[listing].text;
  const auto rows = connection->query({"explain", "EXPLAIN QUERY PLAN " + text},
                                      sql::Params(count_parameters(text)));
  while (rows->next()) {
    plan += rows->text(3) + "\n";
  }
  return plan;
}

}  // namespace

TEST_CASE("every listing of batches finds them by an index, whatever the size of the ledger",
          "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 10);
    const Job job = world.create_job(1);
    fill_ledger(world);
    fail(world.inventory(), acquire(world.inventory()));
    acquire(world.inventory());
    const Window window = world.inventory().find_window("job", "incremental");
    const std::string scope = "(" + std::to_string(job.id) + ", " + std::to_string(window.id);
    struct Case {
      std::string listing, values, index;
    };
    for (const Case& one :
         {Case{"list_batches", ", NULL, NULL, 21, NULL, 0)", "batch_newest"},
          Case{"list_batches_since", ", NULL, 0, 21, NULL, 0)", "batch_acquired"},
          Case{"list_batches_open", ", 'processing', NULL, 21, NULL, 0)", "batch_open"},
          Case{"list_batches_unsuccessful", ", 'failed', NULL, 21, NULL, 0)", "batch_unsuccessful"},
          Case{"list_batches_unsuccessful_since",
               ", 'failed', 0, 21, NULL, 0)",
               "batch_unsuccessful"},
          Case{
              "list_batches_of_run", ", NULL, NULL, 21, NULL, 0, 'run 7', 0, 1)", "attempt_run"}}) {
      const std::string plan = plan_of(world, one.listing, scope + one.values);
      INFO(one.listing << "\n" << plan);
      CHECK(has(plan, one.index));
      for (const char* scan :
           {"SCAN b", "SCAN c", "SCAN o", "SCAN a", "Seq Scan on batch", "Seq Scan on attempt"}) {
        CHECK(!has(plan, scan));
      }
    }
  });
}

TEST_CASE("a page of the ledger is found by an index", "[store]") {
  on_every_sql_store([](World& world) {
    world.create_job(1);
    fill_ledger(world);
    const Window window = world.inventory().find_window("job", "incremental");
    for (const char* listing : {"ledger_batches", "ledger_ranges"}) {
      const bool batches = std::string(listing) == "ledger_batches";
      const std::string plan = plan_of(
          world,
          listing,
          "(" + std::to_string(window.id) + ", 0, '', '\\xffff', 256" + (batches ? ", 1)" : ")"));
      INFO(listing << "\n" << plan);
      CHECK(has(plan, "batch_range"));
      for (const char* scan : {"SCAN b", "SCAN tranche_batch", "Seq Scan on batch"}) {
        CHECK(!has(plan, scan));
      }
    }
  });
}

TEST_CASE("runs are found by an orchestrator's name through its index, newest first", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 10);
    const Job job = world.create_job(1);
    const Window window = world.inventory().find_window("job", "incremental");
    const bool sqlite = dialect_of(world) == Dialect::sqlite;
    const std::string prefix = sql::table_prefix(dialect_of(world), world.schema());
    const std::string numbers =
        sqlite ? "(WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
                 "20000) SELECT i FROM n) AS n"
               : "generate_series(1, 20000) AS n (i)";
    const std::string time = sqlite ? "i" : "to_timestamp(i)";
    world.run("INSERT INTO " + prefix +
              "run (id, job_id, window_id, host, boot_id, pid, user_name, command, identity, "
              "version, started_at) SELECT 'run ' || i, " +
              std::to_string(job.id) + ", " + std::to_string(window.id) +
              ", '', '', 1, '', '[]', '{\"dag_id\":\"v 1\",\"task_id\":\"v 1\"}', '', " + time +
              " FROM " + numbers);
    for (const char* name : {"dag_id", "task_id"}) {
      world.run("INSERT INTO " + prefix +
                "run_identity (name, value, started_at, run_id) SELECT '" + name +
                "', 'v ' || (i % 2), " + time + ", 'run ' || i FROM " + numbers);
    }
    for (const char* table : {"run", "run_identity"}) {
      world.run(sqlite ? "ANALYZE" : "ANALYZE " + prefix + table);
    }
    const std::string plan =
        plan_of(world,
                "list_runs_of_identity",
                "(21, 'dag_id', 'v 1', NULL, '{\"dag_id\":\"v 1\",\"task_id\":\"v 1\"}')");
    INFO(plan);
    for (const char* scan : {"SCAN i", "SCAN r", "Seq Scan on run", "Seq Scan on run_id"}) {
      CHECK(!has(plan, scan));
    }
    CHECK(has(plan, sqlite ? "SEARCH i USING PRIMARY KEY" : "run_identity_pkey"));
    const auto found =
        world.inventory().list_runs(std::nullopt, 3, {{"dag_id", "v 1"}, {"task_id", "v 1"}});
    REQUIRE(found.size() == 3);
    CHECK(found.front().id == "run 19999");
  });
}

}  // namespace tranche::test
