#include "sql/queries.hpp"
#include "store/source_session.hpp"

#include <catch2/catch.hpp>

namespace tranche::sql {
extern const std::string_view writers_postgres;
}  // namespace tranche::sql

namespace tranche::test {

namespace {

/// A test server's catalog is so small that reading all of it would be right: not here.
std::string plan_of(const World& world, const std::string& query, const std::string& values) {
  const sql::Queries queries(sql::writers_postgres, {});
  const auto connection = sql::connect(world.source_url(), "test", false);
  connection->script(
      {"prepare",
       "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; PREPARE look AS " +
           queries[query].text});
  const auto rows = connection->query({"explain", "EXPLAIN EXECUTE look(" + values + ")"});
  std::string plan;
  while (rows->next()) {
    plan += rows->text(0) + "\n";
  }
  return plan;
}

}  // namespace

TEST_CASE("looking for writers costs what their locks cost, however large the catalog is",
          "[store]") {
  on_every_postgres_source([](World& world) {
    const std::string table = "'" + world.schema() + "', 'assets'";
    const std::string relations = "'{1259, 2619}'";
    for (const auto& [query, values] : {std::pair<std::string, std::string>{"watched", table},
                                        {"writers", relations + ", " + table},
                                        {"describe_writers", relations}}) {
      const std::string plan = plan_of(world, query, values);
      INFO(query << "\n" << plan);
      CHECK(!has(plan, "Seq Scan"));
      // Merge joins walk an index from end to end.
      CHECK(!has(plan, "Merge Join"));
      // A lock is looked up among the partitions, not compared with each.
      CHECK(has(plan, "hashed SubPlan") == (query != "watched"));
    }
  });
}

}  // namespace tranche::test
