#include "store/register_fixture.hpp"

#include "tranche/error.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

namespace {

using Texts = std::vector<std::string>;

AssetTime at(std::int64_t microseconds) {
  return AssetTime(AssetTime::duration(microseconds));
}

std::string refusal(const ScratchTable& scratch, const RegisterColumns& columns = {}) {
  try {
    Registrar(scratch.url(), scratch.table(), columns);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::refused);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("register writes by time, then bytewise by item, those without a time last as given",
          "[store]") {
  const ScratchTable scratch(GENERATE(from_range(store_kinds())));
  Registrar registrar(scratch.url(), scratch.table());
  registrar.add("untimed-z");
  registrar.add("b", 1, at(2'000'001));
  registrar.add("later-by-a-microsecond", 1, at(2'000'002));
  registrar.add("B", 1, at(2'000'001));
  registrar.add("\xc3\xa9", 1, at(2'000'001));
  registrar.add("before-1970", 1, at(-5));
  registrar.add("untimed-a");
  const RegisterResult result = registrar.finish();
  CHECK(
      scratch.items() ==
      Texts{
          "before-1970", "B", "b", "\xc3\xa9", "later-by-a-microsecond", "untimed-z", "untimed-a"});
  CHECK(result.created);
  CHECK(result.seen == 7);
  CHECK(result.registered == 7);
  CHECK(result.already_registered == 0);
  CHECK(result.key_column == "id");
  CHECK(result.integer_key);
  CHECK(result.first_key == std::string("1"));
  CHECK(result.last_key == std::string("7"));
}

TEST_CASE("register stores weights and times exactly", "[store]") {
  const ScratchTable scratch(GENERATE(from_range(store_kinds())));
  Registrar registrar(scratch.url(), scratch.table());
  registrar.add("a'\"\\{},NULL", 5'000'000'000.0, at(1'767'225'600'123'456));
  registrar.add("NULL");
  registrar.finish();
  CHECK(scratch.items() == Texts{"a'\"\\{},NULL", "NULL"});
  CHECK(scratch.column("SELECT weight FROM {table} ORDER BY id") == Texts{"5000000000", "NULL"});
  const Texts expected{scratch.postgres() ? "1767225600.123456" : "2026-01-01T00:00:00.123Z",
                       "NULL"};
  CHECK(scratch.column(scratch.postgres()
                           ? "SELECT extract(epoch FROM modified_at)::text FROM {table} ORDER BY id"
                           : "SELECT modified_at FROM {table} ORDER BY id") == expected);
}

TEST_CASE("register writes an item once and burns no key for those already there", "[store]") {
  const ScratchTable scratch(GENERATE(from_range(store_kinds())));
  {
    Registrar registrar(scratch.url(), scratch.table());
    registrar.add("a", 1, at(1));
    registrar.add("a", 2, at(0));
    registrar.add("b", 1, at(2));
    CHECK(registrar.finish().seen == 2);
  }
  Registrar again(scratch.url(), scratch.table());
  for (const char* item : {"a", "b", "c"}) {
    again.add(item, 7, at(0));
  }
  const RegisterResult result = again.finish();
  CHECK_FALSE(result.created);
  CHECK(result.seen == 3);
  CHECK(result.registered == 1);
  CHECK(result.already_registered == 2);
  CHECK(scratch.column("SELECT id FROM {table} ORDER BY id") == Texts{"1", "2", "3"});
  CHECK(scratch.column("SELECT weight FROM {table} ORDER BY id") == Texts{"1", "1", "7"});
}

TEST_CASE("register of many chunks keeps their order", "[store]") {
  const ScratchTable scratch(GENERATE(from_range(store_kinds())));
  constexpr int kItems = 12'345;
  Registrar registrar(scratch.url(), scratch.table());
  for (int i = 0; i < kItems; ++i) {
    const int scattered = i * 7'919 % kItems;
    registrar.add("item" + std::to_string(scattered), scattered, at(scattered));
  }
  std::uint64_t heard = 0;
  const RegisterResult result =
      registrar.finish([&](std::uint64_t done, std::uint64_t) { heard = done; });
  CHECK(heard == kItems);
  CHECK(result.registered == kItems);
  CHECK(result.last_key == std::to_string(kItems));
  CHECK(scratch.column("SELECT count(*) FROM {table} WHERE weight = id - 1") ==
        Texts{std::to_string(kItems)});
}

TEST_CASE("register previews what it would write and writes nothing", "[store]") {
  const ScratchTable scratch(GENERATE(from_range(store_kinds())));
  Texts listed;
  const auto note = [&](const RegisterItem& item) { listed.push_back(item.item); };
  {
    Registrar first(scratch.url(), scratch.table());
    first.add("b", 1, at(2));
    first.add("a", 1, at(1));
    CHECK(first.preview(note).registered == 2);
    CHECK(listed == Texts{"a", "b"});
    CHECK_THROWS_AS(scratch.items(), Error);
    CHECK(first.finish().registered == 2);
  }
  listed.clear();
  Registrar second(scratch.url(), scratch.table());
  second.add("b");
  second.add("c");
  CHECK(second.preview(note).already_registered == 1);
  CHECK(listed == Texts{"c"});
  CHECK(scratch.items() == Texts{"a", "b"});
}

TEST_CASE("register fills a table of the user's with columns of other names", "[store]") {
  const ScratchTable scratch(GENERATE(from_range(store_kinds())));
  scratch.run(
      "CREATE TABLE {table} (location varchar(200) PRIMARY KEY, size integer NOT NULL, note text)");
  Registrar registrar(scratch.url(), scratch.table(), {"location", "size", std::nullopt});
  registrar.add("y", std::nullopt, at(2));
  registrar.add("x", 3, at(1));
  CHECK_THROWS_WITH(registrar.add("half", 0.5), Catch::Contains("whole numbers"));
  const RegisterResult result = registrar.finish();
  CHECK(result.key_column == "location");
  CHECK_FALSE(result.integer_key);
  CHECK(result.first_key == std::string("x"));
  CHECK(scratch.column("SELECT size FROM {table} ORDER BY location") == Texts{"3", "0"});
}

TEST_CASE("register refuses tables that it cannot fill, in one line", "[store]") {
  const ScratchTable scratch(GENERATE(from_range(store_kinds())));
  const auto with = [&](const std::string& columns, const RegisterColumns& wanted = {}) {
    scratch.run("DROP TABLE IF EXISTS {table}");
    scratch.run("CREATE TABLE {table} (" + columns + ")");
    return refusal(scratch, wanted);
  };
  CHECK_THAT(with("item text"), Catch::Contains("no unique index"));
  CHECK_THAT(with("item text, other text, UNIQUE (item, other)"),
             Catch::Contains("no unique index"));
  CHECK_THAT(with("item integer UNIQUE"), Catch::Contains("items need a text column"));
  CHECK_THAT(with("path text UNIQUE"),
             Catch::Contains("no column 'item'") && Catch::Contains("path"));
  CHECK_THAT(with("item text UNIQUE, weight text"), Catch::Contains("column weight is of type"));
  CHECK_THAT(with("item text UNIQUE, modified_at bigint"), Catch::Contains("modified_at"));
  CHECK_THAT(with("item text UNIQUE, owner text NOT NULL"), Catch::Contains("owner is NOT NULL"));
  CHECK_THAT(with("item text UNIQUE", {"item", "size", std::nullopt}),
             Catch::Contains("no column 'size'"));
  CHECK(with("item text UNIQUE, weight real, owner text NOT NULL DEFAULT 'me'") == "accepted");
  CHECK_THAT(with("id bigint, item text UNIQUE", {"id", std::nullopt, std::nullopt}),
             Catch::Contains("column id is of type"));
  scratch.run("DROP TABLE {table}");
  CHECK_THAT(refusal(scratch, {"ID", std::nullopt, std::nullopt}),
             Catch::Contains("two columns named"));
  scratch.run("CREATE VIEW {table} AS SELECT 'a' AS item");
  CHECK_THAT(refusal(scratch), Catch::Contains("is a view"));
}

TEST_CASE("register refuses items and weights that no table of assets holds", "[store]") {
  const ScratchTable scratch(GENERATE(from_range(store_kinds())));
  Registrar registrar(scratch.url(), scratch.table());
  CHECK_THROWS_WITH(registrar.add(""), Catch::Contains("empty"));
  CHECK_THROWS_WITH(registrar.add("caf\xe9\n"), Catch::Contains("'caf\\xe9\\x0a' is not UTF-8"));
  CHECK_THROWS_WITH(registrar.add(std::string("a\0b", 3)), Catch::Contains("UTF-8"));
  CHECK_THROWS_WITH(registrar.add("a", -1), Catch::Contains("from 0"));
  CHECK_THROWS_WITH(registrar.add("a", 0.5), Catch::Contains("whole numbers"));
  registrar.add("line\nbreak\tand tab");
  if (scratch.postgres()) {
    CHECK_THROWS_WITH(registrar.add(std::string(3'000, 'x')), Catch::Contains("3000 bytes long"));
  }
  registrar.add(std::string(2'600, 'x'));
  CHECK(registrar.finish().registered == 2);
  CHECK(scratch.items().front() == "line\nbreak\tand tab");
}

TEST_CASE("register of nothing still creates the table", "[store]") {
  const ScratchTable scratch(GENERATE(from_range(store_kinds())));
  const RegisterResult result = Registrar(scratch.url(), scratch.table()).finish();
  CHECK(result.created);
  CHECK(result.seen == 0);
  CHECK_FALSE(result.first_key);
  CHECK(scratch.items().empty());
}

}  // namespace tranche::test
