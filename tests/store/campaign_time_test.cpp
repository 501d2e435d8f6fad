#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;

namespace {

AcquireOptions in_campaign(const std::string& name) {
  AcquireOptions options;
  options.window = name;
  return options;
}

CampaignOptions between(std::optional<std::string> from, std::optional<std::string> to) {
  CampaignOptions options;
  options.from_time = std::move(from);
  options.to_time = std::move(to);
  return options;
}

/// Keys 1..8 whose times do not rise with them; 8 has none.
void insert_timed(World& world, const std::string& type, const std::vector<std::string>& times) {
  world.insert_range(1, 8);
  world.run("ALTER TABLE {table} ADD COLUMN made " + type);
  for (std::size_t i = 0; i < times.size(); ++i) {
    world.run("UPDATE {table} SET made = " + times[i] + " WHERE key = " + std::to_string(i + 1));
  }
}

Job create_timed_job(World& world) {
  JobDefinition wanted = world.definition();
  wanted.time_column = "made";
  wanted.limits.max_count = 100;
  return world.create_job(wanted);
}

Texts keys_between(Inventory& inventory,
                   const std::optional<std::string>& from,
                   const std::optional<std::string>& to) {
  static int made = 0;
  const std::string name = "c" + std::to_string(++made);
  inventory.create_campaign("job", name, between(from, to));
  return keys_of(inventory, acquire(inventory, in_campaign(name)));
}

const std::vector<std::string> kTimes{"'2026-01-03 00:00:00'",
                                      "'2026-01-01 12:00:00'",
                                      "'2026-01-02 23:59:59.999'",
                                      "'2025-12-31 23:59:59'",
                                      "'2026-01-02 00:00:00'",
                                      "'2026-01-01 00:00:00'",
                                      "'2026-02-01 00:00:00'"};

void check_days(Inventory& inventory) {
  CHECK(keys_between(inventory, "2026-01-01", "2026-01-02") == Texts{"2", "3", "5", "6"});
  CHECK(keys_between(inventory, "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z") ==
        Texts{"1", "3", "5"});
  CHECK(keys_between(inventory, "2026-01-02T02:00:00+02:00", "2026-01-02") == Texts{"3", "5"});
  CHECK(keys_between(inventory, "2026-01-03", {}) == Texts{"1", "7"});
  CHECK(keys_between(inventory, {}, "2026-01-01") == Texts{"2", "4", "6"});
}

}  // namespace

TEST_CASE("a campaign's bounds by time leave out every asset beyond them, whatever its key",
          "[store]") {
  for (const std::string type : {"timestamp", "timestamptz", "text"}) {
    INFO(type);
    on_every_sql_store([&](World& world) {
      const bool postgres = world.setup().source == Place::postgres;
      if (postgres == (type == "text")) {
        return;
      }
      std::vector<std::string> times = kTimes;
      if (type == "timestamptz") {
        for (std::string& time : times) {
          time.insert(time.size() - 1, "+00");
        }
      }
      insert_timed(world, type, times);
      create_timed_job(world);
      Inventory& inventory = world.inventory();
      check_days(inventory);
      const Window window =
          inventory.create_campaign("job", "c", between("2026-01-01", "2026-01-02"));
      CHECK(window.lower == Key::integer(2));
      CHECK(window.upper == Key::integer(6));
      CHECK(inventory.backlog("job", "c").count == 4);
      CHECK(refusal([&] {
              inventory.create_campaign("job", "none", between("2027-01-01", {}));
            }).code == ErrorCode::refused);
    });
  }
}

TEST_CASE("times of SQLite may be texts of any form, seconds or milliseconds", "[store]") {
  const auto check = [](const std::vector<std::string>& times) {
    on_every_sql_store([&](World& world) {
      if (world.setup().source == Place::sqlite) {
        insert_timed(world, "", times);
        create_timed_job(world);
        check_days(world.inventory());
      }
    });
  };
  check({"'2026-01-03T00:00:00Z'",
         "'2026-01-01 13:00+01:00'",
         "'2026-01-02T23:59:59.999'",
         "'2026-01-01T09:59:59+10:00'",
         "'2026-01-02'",
         "'2025-12-31T14:00:00-10:00'",
         "'2026-02-01'"});
  for (const std::string unit : {"", "000"}) {
    const auto at = [&](const std::string& seconds) { return seconds + unit; };
    check({at("1767398400"),
           at("1767268800"),
           at("1767398399"),
           at("1767225599"),
           at("1767312000"),
           at("1767225600"),
           at("1769904000")});
  }
}

TEST_CASE("dates are bounded by dates", "[store]") {
  on_every_sql_store([](World& world) {
    if (world.setup().source == Place::postgres) {
      insert_timed(world, "date", {"'2026-01-03'", "'2026-01-01'", "'2026-01-02'", "'2025-12-31'"});
      create_timed_job(world);
      Inventory& inventory = world.inventory();
      CHECK(keys_between(inventory, "2026-01-01", "2026-01-02") == Texts{"2", "3"});
      CHECK(keys_between(inventory, "2026-01-01T12:00:00Z", {}) == Texts{"1", "3"});
    }
  });
}

TEST_CASE("a key that is a time bounds a campaign by itself", "[store]") {
  for (const KeyType type : {KeyType::timestamp, KeyType::date}) {
    on_every_sql_store(
        [type](World& world) {
          if (world.setup().source != Place::postgres) {
            return;
          }
          world.insert({{"2026-01-01"}, {"2026-01-02"}, {"2026-01-03"}, {"2026-01-04"}});
          world.create_job(10);
          Inventory& inventory = world.inventory();
          const Window window =
              inventory.create_campaign("job", "c", between("2026-01-02", "2026-01-03"));
          CHECK(window.filter.empty());
          CHECK(acquire(inventory, in_campaign("c")).count == 2);
          // Noon is behind the day's own asset.
          inventory.create_campaign("job", "noon", between("2026-01-02T12:00:00Z", "2026-01-03"));
          CHECK(keys_of(inventory, acquire(inventory, in_campaign("noon"))).size() == 1);
          // As a key, it may lie in the future.
          inventory.create_campaign("job", "d", between("2026-01-04", "2026-01-05"));
          CHECK(acquire(inventory, in_campaign("d")).count == 1);
          // A filter besides does not keep it from that.
          CampaignOptions wanted = between("2026-01-04", "2026-01-05");
          wanted.filter = "tag = 'a'";
          inventory.create_campaign("job", "e", wanted);
          world.insert({{"2026-01-05"}});
          CHECK(acquire(inventory, in_campaign("d")).count == 1);
          CHECK(acquire(inventory, in_campaign("e")).count == 2);
        },
        type);
  }
}

TEST_CASE("bounds by time need a time", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 8);
    world.create_job(100);
    Inventory& inventory = world.inventory();
    const auto create = [&](std::optional<std::string> from, std::optional<std::string> to) {
      return refusal([&] { inventory.create_campaign("job", "c", between(from, to)); });
    };
    CHECK(has(create("2026-01-01", {}).text, "--time-column"));
    CHECK(create("2026-01-01", {}).code == ErrorCode::refused);
    for (const std::string text : {"", "yesterday", "2026-13-01", "2026-01-01T25:00:00Z", "1d"}) {
      INFO(text);
      CHECK(create({}, text).code == ErrorCode::usage);
    }
    const Refusal turned = create("2026-01-02", "2026-01-01");
    CHECK(turned.code == ErrorCode::usage);
    CHECK(has(turned.text, "--from-time 2026-01-02 is later than --to-time 2026-01-01"));
    if (world.setup().source == Place::postgres) {
      inventory.update_job("job", [](JobDefinition& changed) { changed.time_column = "weight"; });
      CHECK(has(create("2026-01-01", {}).text, "double precision"));
    }
    CHECK(inventory.list_windows("job").size() == 1);
  });
}

TEST_CASE("bounds by time and keys, a filter and what is missing narrow together", "[store]") {
  on_every_sql_store([](World& world) {
    insert_timed(world, world.setup().source == Place::postgres ? "timestamp" : "text", kTimes);
    create_timed_job(world);
    Inventory& inventory = world.inventory();
    CampaignOptions wanted = between("2026-01-01", "2026-01-03");
    wanted.from = "2";
    wanted.to = "6";
    wanted.filter = "key <> 3";
    wanted.only_missing = true;
    wanted.newest_first = true;
    wanted.limits.max_count = 1;
    inventory.create_campaign("job", "c", wanted);
    AcquireOptions two;
    two.limits.max_count = 2;
    succeed(inventory, acquire(inventory, two));
    CHECK(acquired(inventory, in_campaign("c")) == "6-6/1");
    CHECK(acquired(inventory, in_campaign("c")) == "5-5/1");
    CHECK(acquired(inventory, in_campaign("c")) == "none");
  });
}

}  // namespace tranche::test
