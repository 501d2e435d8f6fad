#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

namespace {

std::string text_of(const ClosedTotals& totals) {
  return std::to_string(totals.count) + "/" + format_weight(totals.weight) + " " +
         std::to_string(totals.given_up_count) + "/" + format_weight(totals.given_up_weight);
}

}  // namespace

TEST_CASE("what a window is through with are its succeeded, exhausted and cancelled assets",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 50);
    JobDefinition definition = world.definition();
    definition.limits.max_count = 10;
    definition.max_attempts = 1;
    world.create_job(definition);
    Inventory& inventory = world.inventory();
    const auto closed = [&] { return text_of(inventory.closed("job", "incremental")); };
    CHECK(closed() == "0/0 0/0");
    const Batch done = acquire(inventory);
    CHECK(closed() == "0/0 0/0");
    succeed(inventory, done);
    const Batch failing = acquire(inventory);
    fail(inventory, failing);
    const Batch third = acquire(inventory);
    inventory.cancel({third.id});
    const auto left = inventory.backlog("job", "incremental");
    CHECK(closed() == "10/" + format_weight(done.weight) + " 20/" +
                          format_weight(failing.weight + third.weight));
    CHECK(inventory.closed("job", "incremental").count + left.count == 50);
  });
}

TEST_CASE("a split batch is counted by its halves, a reset one not at all", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 20);
    JobDefinition definition = world.definition();
    definition.limits.max_count = 10;
    definition.on_exit = "*=split";
    world.create_job(definition);
    Inventory& inventory = world.inventory();
    fail(inventory, acquire(inventory));
    CHECK(inventory.closed("job", "incremental").given_up_count == 0);
    succeed(inventory, acquire(inventory));
    CHECK(inventory.closed("job", "incremental").count == 5);
    inventory.reset("job", "1");
    CHECK(inventory.closed("job", "incremental").count == 0);
  });
}

}  // namespace tranche::test
