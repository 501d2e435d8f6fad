#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;

namespace {

std::string text_of(const Gap& gap) {
  return gap.first_key.text() + "-" + gap.last_key.text() + "/" + std::to_string(gap.count) + "/" +
         format_weight(gap.weight);
}

/// "FIRST-LAST/COUNT/WEIGHT" of each.
Texts gaps(Inventory& inventory, const std::optional<std::string>& window = std::nullopt) {
  Texts found;
  inventory.gaps("job", window, [&](const Gap& gap) { found.push_back(text_of(gap)); });
  return found;
}

/// "FIRST-LAST/COUNT/WEIGHT in JOB, not JOB" of each.
Texts diff(Inventory& inventory) {
  Texts found;
  inventory.diff("job", "other", [&](const Difference& one) {
    found.push_back(text_of(one.range) + " in " + one.covered_by + ", not " + one.missing_in);
  });
  return found;
}

AcquireOptions in(const std::string& window, std::optional<std::int64_t> max_count = {}) {
  AcquireOptions options;
  options.window = window;
  options.limits.max_count = max_count;
  return options;
}

Batch done(Inventory& inventory, const std::string& window = std::string(kIncremental)) {
  return succeed(inventory, acquire(inventory, in(window)));
}

void exhaust(Inventory& inventory, const AcquireOptions& options = {}) {
  while (!fail(inventory, acquire(inventory, options)).exhausted) {
  }
}

void repair(Inventory& inventory) {
  AuditOptions wanted;
  wanted.repair = true;
  inventory.audit("job", wanted, [](const AuditFinding&) {});
}

}  // namespace

TEST_CASE("gaps of a job never run are all that it was made for", "[store]") {
  on_every_store([](World& world) {
    world.create_job(10);
    CHECK(gaps(world.inventory()).empty());
    world.insert_range(1, 25);
    CHECK(gaps(world.inventory()) == Texts{"1-25/25/25"});
    CHECK(refusal([&] { world.inventory().gaps("none", {}, [](const Gap&) {}); }).code ==
          ErrorCode::not_found);
    CHECK(refusal([&] { world.inventory().gaps("job", "none", [](const Gap&) {}); }).code ==
          ErrorCode::not_found);
  });
}

TEST_CASE("gaps are what failed, what is processed, what was cancelled and what waits", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 50);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    done(inventory);
    const Batch failed = acquire(inventory);
    const Batch third = acquire(inventory);
    const Batch fourth = acquire(inventory);
    fail(inventory, failed);
    succeed(inventory, third);
    CHECK(gaps(inventory) == Texts{"11-20/10/10", "31-50/20/20"});
    inventory.cancel({fourth.id});
    CHECK(gaps(inventory) == Texts{"11-20/10/10", "31-50/20/20"});
    done(inventory);
    CHECK(gaps(inventory) == Texts{"31-50/20/20"});
    done(inventory);
    inventory.retry("job", {fourth.id});
    done(inventory);
    CHECK(gaps(inventory).empty());
  });
}

TEST_CASE("gaps count what the source has now, and leave out stretches without an asset",
          "[store]") {
  on_every_store([](World& world) {
    for (int key = 10; key <= 60; key += 10) {
      world.insert({{std::to_string(key), 2}});
    }
    world.create_job(2);
    Inventory& inventory = world.inventory();
    done(inventory);
    const Batch second = acquire(inventory);
    done(inventory);
    CHECK(gaps(inventory) == Texts{"30-40/2/4"});
    world.insert({{"35", 5}});
    world.erase("40");
    CHECK(gaps(inventory) == Texts{"30-35/2/7"});
    for (const char* key : {"30", "35"}) {
      world.erase(key);
    }
    CHECK(gaps(inventory).empty());
    // In no batch at all, between two that succeeded.
    world.insert({{"45"}});
    CHECK(gaps(inventory) == Texts{"45-45/1/1"});
  });
}

TEST_CASE("gaps see the source by the job's filter of now", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"1", 1, "a"}, {"2", 1, "b"}, {"3", 1, "a"}, {"4", 1, "b"}});
    JobDefinition wanted = world.definition();
    wanted.filter = "tag = 'a'";
    world.create_job(wanted);
    CHECK(gaps(world.inventory()) == Texts{"1-3/2/2"});
    done(world.inventory());
    CHECK(gaps(world.inventory()).empty());
  });
}

TEST_CASE("gaps of a split batch are its halves that did not succeed", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 8);
    JobDefinition wanted = world.definition();
    wanted.on_exit = "*=split";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    fail(inventory, acquire(inventory));
    CHECK(gaps(inventory) == Texts{"1-8/8/8"});
    done(inventory);
    CHECK(gaps(inventory) == Texts{"5-8/4/4"});
    fail(inventory, acquire(inventory));
    done(inventory);
    CHECK(gaps(inventory) == Texts{"7-8/2/2"});
    done(inventory);
    CHECK(gaps(inventory).empty());
  });
}

TEST_CASE("a skipped batch is no gap", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 5);
    JobDefinition wanted = world.definition();
    wanted.on_exit = "7=skip";
    world.create_job(wanted);
    CHECK(fail(world.inventory(), acquire(world.inventory()), 7).skipped);
    CHECK(gaps(world.inventory()).empty());
  });
}

TEST_CASE("what a reset set free is a gap until it is processed again", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    for (int i = 0; i < 3; ++i) {
      done(inventory);
    }
    inventory.reset("job", "15");
    CHECK(gaps(inventory) == Texts{"15-30/16/16"});
    CHECK(range_of(done(inventory)) == "15-24/10");
    CHECK(gaps(inventory) == Texts{"25-30/6/6"});
    inventory.reset("job", "5");
    CHECK(gaps(inventory) == Texts{"5-30/26/26"});
    for (int i = 0; i < 3; ++i) {
      done(inventory);
    }
    CHECK(gaps(inventory).empty());
  });
}

TEST_CASE("an asset that came late and was not processed is a gap of its own", "[store]") {
  on_every_store([](World& world) {
    for (int key = 10; key <= 100; key += 10) {
      world.insert({{std::to_string(key)}});
    }
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 10;
    wanted.max_attempts = 1;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    done(inventory);
    world.insert({{"5"}, {"15"}, {"55"}});
    // Nobody holds it and it lies in no range; those in the range are for audit to find.
    CHECK(gaps(inventory) == Texts{"5-5/1/1"});
    repair(inventory);
    CHECK(gaps(inventory) == Texts{"5-5/1/1", "15-15/1/1", "55-55/1/1"});
    exhaust(inventory);
    CHECK(gaps(inventory) == Texts{"5-5/1/1", "15-15/1/1", "55-55/1/1"});
    inventory.create_campaign("job", "again", {"10", "20", {}});
    done(inventory, "again");
    CHECK(gaps(inventory) == Texts{"5-5/1/1", "55-55/1/1"});
    CHECK(gaps(inventory, "incremental") == Texts{"5-5/1/1", "15-15/1/1", "55-55/1/1"});
    inventory.retry_all_failed("job", "incremental");
    done(inventory);
    CHECK(gaps(inventory).empty());
  });
}

TEST_CASE("a late asset that was processed splits the gap around it", "[store]") {
  on_every_store([](World& world) {
    for (const char* key : {"10", "20", "40"}) {
      world.insert({{key}});
    }
    world.create_job(2);
    Inventory& inventory = world.inventory();
    done(inventory);
    done(inventory);
    world.insert({{"25"}});
    repair(inventory);
    done(inventory);
    world.insert({{"24"}, {"26"}});
    CHECK(gaps(inventory) == Texts{"24-24/1/1", "26-26/1/1"});
  });
}

TEST_CASE("gaps of a campaign are of its bounds, those of a job of every window", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 60);
    JobDefinition wanted = world.definition();
    wanted.limits.max_count = 10;
    wanted.start_key = "31";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    CHECK(gaps(inventory) == Texts{"31-60/30/30"});
    inventory.create_campaign("job", "past", {"5", "24", {}});
    CHECK(gaps(inventory) == Texts{"5-24/20/20", "31-60/30/30"});
    CHECK(gaps(inventory, "past") == Texts{"5-24/20/20"});
    done(inventory, "past");
    done(inventory);
    CHECK(gaps(inventory) == Texts{"15-24/10/10", "41-60/20/20"});
    inventory.create_campaign("job", "ahead", {"38", "52", {}});
    done(inventory, "ahead");
    CHECK(gaps(inventory) == Texts{"15-24/10/10", "48-60/13/13"});
    CHECK(gaps(inventory, "incremental") == Texts{"41-60/20/20"});
    CHECK(gaps(inventory, "ahead") == Texts{"48-52/5/5"});
    inventory.set_window_state("job", "past", WindowState::cancelled);
    CHECK(gaps(inventory) == Texts{"48-60/13/13"});
    CHECK(gaps(inventory, "past") == Texts{"15-24/10/10"});
  });
}

TEST_CASE("gaps of texts end before the next range begins", "[store]") {
  on_every_store(
      [](World& world) {
        for (const char* key : {"a", "b", "c", "d", "e"}) {
          world.insert({{key}});
        }
        world.create_job(1);
        Inventory& inventory = world.inventory();
        done(inventory);
        const Batch second = acquire(inventory);
        done(inventory);
        CHECK(gaps(inventory) == Texts{"b-b/1/1", "d-e/2/2"});
        world.insert({{"b!"}, {"a!"}});
        CHECK(gaps(inventory) == Texts{"a!-b!/3/3", "d-e/2/2"});
      },
      KeyType::text);
}

TEST_CASE("gaps are the same whatever the type of the keys", "[store]") {
  struct Case {
    KeyType type;
    std::vector<std::string> keys;
  };
  for (const Case& one :
       {Case{KeyType::integer, {"-9223372036854775808", "-1", "0", "9223372036854775807"}},
        Case{KeyType::timestamp,
             {"1969-12-31T23:59:59.999999Z",
              "1970-01-01T00:00:00Z",
              "2024-02-29T12:00:00Z",
              "2024-02-29T12:00:00.000001Z"}},
        Case{KeyType::date, {"1969-12-31", "1970-01-01", "2024-02-29", "2024-03-01"}},
        Case{KeyType::uuid,
             {"00000000-0000-4000-8000-000000000001",
              "00000000-0000-4000-8000-000000000002",
              "7fffffff-0000-4000-8000-000000000000",
              "ffffffff-ffff-ffff-ffff-ffffffffffff"}}}) {
    on_every_store(
        [&](World& world) {
          // SQLite knows no times and no UUIDs.
          if (world.setup().source == Place::sqlite && one.type != KeyType::integer) {
            return;
          }
          for (const std::string& key : one.keys) {
            world.insert({{key}});
          }
          JobDefinition wanted = world.definition();
          wanted.limits.max_count = 1;
          wanted.key_type = one.type;
          world.create_job(wanted);
          Inventory& inventory = world.inventory();
          const auto all = [&] {
            std::int64_t count = 0;
            inventory.gaps("job", {}, [&](const Gap& gap) { count += gap.count; });
            return count;
          };
          CHECK(all() == 4);
          done(inventory);
          const Batch second = acquire(inventory);
          done(inventory);
          const auto shown = [&](std::size_t at) {
            return Key::parse(one.type, one.keys[at]).text();
          };
          CHECK(gaps(inventory) ==
                Texts{shown(1) + "-" + shown(1) + "/1/1", shown(3) + "-" + shown(3) + "/1/1"});
          succeed(inventory, second);
          done(inventory);
          CHECK(gaps(inventory).empty());
        },
        one.type);
  }
}

TEST_CASE("a ledger longer than a page has the same gaps", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 2100);
    const Job job = world.create_job(1);
    const auto store = world.store();
    auto transaction = store->begin(true);
    const Window window = transaction->list_windows(job.id, KeyType::integer).front();
    Texts wanted;
    // In one transaction: to hand out so many one by one takes long.
    for (int number = 1; number <= 2100; ++number) {
      const Key key = Key::integer(number);
      NewBatch range;
      range.window_id = window.id;
      range.version_id = job.version_id;
      range.count = 1;
      range.first_key = range.last_key = range.frontier = key;
      range.max_attempts = 3;
      const std::int64_t id = transaction->insert_batch(range, nullptr).id;
      if (number % 500 == 0 || number == 1024 || number == 2049) {
        wanted.push_back(key.text() + "-" + key.text() + "/1/1");
      } else {
        transaction->set_batch_state(id, BatchStatus::succeeded, false, 1, false);
      }
    }
    transaction->commit();
    Inventory& inventory = world.inventory();
    CHECK(gaps(inventory) == wanted);
  });
}

TEST_CASE("diff tells what one job covers and the other does not", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 40);
    world.create_job(10);
    world.create_job(world.definition(), "other");
    Inventory& inventory = world.inventory();
    CHECK(diff(inventory).empty());
    done(inventory);
    CHECK(diff(inventory) == Texts{"1-10/10/10 in job, not other"});
    const auto other = [&](std::int64_t count) {
      return *inventory.acquire("other", in(std::string(kIncremental), count)).batch;
    };
    succeed(inventory, other(3));
    const Batch open = other(4);
    succeed(inventory, other(8));
    CHECK(diff(inventory) == Texts{"4-7/4/4 in job, not other", "11-15/5/5 in other, not job"});
    succeed(inventory, open);
    CHECK(diff(inventory) == Texts{"11-15/5/5 in other, not job"});
    done(inventory);
    CHECK(diff(inventory) == Texts{"16-20/5/5 in job, not other"});
    succeed(inventory, other(5));
    CHECK(diff(inventory).empty());
  });
}

TEST_CASE("diff counts as the job that covers a range sees the source", "[store]") {
  on_every_store([](World& world) {
    world.insert({{"1", 3, "a"}, {"2", 1, "b"}, {"3", 5, "a"}, {"4", 1, "b"}});
    JobDefinition wanted = world.definition();
    wanted.filter = "tag = 'a'";
    world.create_job(wanted);
    world.create_job(world.definition(), "other");
    Inventory& inventory = world.inventory();
    done(inventory);
    CHECK(diff(inventory) == Texts{"1-3/2/8 in job, not other"});
    succeed(inventory, *inventory.acquire("other").batch);
    CHECK(diff(inventory) == Texts{"4-4/1/1 in other, not job"});
  });
}

TEST_CASE("diff refuses jobs whose keys are of different types", "[store]") {
  on_every_store([](World& world) {
    world.create_job(10);
    JobDefinition wanted = world.definition();
    wanted.key_type = KeyType::text;
    wanted.key_column = "item";
    wanted.assume_unique = true;
    world.create_job(wanted, "other");
    const Refusal refused = refusal([&] { diff(world.inventory()); });
    CHECK(refused.code == ErrorCode::refused);
    CHECK(has(refused.text, "job 'job' has integer keys, and job 'other' has text keys"));
    CHECK(refusal([&] { world.inventory().diff("job", "none", [](const Difference&) {}); }).code ==
          ErrorCode::not_found);
  });
}

}  // namespace tranche::test
