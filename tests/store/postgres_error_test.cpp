#include "sql/connection.hpp"
#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

TEST_CASE("an error of PostgreSQL is told by its SQLSTATE", "[store]") {
  on_every_sql_store([](World& world) {
    if (world.setup().inventory != Place::postgres) {
      return;
    }
    struct Case {
      std::string sqlstate;
      ErrorCode code;
    };
    for (const Case& one : {Case{"40001", ErrorCode::busy},
                            Case{"40P01", ErrorCode::busy},
                            Case{"55P03", ErrorCode::busy},
                            Case{"42501", ErrorCode::refused},
                            Case{"42P01", ErrorCode::refused},
                            Case{"25006", ErrorCode::refused},
                            Case{"57014", ErrorCode::timeout},
                            Case{"57P01", ErrorCode::unreachable},
                            Case{"53300", ErrorCode::unreachable}}) {
      INFO(one.sqlstate);
      const auto connection = sql::connect(world.inventory_url(), "test", false);
      const Refusal told = refusal([&] {
        connection->script({"raise",
                            "DO $$ BEGIN RAISE EXCEPTION 'so it is' USING ERRCODE = '" +
                                one.sqlstate + "'; END $$"});
      });
      CHECK(told.code == one.code);
      CHECK(has(told.text, "so it is"));
    }
  });
}

}  // namespace tranche::test
