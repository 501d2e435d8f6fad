#include "sql/connection.hpp"
#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;
using Kind = AuditFinding::Kind;

namespace {

struct Audited {
  AuditTotals totals;
  Texts findings;  ///< "late 5 in 1", "vanished 3-4/2 in 1", "changed 1-10/10 in 1"
};

std::string text_of(const AuditFinding& finding) {
  std::string text(to_string(finding.kind));
  text += " " + finding.first_key.text();
  if (finding.kind != Kind::late) {
    text += "-" + finding.last_key.text() + "/" + std::to_string(finding.count);
  }
  text += " in " + std::to_string(finding.batch_id);
  return finding.repaired_by == 0 ? text : text + " by " + std::to_string(finding.repaired_by);
}

Audited audit(Inventory& inventory,
              bool repair = false,
              const std::string& window = std::string(kIncremental)) {
  Audited audited;
  AuditOptions wanted;
  wanted.window = window;
  wanted.repair = repair;
  audited.totals = inventory.audit("job", wanted, [&](const AuditFinding& finding) {
    audited.findings.push_back(text_of(finding));
  });
  return audited;
}

std::string in(const std::string& finding, const Batch& batch) {
  return finding + " in " + std::to_string(batch.id);
}

/// The first column of a statement on the source; {table} is the table.
Texts sql_rows(const World& world, std::string statement) {
  statement.replace(statement.find("{table}"), std::string("{table}").size(), world.table());
  const auto connection = sql::connect(world.source_url(), "test", false);
  const auto rows = connection->query({"test", statement});
  Texts values;
  while (rows->next()) {
    values.push_back(rows->text(0));
  }
  return values;
}

void drain(Inventory& inventory) {
  while (const auto batch = inventory.acquire("job").batch) {
    succeed(inventory, *batch);
  }
}

/// Keys 10, 20, ... 200 in two batches.
std::pair<Batch, Batch> two_batches(World& world) {
  for (int key = 10; key <= 200; key += 10) {
    world.insert({{std::to_string(key)}});
  }
  world.create_job(10);
  const Batch first = succeed(world.inventory(), acquire(world.inventory()));
  return {first, succeed(world.inventory(), acquire(world.inventory()))};
}

}  // namespace

TEST_CASE("audit of a job never run has nothing to say", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(10);
    const Audited audited = audit(world.inventory());
    CHECK(audited.findings.empty());
    CHECK(audited.totals.ranges == 0);
    CHECK(audited.totals.clean());
    CHECK(refusal([&] { world.inventory().audit("none", {}, [](const AuditFinding&) {}); }).code ==
          ErrorCode::not_found);
  });
}

TEST_CASE("audit finds nothing where nothing changed, whatever waits", "[store]") {
  on_every_store([](World& world) {
    two_batches(world);
    world.insert_range(201, 230);
    acquire(world.inventory());
    const Audited audited = audit(world.inventory());
    CHECK(audited.findings.empty());
    CHECK(audited.totals.ranges == 3);
    CHECK(audited.totals.assets == 30);
  });
}

TEST_CASE("audit names late assets in ranges, between them, before and behind them", "[store]") {
  on_every_store([](World& world) {
    const auto [first, second] = two_batches(world);
    world.insert({{"201"}});
    const Batch third = succeed(world.inventory(), acquire(world.inventory()));
    world.insert({{"5"}, {"55"}, {"105"}, {"115"}, {"199"}});
    world.insert({{"300"}});
    const Audited audited = audit(world.inventory());
    CHECK(audited.findings == Texts{"late 5 in 0",
                                    in("late 55", first),
                                    "late 105 in 0",
                                    in("late 115", second),
                                    in("late 199", second)});
    CHECK(audited.totals.late == 5);
    CHECK(audited.totals.between == 2);
    CHECK(!audited.totals.clean());
  });
}

TEST_CASE("audit names vanished keys exactly, and changed batches by their range", "[store]") {
  on_every_sql_store([](World& world) {
    const auto [first, second] = two_batches(world);
    for (const char* key : {"10", "50", "60", "100"}) {
      world.erase(key);
    }
    world.run("UPDATE {table} SET item = 'moved' WHERE key = 150");
    const Audited audited = audit(world.inventory());
    CHECK(audited.findings == Texts{in("vanished 10-10/1", first),
                                    in("vanished 50-50/1", first),
                                    in("vanished 60-60/1", first),
                                    in("vanished 100-100/1", first),
                                    in("changed 110-200/10", second)});
    CHECK(audited.totals.vanished == 4);
    CHECK(audited.totals.changed == 1);
    CHECK(audited.totals.assets == 16);
    world.run("UPDATE {table} SET item = 'item-150', weight = 2 WHERE key = 150");
    CHECK(audit(world.inventory()).findings.back() == in("changed 110-200/10", second));
    world.run("UPDATE {table} SET weight = 1 WHERE key = 150");
    CHECK(audit(world.inventory()).totals.changed == 0);
  });
}

TEST_CASE("neighbouring keys that vanished are told together", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 40);
    world.create_job(20);
    const Batch batch = succeed(world.inventory(), acquire(world.inventory()));
    for (const char* key : {"3", "4", "5", "7", "19", "20"}) {
      world.erase(key);
    }
    CHECK(audit(world.inventory()).findings == Texts{in("vanished 3-5/3", batch),
                                                     in("vanished 7-7/1", batch),
                                                     in("vanished 19-20/2", batch)});
  });
}

TEST_CASE("an asset that the filter of its time refused is not late", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.insert_range(11, 20, "b");
    world.insert_range(21, 30);
    JobDefinition wanted = world.definition();
    wanted.filter = "tag = 'a'";
    wanted.limits.max_count = 10;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    drain(inventory);
    CHECK(audit(inventory).totals.clean());
    inventory.update_job("job", [](JobDefinition& now) { now.filter.clear(); });
    world.insert_range(31, 40, "b");
    drain(inventory);
    CHECK(audit(inventory).findings.empty());
    world.insert({{"-5", 1, "b"}, {"-4", 1, "a"}});
    CHECK(audit(inventory).findings == Texts{"late -4 in 0"});
  });
}

TEST_CASE("repair turns late assets into straggler batches within the job's limits", "[store]") {
  on_every_store([](World& world) {
    two_batches(world);
    Inventory& inventory = world.inventory();
    for (int key = 11; key < 200; key += 10) {
      world.insert({{std::to_string(key)}});
    }
    const Window before = inventory.find_window("job", "incremental");
    const Audited repaired = audit(inventory, true);
    CHECK(repaired.totals.late == 19);
    CHECK(repaired.totals.repaired == 19);
    CHECK(repaired.totals.repairs == 2);
    CHECK(repaired.totals.clean());
    CHECK(inventory.find_window("job", "incremental").frontier == before.frontier);
    CHECK(inventory.backlog("job").count == 19);
    CHECK(inventory.backlog("job").ready == 19);
    CHECK(ranges_of(inventory.plan("job", {}, 10)) == Texts{"11-101/10", "111-191/9"});
    const Audited again = audit(inventory, true);
    CHECK(again.findings.empty());
    CHECK(again.totals.stragglers == 2);
    CHECK(again.totals.assets == 39);
    const Batch low = acquire(inventory);
    CHECK(low.straggler);
    CHECK(range_of(low) == "11-101/10");
    CHECK(low.weight == 10);
    CHECK(keys_of(inventory, low) ==
          Texts{"11", "21", "31", "41", "51", "61", "71", "81", "91", "101"});
    const auto holders = inventory.find_asset("job", "21").batches;
    REQUIRE(holders.size() == 1);
    CHECK(holders.at(0).batch.id == low.id);
    CHECK(inventory.find_asset("job", "20").batches.at(0).batch.id != low.id);
    fail(inventory, low);
    CHECK(acquire(inventory).id == low.id);
    CHECK(range_of(succeed(inventory, acquire(inventory))) == "111-191/9");
    CHECK(acquired(inventory) == "none");
    world.insert({{"15"}});
    CHECK(audit(inventory, true).totals.repaired == 1);
    CHECK(audit(inventory).totals.clean());
  });
}

TEST_CASE("a straggler batch is selected by exactly its keys", "[store]") {
  const auto selected = [](World& world, const Batch& batch) {
    const auto rows = sql_rows(world,
                               "SELECT item FROM {table} WHERE " +
                                   world.inventory().range_condition(batch) + " ORDER BY key");
    return rows;
  };
  for (const KeyType type : {KeyType::integer, KeyType::text}) {
    on_every_sql_store(
        [&](World& world) {
          const bool text = type == KeyType::text;
          const std::string quote = text ? "a'" : "1";
          for (const char* key : {"0", "2", "4", "6"}) {
            world.insert({{quote + key}});
          }
          JobDefinition wanted = world.definition();
          wanted.filter = "tag = 'a'";
          world.create_job(wanted);
          succeed(world.inventory(), acquire(world.inventory()));
          world.insert({{quote + "1"}, {quote + "3", 1, "b"}, {quote + "5"}});
          CHECK(audit(world.inventory(), true).totals.repaired == 2);
          const Batch batch = acquire(world.inventory());
          CHECK(batch.straggler);
          CHECK(selected(world, batch) == Texts{"item-" + quote + "1", "item-" + quote + "5"});
          world.insert({{quote + "12"}});
          CHECK(keys_of(world.inventory(), batch) == Texts{quote + "1", quote + "5"});
        },
        type);
  }
}

TEST_CASE("the condition of more than 1,000 stragglers is empty", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"0"}, {"5000"}});
    world.create_job(world.definition());
    succeed(world.inventory(), acquire(world.inventory()));
    world.insert_range(1, 1001);
    CHECK(audit(world.inventory(), true).totals.repairs == 1);
    const Batch batch = acquire(world.inventory());
    CHECK(batch.count == 1001);
    CHECK(world.inventory().range_condition(batch).empty());
    CHECK(keys_of(world.inventory(), batch).size() == 1001);
  });
}

TEST_CASE("a straggler batch that vanished or changed is found", "[store]") {
  on_every_sql_store([](World& world) {
    two_batches(world);
    Inventory& inventory = world.inventory();
    world.insert({{"11"}, {"105"}, {"151"}});
    audit(inventory, true);
    const Batch batch = succeed(inventory, acquire(inventory));
    world.run("UPDATE {table} SET weight = 7 WHERE key = 105");
    CHECK(audit(inventory).findings == Texts{in("changed 11-151/3", batch)});
    world.erase("105");
    CHECK(audit(inventory).findings == Texts{in("vanished 105-105/1", batch)});
    inventory.update_job("job", [](JobDefinition& now) { now.filter = "tag = 'b'"; });
    CHECK(audit(inventory).findings == Texts{in("vanished 105-105/1", batch)});
  });
}

TEST_CASE("a straggler batch is split into straggler batches", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    JobDefinition wanted = world.definition();
    wanted.on_exit = "*=split";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    succeed(inventory, acquire(inventory));
    for (const char* key : {"-30", "-20", "-10"}) {
      world.insert({{key}});
    }
    audit(inventory, true);
    fail(inventory, acquire(inventory));
    const Batch low = acquire(inventory);
    const Batch high = acquire(inventory);
    CHECK(low.straggler);
    CHECK(keys_of(inventory, low) == Texts{"-30", "-20"});
    CHECK(high.straggler);
    CHECK(keys_of(inventory, high) == Texts{"-10"});
    CHECK(audit(inventory).totals.clean());
    CHECK(audit(inventory).totals.stragglers == 2);
    CHECK(inventory.find_asset("job", "-10").batches.size() == 2);
  });
}

TEST_CASE("audit takes the halves of a split batch in its place", "[store]") {
  on_every_store([](World& world) {
    for (int key = 10; key <= 80; key += 10) {
      world.insert({{std::to_string(key)}});
    }
    JobDefinition wanted = world.definition();
    wanted.on_exit = "*=split";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    fail(inventory, acquire(inventory));
    fail(inventory, acquire(inventory));
    const Audited audited = audit(inventory);
    CHECK(audited.findings.empty());
    CHECK(audited.totals.ranges == 3);
    CHECK(audited.totals.assets == 8);
    world.insert({{"35"}, {"45"}});
    CHECK(audit(inventory, true).totals.repaired == 2);
    CHECK(audit(inventory).totals.clean());
  });
}

TEST_CASE("audit after a reset takes what is left of the ranges before, and no more", "[store]") {
  on_every_store([](World& world) {
    two_batches(world);
    Inventory& inventory = world.inventory();
    inventory.reset("job", "50");
    world.insert({{"45"}, {"55"}});
    Audited audited = audit(inventory);
    CHECK(audited.findings.size() == 1);
    CHECK(audited.totals.assets == 4);
    CHECK(range_of(acquire(inventory)) == "50-130/10");
    audited = audit(inventory, true);
    CHECK(audited.totals.late == 1);
    CHECK(audited.totals.ranges == 2);
    CHECK(audited.totals.assets == 14);
    CHECK(audit(inventory).totals.clean());
  });
}

TEST_CASE("reset takes from a straggler batch only what lies behind its key", "[store]") {
  for (const KeyType type : {KeyType::integer, KeyType::text}) {
    on_every_store(
        [](World& world) {
          for (const char* key : {"10", "20", "30", "40", "50", "60"}) {
            world.insert({{key}});
          }
          world.create_job(2);
          Inventory& inventory = world.inventory();
          drain(inventory);
          world.insert({{"11"}, {"55"}});
          CHECK(audit(inventory, true).totals.repairs == 1);
          inventory.reset("job", "40");
          CHECK(inventory.backlog("job").count == 5);
          CHECK(audit(inventory).totals.clean());
          const Batch kept = acquire(inventory);
          CHECK(kept.straggler);
          CHECK(keys_of(inventory, kept) == Texts{"11"});
          CHECK(acquired(inventory) == "40-50/2");
          CHECK(acquired(inventory) == "55-60/2");
          CHECK(acquired(inventory) == "none");
          CHECK(audit(inventory).totals.clean());
        },
        type);
  }
}

TEST_CASE("what a reset took from a straggler batch is not of that batch any more", "[store]") {
  on_every_sql_store([](World& world) {
    two_batches(world);
    Inventory& inventory = world.inventory();
    world.insert({{"11"}, {"105"}, {"151"}});
    audit(inventory, true);
    const Batch batch = succeed(inventory, acquire(inventory));
    inventory.reset("job", "100");
    world.run("UPDATE {table} SET weight = 7 WHERE key = 105");
    CHECK(audit(inventory).findings.empty());
    const Batch again = succeed(inventory, acquire(inventory));
    world.run("UPDATE {table} SET weight = 8 WHERE key = 105");
    CHECK(audit(inventory).findings == Texts{in("changed 100-170/10", again)});
    world.erase("11");
    world.erase("105");
    CHECK(audit(inventory).findings ==
          Texts{in("vanished 105-105/1", again), in("vanished 11-11/1", batch)});
  });
}

TEST_CASE("two repairs at once make no asset a straggler twice", "[store]") {
  on_every_store([](World& world) {
    two_batches(world);
    world.insert({{"11"}, {"12"}, {"115"}});
    Inventory other = world.client();
    bool once = true;
    AuditOptions wanted;
    wanted.repair = true;
    // The other one works after this one has seen which stragglers there are.
    wanted.progress = [&](const AuditTotals&, const Key&, const Key&) {
      if (std::exchange(once, false)) {
        CHECK(audit(other, true).totals.repaired == 3);
      }
    };
    const AuditTotals totals =
        world.inventory().audit("job", wanted, [](const AuditFinding&) { FAIL("found twice"); });
    CHECK(totals.late == 0);
    CHECK(totals.repairs == 0);
    CHECK(world.inventory().backlog("job").count == 3);
  });
}

TEST_CASE("an audit whose window is reset meanwhile repairs nothing", "[store]") {
  on_every_store([](World& world) {
    two_batches(world);
    world.insert({{"11"}});
    Inventory other = world.client();
    AuditOptions wanted;
    wanted.repair = true;
    bool once = true;
    wanted.progress = [&](const AuditTotals&, const Key&, const Key&) {
      if (std::exchange(once, false)) {
        other.reset("job", "10");
      }
    };
    const auto repair = [&] { world.inventory().audit("job", wanted, [](const AuditFinding&) {}); };
    CHECK(refusal(repair).code == ErrorCode::refused);
    CHECK(world.inventory().backlog("job").count == 21);
  });
}

TEST_CASE("a campaign is audited between its own bounds", "[store]") {
  on_every_store([](World& world) {
    two_batches(world);
    Inventory& inventory = world.inventory();
    CampaignOptions bounds;
    bounds.from = "40";
    bounds.to = "90";
    inventory.create_campaign("job", "again", bounds);
    AcquireOptions take;
    take.window = "again";
    succeed(inventory, acquire(inventory, take));
    world.insert({{"35"}, {"45"}, {"95"}});
    CHECK(audit(inventory, false, "again").totals.late == 1);
    CHECK(audit(inventory).totals.late == 3);
    CHECK(audit(inventory, true, "again").totals.repaired == 1);
    CHECK(acquired(inventory) == "none");
    CHECK(acquired(inventory, take) == "45-45/1");
    world.insert({{"46"}});
    inventory.set_window_state("job", "again", WindowState::cancelled);
    CHECK(refusal([&] { audit(inventory, true, "again"); }).code == ErrorCode::refused);
  });
}

TEST_CASE("text keys that vanished are counted between their neighbours", "[store]") {
  on_every_store(
      [](World& world) {
        for (const char* key : {"a", "b", "c", "d", "e", "f"}) {
          world.insert({{key}});
        }
        world.create_job(6);
        Inventory& inventory = world.inventory();
        const Batch batch = succeed(inventory, acquire(inventory));
        world.erase("c");
        world.erase("d");
        world.insert({{"bb"}, {"ee"}});
        CHECK(audit(inventory).findings ==
              Texts{in("vanished b-e/2", batch), in("late bb", batch), in("late ee", batch)});
        world.erase("a");
        world.erase("f");
        const Audited all = audit(inventory, true);
        CHECK(all.totals.vanished == 4);
        CHECK(all.totals.repaired == 2);
        CHECK(audit(inventory).totals.late == 0);
      },
      KeyType::text);
}

TEST_CASE("a job with stragglers keeps its table, and is deleted with them", "[store]") {
  on_every_store([](World& world) {
    JobDefinition wanted = world.definition();
    wanted.filter = "tag = 'a'";
    world.insert_range(1, 10, "b");
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    CHECK(acquired(inventory) == "none");
    world.insert({{"-3"}});
    CHECK(audit(inventory, true).totals.repaired == 1);
    const auto rename = [](JobDefinition& now) {
      now.item_column.reset();
      now.key_column = "item";
    };
    CHECK(refusal([&] { inventory.update_job("job", rename); }).code == ErrorCode::refused);
    inventory.delete_job("job");
    CHECK(inventory.list_jobs().empty());
  });
}

}  // namespace tranche::test
