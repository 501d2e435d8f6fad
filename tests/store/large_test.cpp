#include "store/world.hpp"

#include "tranche/key_set.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

namespace {

constexpr std::int64_t kMany = 200'000;

/// Asks a batch of keys 1..kMany about assets around the borders of its key parts.
void check_membership(Inventory& inventory, const std::function<std::string(std::int64_t)>& key) {
  for (const std::int64_t number : {std::int64_t{1},
                                    kKeysPerPart - 1,
                                    kKeysPerPart,
                                    kKeysPerPart + 1,
                                    3 * kKeysPerPart,
                                    3 * kKeysPerPart + 1,
                                    kMany}) {
    CHECK(inventory.find_asset("job", key(number)).batches.size() == 1);
  }
}

std::int64_t count_assets(Inventory& inventory, const Batch& batch) {
  std::int64_t count = 0;
  std::optional<Key> last;
  inventory.for_each_asset(batch, [&](const Asset& asset) {
    if (last && !(*last < asset.key)) {
      throw std::logic_error("assets out of order at " + asset.key.text());
    }
    last = asset.key;
    ++count;
  });
  return count;
}

}  // namespace

TEST_CASE("a batch of 200,000 assets keeps its exact keys in several parts, and can be split",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, kMany);
    JobDefinition wanted = world.definition();
    wanted.on_exit = "*=split";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    const Batch batch = acquire(inventory);
    CHECK(range_of(batch) == "1-200000/200000");
    check_membership(inventory, [](std::int64_t number) { return std::to_string(number); });
    CHECK(count_assets(inventory, batch) == kMany);
    fail(inventory, batch);
    const Batch low = acquire(inventory);
    const Batch high = acquire(inventory);
    CHECK(range_of(low) == "1-100000/100000");
    CHECK(range_of(high) == "100001-200000/100000");
    CHECK(count_assets(inventory, low) == kMany / 2);
    CHECK(count_assets(inventory, high) == kMany / 2);
    inventory.cancel({low.id, high.id});
    inventory.delete_job("job");
  });
}

TEST_CASE("assets are found behind a part whose rows have all vanished", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, kMany);
    world.create_job(world.definition());
    const Batch batch = acquire(world.inventory());
    world.run("DELETE FROM {table} WHERE key > 60000 AND key < 190000");
    world.run("INSERT INTO {table} (key) VALUES (-5), (300000)");
    CHECK(count_assets(world.inventory(), batch) == 60'000 + 10'001);
  });
}

TEST_CASE("text keys of a large batch are found, and late ones are not", "[store]") {
  on_every_sql_store(
      [](World& world) {
        const std::string numbers = world.setup().source == Place::sqlite
                                        ? "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
                                          "FROM s WHERE i < 200000) SELECT i FROM s"
                                        : "SELECT i FROM generate_series(1, 200000) AS i";
        const std::string padded = world.setup().source == Place::sqlite
                                       ? "printf('k%06d', i)"
                                       : "'k' || lpad(i::text, 6, '0')";
        world.run("INSERT INTO {table} (key, item, weight) SELECT " + padded + ", 'x', 1 FROM (" +
                  numbers + ") AS n");
        world.create_job(world.definition());
        Inventory& inventory = world.inventory();
        const Batch batch = acquire(inventory);
        CHECK(batch.count == kMany);
        const auto key = [](std::int64_t number) {
          const std::string digits = std::to_string(number);
          return "k" + std::string(6 - digits.size(), '0') + digits;
        };
        check_membership(inventory, key);
        world.run("DELETE FROM {table} WHERE key > 'k060000' AND key < 'k190000'");
        world.insert({{"k000001b"}, {"k100000b"}, {"k199999b"}});
        CHECK(inventory.find_asset("job", "k100000b").batches.empty());
        CHECK(count_assets(inventory, batch) == 60'000 + 10'001);
      },
      KeyType::text);
}

TEST_CASE("a limit beyond one part is kept exactly", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 2 * kKeysPerPart + 10);
    world.create_job(kKeysPerPart);
    Inventory& inventory = world.inventory();
    for (const std::int64_t expected : {kKeysPerPart, kKeysPerPart, std::int64_t{10}}) {
      const Batch batch = acquire(inventory);
      CHECK(batch.count == expected);
      CHECK(count_assets(inventory, batch) == expected);
    }
  });
}

}  // namespace tranche::test
