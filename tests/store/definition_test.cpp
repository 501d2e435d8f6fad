#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;

namespace {

Refusal inspected(const World& world, const std::function<void(JobDefinition&)>& change) {
  JobDefinition definition = world.definition();
  change(definition);
  return refusal([&] { inspect_source(world.source_url(), definition); });
}

Refusal filtered(const World& world, const std::string& filter) {
  return inspected(world, [&](JobDefinition& definition) { definition.filter = filter; });
}

bool sqlite(const World& world) {
  return world.setup().source == Place::sqlite;
}

}  // namespace

TEST_CASE("a missing table or column is refused by its name, with what there is", "[store]") {
  on_every_sql_store([](World& world) {
    const Refusal table = inspected(world, [](JobDefinition& wanted) { wanted.table = "asets"; });
    CHECK(table.code == ErrorCode::refused);
    CHECK(has(table.text, "'asets'"));
    CHECK(has(table.text, "assets"));
    for (const auto& change : std::vector<std::function<void(JobDefinition&)>>{
             [](JobDefinition& wanted) { wanted.key_column = "kye"; },
             [](JobDefinition& wanted) { wanted.item_column = "kye"; },
             [](JobDefinition& wanted) { wanted.weight_column = "kye"; },
             [](JobDefinition& wanted) { wanted.time_column = "kye"; }}) {
      const Refusal column = inspected(world, change);
      CHECK(column.code == ErrorCode::refused);
      CHECK(has(column.text, "'kye'"));
      CHECK(has(column.text, "key, item, weight, tag"));
    }
    CHECK(inspected(world, [](JobDefinition& wanted) { wanted.key_column = "KEY"; }).code ==
          std::nullopt);
    CHECK(inspected(world, [](JobDefinition& wanted) { wanted.start_key = "x"; }).code ==
          ErrorCode::refused);
  });
}

TEST_CASE("a weight column that is text is refused", "[store]") {
  on_every_sql_store([](World& world) {
    const Refusal refused =
        inspected(world, [](JobDefinition& wanted) { wanted.weight_column = "item"; });
    CHECK(refused.code == ErrorCode::refused);
    CHECK(has(refused.text, "weight column 'item'"));
  });
}

TEST_CASE("a text among SQLite's weights is refused by its key", "[store]") {
  on_every_sql_store([](World& world) {
    if (!sqlite(world)) {
      return;
    }
    world.run("INSERT INTO {table} (key, weight) VALUES (1, 1), (2, 'heavy')");
    world.create_job(world.definition());
    const Refusal refused = refusal([&] { world.inventory().acquire("job"); });
    CHECK(refused.code == ErrorCode::refused);
    CHECK(has(refused.text, "key 2"));
    CHECK(has(refused.text, "'heavy'"));
  });
}

TEST_CASE("a key column must be unique and without NULL", "[store]") {
  on_every_sql_store([](World& world) {
    CHECK(has(inspected(world, [](JobDefinition& wanted) { wanted.key_column = "item"; }).text,
              "no unique index"));
    world.run("INSERT INTO {table} (key, item) VALUES (1, 'x'), (2, 'x'), (3, NULL)");
    CHECK(has(inspected(world,
                        [](JobDefinition& wanted) {
                          wanted.key_column = "item";
                          wanted.assume_unique = true;
                        })
                  .text,
              "NULL"));
    world.run("UPDATE {table} SET item = 'y' WHERE key = 3");
    JobDefinition doubled = world.definition();
    doubled.key_column = "item";
    doubled.key_type = KeyType::text;
    doubled.item_column.reset();
    doubled.assume_unique = true;
    world.create_job(doubled);
    const Refusal refused = refusal([&] { world.inventory().acquire("job"); });
    CHECK(refused.code == ErrorCode::refused);
    CHECK(has(refused.text, "key x stands twice"));
  });
}

TEST_CASE("a column of another type is no key", "[store]") {
  on_every_sql_store([](World& world) {
    world.run("CREATE UNIQUE INDEX weights ON {table} (weight)");
    world.insert({{"1", 1.5}});
    CHECK(inspected(world, [](JobDefinition& wanted) { wanted.key_column = "weight"; }).code ==
          ErrorCode::refused);
  });
}

TEST_CASE("a filter is one condition, with comments at its end if need be", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 10);
    int number = 0;
    for (const auto& [filter, expected] : std::vector<std::pair<std::string, std::string>>{
             {"key > 5 -- above", "6-10/5"},
             {"key > 5 /* above */", "6-10/5"},
             {"key > 5 OR key < 3", "1-10/7"},
             {"(key > 5) AND (key < 8)", "6-7/2"},
             {"item = 'item-7' OR item = 'a;b)'", "7-7/1"},
             {"\"key\" IN (2, 4)", "2-4/2"},
             {"key BETWEEN 3 AND 4\n", "3-4/2"},
             {"key % 2 = 0 -- a ) and a ;", "2-10/5"},
             {"CASE WHEN key = 3 THEN 1 = 1 ELSE 1 = 0 END", "3-3/1"}}) {
      INFO(filter);
      JobDefinition wanted = world.definition();
      wanted.filter = filter;
      const std::string name = "job" + std::to_string(++number);
      world.create_job(wanted, name);
      CHECK(world.inventory().backlog(name).count ==
            std::stoi(expected.substr(expected.find('/') + 1)));
      CHECK(range_of(world.inventory().acquire(name).batch) == expected);
    }
  });
}

TEST_CASE("whatever is no single condition on the table's columns is refused, and nothing happens",
          "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 3);
    for (const std::string filter : {"key >",
                                     "key > 1)",
                                     "key > 1) OR (1 = 1",
                                     "key > 1; DELETE FROM assets",
                                     "key > 1; DROP TABLE assets; --",
                                     "1 = 1); DROP TABLE assets; --",
                                     "key > 1 /* open",
                                     "key > 1 ORDER BY key",
                                     "key > 1 LIMIT 5",
                                     "key > 1 UNION SELECT 1",
                                     "key > 1 GROUP BY key",
                                     "key > 1; SELECT 1",
                                     "kye > 1",
                                     "\"kye\" > 1",
                                     "key > $1",
                                     "key > $2",
                                     "1 = 1",
                                     "1",
                                     "'key' = 'key'",
                                     "-- key",
                                     "key = max(key)",
                                     "count(*) > 1 AND key > 0",
                                     ";",
                                     ")",
                                     "key > 'x' || ",
                                     "row_number() OVER (ORDER BY key) > 1"}) {
      INFO(filter);
      CHECK(filtered(world, filter).code == ErrorCode::refused);
    }
    if (sqlite(world)) {
      for (const std::string filter : {"key > ?", "key > ?1", "key > :a", "key > @a"}) {
        INFO(filter);
        CHECK(filtered(world, filter).code == ErrorCode::refused);
      }
    }
    CHECK(filtered(world, std::string("key > 1\0 OR key < 0", 19)).code == ErrorCode::refused);
    world.create_job(world.definition());
    CHECK(acquired(world.inventory()) == "1-3/3");
  });
}

TEST_CASE("a filter that may change its answer is refused, unless insisted on", "[store]") {
  on_every_sql_store([](World& world) {
    Texts filters{"key IN (SELECT 1)",
                  "EXISTS (SELECT 1 FROM assets a WHERE a.key = key)",
                  "key > random()",
                  "item < CURRENT_TIMESTAMP",
                  "item < CURRENT_DATE"};
    if (sqlite(world)) {
      filters.insert(filters.end(),
                     {"item < date('now')",
                      "item < datetime('NOW', '-1 day')",
                      "key > strftime('%s', 'now')"});
    } else {
      filters.insert(filters.end(),
                     {"now() > '2020-01-01' AND key > 0",
                      "item < clock_timestamp()::text",
                      "item = current_setting('TimeZone')",
                      "item::timestamptz > 'today'",
                      "key > txid_current()"});
    }
    for (const std::string& filter : filters) {
      INFO(filter);
      const Refusal refused = filtered(world, filter);
      CHECK(refused.code == ErrorCode::refused);
    }
    CHECK(inspected(world, [](JobDefinition& wanted) {
            wanted.filter = "key > random() - 10000000000";
            wanted.unstable_filter = true;
          }).code == std::nullopt);
  });
}

TEST_CASE("how keys are ordered is found out", "[store]") {
  on_every_sql_store([](World& world) {
    const auto order_of = [&](const std::string& name) {
      JobDefinition definition = world.definition();
      definition.table = sqlite(world) ? name : world.schema() + "." + name;
      definition.item_column.reset();
      definition.weight_column.reset();
      inspect_source(world.source_url(), definition);
      return definition.key_order;
    };
    if (sqlite(world)) {
      world.run(
          "CREATE TABLE t1 (key INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE t2 (key INT "
          "PRIMARY KEY); CREATE TABLE t3 (key TEXT PRIMARY KEY)");
      CHECK(order_of("t1") == KeyOrder::proved);
      CHECK(order_of("t2") == KeyOrder::unproved);
      CHECK(order_of("t3") == KeyOrder::unproved);
      return;
    }
    const std::string s = world.schema() + ".";
    world.run("CREATE TABLE " + s + "t1 (key bigserial PRIMARY KEY); CREATE TABLE " + s +
              "t2 (key bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY); CREATE TABLE " + s +
              "t3 (key bigint GENERATED ALWAYS AS IDENTITY (CACHE 20) PRIMARY KEY); CREATE TABLE " +
              s + "t4 (key bigint PRIMARY KEY); CREATE TABLE " + s +
              "t5 (key timestamptz PRIMARY KEY DEFAULT now()); CREATE TABLE " + s +
              "t6 (key bigint GENERATED ALWAYS AS IDENTITY (INCREMENT -1) PRIMARY KEY); CREATE "
              "SEQUENCE " +
              s + "q; CREATE TABLE " + s + "t7 (key bigint PRIMARY KEY DEFAULT nextval('" + s +
              "q')); CREATE TABLE " + s + "t8 (key bigint PRIMARY KEY DEFAULT nextval('" + s +
              "q') % 100)");
    for (const auto& [name, order] : {std::pair{"t1", KeyOrder::proved},
                                      std::pair{"t2", KeyOrder::proved},
                                      std::pair{"t3", KeyOrder::unproved},
                                      std::pair{"t4", KeyOrder::unproved},
                                      std::pair{"t5", KeyOrder::unproved},
                                      std::pair{"t6", KeyOrder::unproved},
                                      std::pair{"t7", KeyOrder::proved},
                                      std::pair{"t8", KeyOrder::unproved}}) {
      INFO(name);
      CHECK(order_of(name) == order);
    }
  });
}

TEST_CASE("names that need quoting work", "[store]") {
  on_every_sql_store([](World& world) {
    const std::string table =
        (sqlite(world) ? std::string() : world.schema() + ".") + "\"my \"\"odd\"\" table.v1\"";
    world.run("CREATE TABLE " + table +
              " (\"the key; --\" integer PRIMARY KEY, \"select\" text, \"We ight\" integer)");
    world.run("INSERT INTO " + table + " VALUES (1, 'x', 5), (2, 'y', 6)");
    JobDefinition wanted;
    wanted.table = table;
    wanted.key_column = "the key; --";
    wanted.item_column = "select";
    wanted.weight_column = "We ight";
    wanted.filter = "\"select\" <> 'z'";
    world.create_job(wanted);
    const Batch batch = acquire(world.inventory());
    CHECK(range_of(batch) == "1-2/2");
    CHECK(batch.weight == 11);
    CHECK(keys_of(world.inventory(), batch) == Texts{"1", "2"});
    CHECK(!world.inventory().range_condition(batch).empty());
  });
}

TEST_CASE("the age of a backlog comes from a time key or a time column", "[store]") {
  on_every_sql_store([](World& world) {
    const std::string prefix = sqlite(world) ? "" : world.schema() + ".";
    const std::string now =
        sqlite(world) ? "datetime('now', '-100 seconds')" : "now() - interval '100 seconds'";
    const std::string type = sqlite(world) ? "TIMESTAMP" : "timestamptz";
    world.run("CREATE TABLE " + prefix + "timed (key integer PRIMARY KEY, at " + type + ")");
    world.run("INSERT INTO " + prefix + "timed VALUES (1, " + now + ")");
    world.run("CREATE TABLE " + prefix + "times (key " + type + " PRIMARY KEY)");
    world.run("INSERT INTO " + prefix + "times VALUES (" + now + ")");
    JobDefinition timed;
    timed.table = prefix + "timed";
    timed.key_column = "key";
    timed.time_column = "at";
    world.create_job(timed, "timed");
    JobDefinition times;
    times.table = prefix + "times";
    times.key_column = "key";
    world.create_job(times, "times");
    for (const char* name : {"timed", "times"}) {
      const auto age = world.inventory().backlog(name).oldest_age_seconds;
      REQUIRE(age.has_value());
      CHECK(*age >= 99);
      CHECK(*age < 200);
    }
  });
}

TEST_CASE("what a filter sets in its session does not outlast the reading", "[store]") {
  on_every_sql_store([](World& world) {
    if (sqlite(world)) {
      return;
    }
    const std::string mark = "left by " + world.schema();
    const std::string filter = "set_config('application_name', '" + mark + "', false) <> key::text";
    CHECK(has(filtered(world, filter).text, "--unstable-filter"));
    JobDefinition wanted = world.definition();
    wanted.filter = filter;
    wanted.unstable_filter = true;
    wanted.limits.max_count = 2;
    world.insert_range(1, 10);
    world.create_job(wanted);
    for (const char* range : {"1-2/2", "3-4/2", "5-6/2", "7-8/2"}) {
      CHECK(acquired(world.inventory()) == range);
      CHECK(world.inventory().backlog("job").count > 0);
      world.run("DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_stat_activity WHERE application_name = '" +
                mark + "') THEN RAISE 'a setting was left behind'; END IF; END $$");
    }
  });
}

}  // namespace tranche::test
