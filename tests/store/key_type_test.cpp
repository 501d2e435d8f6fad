#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;

namespace {

/// Inserts the keys, which are given in order, upside down, and walks through everything that asks
/// for a key.
void check_order(World& world, const Texts& ordered) {
  for (auto key = ordered.rbegin(); key != ordered.rend(); ++key) {
    world.insert({{*key}});
  }
  world.create_job(1);
  Inventory& inventory = world.inventory();
  const auto planned = inventory.plan("job", {}, 1000);
  Texts handed_out;
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    const Batch batch = acquire(inventory);
    CHECK(batch.first_key == planned.at(i).first_key);
    CHECK(keys_of(inventory, batch) == Texts{batch.first_key->text()});
    handed_out.push_back(batch.first_key->text());
    CHECK(inventory.find_asset("job", ordered[i]).batches.at(0).batch.id == batch.id);
    CHECK(inventory.find_asset("job", ordered[i]).item == "item-" + ordered[i]);
  }
  CHECK(handed_out == ordered);
  CHECK(acquired(inventory) == "none");
  const Backlog backlog = inventory.backlog("job");
  CHECK(backlog.first_key->text() == ordered.front());
  CHECK(backlog.last_key->text() == ordered.back());
  CHECK(backlog.count == static_cast<std::int64_t>(ordered.size()));
  // Bounds are inclusive at both ends.
  const std::size_t low = ordered.size() > 3 ? 1 : 0;
  const std::size_t high = ordered.size() > 3 ? ordered.size() - 2 : ordered.size() - 1;
  inventory.create_campaign("job", "c", {ordered[low], ordered[high], {}});
  AcquireOptions all;
  all.window = "c";
  all.limits.max_count = 1000;
  const Batch batch = acquire(inventory, all);
  CHECK(keys_of(inventory, batch) ==
        Texts(ordered.begin() + static_cast<std::ptrdiff_t>(low),
              ordered.begin() + static_cast<std::ptrdiff_t>(high) + 1));
  for (const Batch& held : planned) {
    inventory.cancel({inventory.find_asset("job", held.first_key->text()).batches.at(0).batch.id});
  }
  inventory.reset("job", ordered[low]);
  CHECK(acquire(inventory).first_key->text() == ordered[low]);
}

}  // namespace

TEST_CASE("integer keys: negative ones, 0 and both ends of 64 bits", "[store]") {
  on_every_store([](World& world) {
    check_order(world,
                {"-9223372036854775808",
                 "-9223372036854775807",
                 "-4294967296",
                 "-10",
                 "-9",
                 "-1",
                 "0",
                 "1",
                 "9",
                 "10",
                 "9007199254740993",
                 "9223372036854775806",
                 "9223372036854775807"});
  });
}

TEST_CASE("text keys are compared bytewise", "[store]") {
  on_every_store(
      [](World& world) {
        check_order(world,
                    {" ",   "#1", "10", "9", "A",     "AB", "B", "Zebra", "_", "a",    "a b",
                     "a'b", "aB", "ab", "b", "zebra", "~",  "Ä", "ä",     "é", "日本", "😀"});
      },
      KeyType::text);
}

TEST_CASE("timestamp keys: microseconds, and times before 1970", "[store]") {
  on_every_store(
      [](World& world) {
        check_order(world,
                    {"0001-01-01T00:00:00.000000Z",
                     "1899-12-31T23:59:59.999999Z",
                     "1969-12-31T23:59:59.999999Z",
                     "1970-01-01T00:00:00.000000Z",
                     "1970-01-01T00:00:00.000001Z",
                     "2026-01-31T12:00:00.123456Z",
                     "2026-01-31T12:00:00.123457Z",
                     "2026-03-29T01:30:00.000000Z",
                     "9999-12-31T23:59:59.999999Z"});
      },
      KeyType::timestamp);
}

TEST_CASE("date keys, before 1970 as well", "[store]") {
  on_every_store(
      [](World& world) {
        check_order(world,
                    {"0001-01-01",
                     "1900-02-28",
                     "1969-12-31",
                     "1970-01-01",
                     "2024-02-29",
                     "2024-03-01",
                     "9999-12-31"});
      },
      KeyType::date);
}

TEST_CASE("UUID keys", "[store]") {
  on_every_store(
      [](World& world) {
        check_order(world,
                    {"00000000-0000-0000-0000-000000000000",
                     "01890a5d-ac96-774b-bcce-b302099a8057",
                     "01890a5d-ac96-774b-bcce-b302099a8058",
                     "7fffffff-ffff-ffff-ffff-ffffffffffff",
                     "80000000-0000-0000-0000-000000000000",
                     "ffffffff-ffff-ffff-ffff-ffffffffffff"});
      },
      KeyType::uuid);
}

TEST_CASE("the condition on a range selects exactly its assets", "[store]") {
  const std::vector<std::pair<KeyType, Texts>> cases{
      {KeyType::integer, {"-5", "0", "7", "9"}},
      {KeyType::text, {"10", "9", "a'b", "ab"}},
      {KeyType::timestamp,
       {"1969-12-31T23:59:59.999999Z",
        "1970-01-01T00:00:00.000000Z",
        "2026-01-31T12:00:00.123456Z",
        "2026-01-31T12:00:00.123457Z"}},
      {KeyType::date, {"1969-12-31", "1970-01-01", "2024-02-29", "2024-03-01"}},
      {KeyType::uuid,
       {"00000000-0000-0000-0000-000000000000",
        "01890a5d-ac96-774b-bcce-b302099a8057",
        "7fffffff-ffff-ffff-ffff-ffffffffffff",
        "80000000-0000-0000-0000-000000000000"}}};
  for (const auto& [type, keys] : cases) {
    on_every_sql_store(
        [&keys = keys](World& world) {
          for (const std::string& key : keys) {
            world.insert({{key}});
          }
          JobDefinition wanted = world.definition();
          wanted.filter = "tag = 'a' OR tag = 'x' -- a remark";
          world.create_job(wanted);
          Inventory& inventory = world.inventory();
          AcquireOptions one;
          one.limits.max_count = 1;
          acquire(inventory, one);
          AcquireOptions two;
          two.limits.max_count = 2;
          const Batch batch = acquire(inventory, two);
          world.run("CREATE TABLE " +
                    (world.source_url().kind() == DatabaseUrl::Kind::sqlite
                         ? std::string()
                         : world.schema() + ".") +
                    "picked AS SELECT item FROM {table} WHERE " + inventory.range_condition(batch));
          JobDefinition picked = world.definition();
          picked.table =
              (world.source_url().kind() == DatabaseUrl::Kind::sqlite ? std::string()
                                                                      : world.schema() + ".") +
              "picked";
          picked.key_column = "item";
          picked.key_type = KeyType::text;
          picked.item_column.reset();
          picked.weight_column.reset();
          const auto source = open_source(world.source_url(), picked);
          Texts items;
          source->scan({{}, {}, Key::parse(KeyType::text, "~")}, 10, [&](const Asset& asset) {
            items.push_back(asset.key.text());
          });
          CHECK(items == Texts{"item-" + keys[1], "item-" + keys[2]});
        },
        type);
  }
}

}  // namespace tranche::test
