#include "sql/connection.hpp"
#include "sql/migrate.hpp"
#include "sql/queries.hpp"
#include "sql/sql_store.hpp"
#include "store/world.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace tranche::test {

using sql::Dialect;

namespace {

std::set<std::string> names_of(Dialect dialect) {
  std::set<std::string> names;
  const sql::Queries queries = sql::inventory_queries(dialect, "tranche");
  for (const auto& [name, statement] : queries.all()) {
    names.insert(name);
  }
  return names;
}

Dialect dialect_of(const World& world) {
  return world.setup().inventory == Place::sqlite ? Dialect::sqlite : Dialect::postgres;
}

}  // namespace

TEST_CASE("both dialects have the same statements, and no placeholder is left", "[store]") {
  std::set<std::string> sqlite = names_of(Dialect::sqlite);
  // PostgreSQL's end_batch does this as well; a CTE of SQLite cannot write.
  CHECK(sqlite.erase("insert_attempt") == 1);
  std::set<std::string> postgres = names_of(Dialect::postgres);
  // There a statement for several saves round trips, and others may cut ranges at the same time.
  for (const char* own : {"end_held",
                          "hand_over",
                          "insert_planned",
                          "lock_planned",
                          "tell_followers",
                          "try_lock_window",
                          "wait_for_window"}) {
    CHECK(postgres.erase(own) == 1);
  }
  CHECK(sqlite == postgres);
  CHECK(names_of(Dialect::sqlite).size() > 40);
  for (const Dialect dialect : {Dialect::sqlite, Dialect::postgres}) {
    const sql::Queries queries = sql::inventory_queries(dialect, "tranche");
    for (const auto& [name, statement] : queries.all()) {
      INFO(name);
      CHECK(!has(statement.text, "TEMPLATE"));
    }
    CHECK(refusal([&] { queries["no such statement"]; }).code == ErrorCode::internal);
  }
}

TEST_CASE("every statement prepares", "[store]") {
  on_every_sql_store([](World& world) {
    const auto connection = sql::connect(world.inventory_url(), "test", false);
    const bool postgres = dialect_of(world) == Dialect::postgres;
    const sql::Queries queries = sql::inventory_queries(dialect_of(world), world.schema());
    for (const auto& [name, statement] : queries.all()) {
      INFO(name);
      const std::string prepare = postgres ? "PREPARE " + name + " AS " : "EXPLAIN ";
      CHECK_NOTHROW(connection->script({name, prepare + statement.text}));
    }
  });
}

TEST_CASE(
    "both dialects have the same migrations, numbered from 1, and are brought up to date by them",
    "[store]") {
  const auto sqlite = sql::migrations(Dialect::sqlite, "tranche");
  const auto postgres = sql::migrations(Dialect::postgres, "tranche");
  REQUIRE(sqlite.size() == postgres.size());
  for (std::size_t i = 0; i < sqlite.size(); ++i) {
    CHECK(sqlite[i].version == static_cast<int>(i) + 1);
    CHECK(sqlite[i].version == postgres[i].version);
    CHECK(sqlite[i].name == postgres[i].name);
  }
  on_every_sql_store([](World& world) {
    const SchemaStatus status = schema_status(world.inventory_url(), world.schema());
    CHECK(status.version == status.newest);
    CHECK(status.newest == sql::newest_schema_version());
    CHECK(migrate_schema(world.inventory_url(), world.schema()).empty());
  });
}

TEST_CASE("a schema newer than the program is refused, and nothing is changed", "[store]") {
  on_every_sql_store([](World& world) {
    const std::string table =
        dialect_of(world) == Dialect::sqlite ? "tranche_migration" : world.schema() + ".migration";
    const std::string now = dialect_of(world) == Dialect::sqlite ? "0" : "now()";
    world.run("INSERT INTO " + table + " (version, name, applied_at) VALUES (999, 'later', " + now +
              ")");
    const OpenOptions options{world.schema(), true};
    const Refusal opened = refusal([&] { Inventory::open(world.inventory_url(), options); });
    CHECK(opened.code == ErrorCode::schema);
    CHECK(has(opened.text, "999"));
    CHECK(has(opened.text, "newer"));
    CHECK(refusal([&] { migrate_schema(world.inventory_url(), world.schema()); }).code ==
          ErrorCode::schema);
  });
}

TEST_CASE("an inventory that is not there is made only where that is wanted", "[store]") {
  on_every_sql_store([](World& world) {
    const bool postgres = dialect_of(world) == Dialect::postgres;
    const DatabaseUrl where =
        postgres ? world.inventory_url()
                 : DatabaseUrl::parse("sqlite:" + world.inventory_url().path() + ".new");
    const OpenOptions look{world.schema() + "_new", false};
    const auto code = refusal([&] { Inventory::open(where, look); }).code;
    CHECK(code == (postgres ? ErrorCode::schema : ErrorCode::unreachable));
    const OpenOptions make{world.schema() + "_new", true};
    CHECK(Inventory::open(where, make).list_jobs().empty());
    CHECK(Inventory::open(where, look).list_jobs().empty());
    if (postgres) {
      world.run("SET client_min_messages = error; DROP SCHEMA " + world.schema() + "_new CASCADE");
    }
  });
}

TEST_CASE("a schema name that is no plain one is refused", "[store]") {
  for (const std::string& name : {std::string(),
                                  std::string("a b"),
                                  std::string("a\"b"),
                                  std::string("a'b"),
                                  std::string(64, 'a')}) {
    CHECK(refusal([&] {
            Inventory::open(DatabaseUrl::parse("sqlite:/nowhere/x.db"), {name, true});
          }).code == ErrorCode::usage);
  }
}

TEST_CASE("eight processes that are the first to use an inventory make it once", "[store]") {
  on_every_sql_store([](World& world) {
    const bool postgres = dialect_of(world) == Dialect::postgres;
    for (int round = 0; round < 3; ++round) {
      const std::string name = world.schema() + "_first" + std::to_string(round);
      const DatabaseUrl where =
          postgres ? world.inventory_url()
                   : DatabaseUrl::parse("sqlite:" + world.inventory_url().path() + name);
      int gate[2];
      REQUIRE(::pipe(gate) == 0);
      std::vector<pid_t> children;
      for (int i = 0; i < 8; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
          int status = 0;
          try {
            char byte = 0;
            ::close(gate[1]);
            // Until the parent closes its end: all begin at once.
            static_cast<void>(::read(gate[0], &byte, 1));
            Inventory::open(where, {name, true}).list_jobs();
          } catch (const std::exception& error) {
            status = 1;
            ::dprintf(2, "%s\n", error.what());
          }
          ::_exit(status);
        }
        children.push_back(child);
      }
      ::close(gate[0]);
      ::close(gate[1]);
      for (const pid_t child : children) {
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(status == 0);
      }
      CHECK(schema_status(where, name).version == sql::newest_schema_version());
      if (postgres) {
        world.run("SET client_min_messages = error; DROP SCHEMA " + name + " CASCADE");
      }
    }
  });
}

TEST_CASE("a file that is no database, a folder and an unreachable server are told apart",
          "[store]") {
  on_every_sql_store([](World& world) {
    if (dialect_of(world) != Dialect::sqlite) {
      return;
    }
    const std::string path = world.inventory_url().path() + ".txt";
    FILE* file = ::fopen(path.c_str(), "w");
    REQUIRE(file != nullptr);
    ::fputs(
        "This is a text of more than a hundred bytes, so that SQLite takes its first page for a "
        "header, which it is not at all.\n",
        file);
    ::fclose(file);
    const Refusal text = refusal([&] { Inventory::open(DatabaseUrl::parse("sqlite:" + path)); });
    CHECK(text.code == ErrorCode::refused);
    CHECK(has(text.text, "not an SQLite database"));
    CHECK(refusal([&] { Inventory::open(DatabaseUrl::parse("sqlite:/tmp")); }).code ==
          ErrorCode::refused);
    const Refusal server = refusal(
        [&] { Inventory::open(DatabaseUrl::parse("postgresql://u:secret@localhost:1/x")); });
    CHECK(server.code == ErrorCode::unreachable);
    CHECK(!has(server.text, "secret"));
  });
}

}  // namespace tranche::test
