#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

using Texts = std::vector<std::string>;
using Status = ReleaseRequest::Status;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

AcquireOptions leased(Duration lease) {
  AcquireOptions options;
  options.lease = lease;
  return options;
}

}  // namespace

TEST_CASE("a lease holds until its end and can be taken over from then on", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(100);
    Inventory& inventory = world.inventory();
    const Batch first = acquire(inventory, leased(minutes(1)));
    world.advance(minutes(1) - milliseconds(1));
    CHECK(acquired(inventory) == "none");
    world.advance(milliseconds(1));
    Inventory other = world.client();
    const Batch second = acquire(other, leased(minutes(1)));
    CHECK(second.id == first.id);
    CHECK(second.attempt == 2);
    CHECK(second.token != first.token);
    CHECK(attempts_of(inventory, first.id) == Texts{"1:lost", "2:running"});
  });
}

TEST_CASE("the token of a batch that was taken over changes nothing any more", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(100);
    Inventory& inventory = world.inventory();
    const Batch first = acquire(inventory, leased(minutes(1)));
    world.advance(minutes(2));
    const Batch second = acquire(inventory, leased(minutes(1)));
    const auto lost = [&](const std::function<void()>& action) {
      return refusal(action).code == ErrorCode::lease_lost;
    };
    CHECK(lost([&] { inventory.heartbeat(first.id, first.token); }));
    CHECK(lost([&] { succeed(inventory, first); }));
    CHECK(lost([&] { fail(inventory, first); }));
    CHECK(lost([&] { release(inventory, first, Status::returned); }));
    CHECK(lost([&] { inventory.heartbeat(first.id, ""); }));
    CHECK(lost([&] { inventory.release(first.id, "", {}); }));
    CHECK(lost([&] { inventory.release(first.id, "no token", {}); }));
    const BatchHistory history = inventory.find_batch(first.id);
    CHECK(history.batch.status == BatchStatus::processing);
    CHECK(history.batch.token == second.token);
    CHECK(history.batch.available_at == second.available_at);
    CHECK(succeed(inventory, second).status == BatchStatus::succeeded);
    CHECK(lost([&] { succeed(inventory, first); }));
  });
}

TEST_CASE("a heartbeat moves the end of the lease, even after it", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(100);
    Inventory& inventory = world.inventory();
    const Batch batch = acquire(inventory, leased(minutes(1)));
    world.advance(seconds(50));
    CHECK(inventory.heartbeat(batch.id, batch.token) == world.now() + minutes(1));
    world.advance(seconds(59));
    CHECK(acquired(inventory) == "none");
    world.advance(minutes(5));
    CHECK(inventory.heartbeat(batch.id, batch.token, minutes(10)) == world.now() + minutes(10));
    CHECK(acquired(inventory) == "none");
    CHECK(refusal([&] { inventory.heartbeat(batch.id, batch.token, Duration(0)); }).code ==
          ErrorCode::usage);
    CHECK(refusal([&] { inventory.heartbeat(batch.id, batch.token, seconds(-5)); }).code ==
          ErrorCode::usage);
    CHECK(refusal([&] { inventory.heartbeat(99999, batch.token); }).code == ErrorCode::not_found);
    succeed(inventory, batch);
    CHECK(refusal([&] { inventory.heartbeat(batch.id, batch.token); }).code ==
          ErrorCode::lease_lost);
  });
}

TEST_CASE("the lease is the call's, else the job's, else the default", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    CHECK(acquire(inventory).available_at == world.now() + kUnattendedLease);
    inventory.update_job("job", [](JobDefinition& wanted) { wanted.lease = minutes(7); });
    CHECK(acquire(inventory).available_at == world.now() + minutes(7));
    CHECK(acquire(inventory, leased(minutes(3))).available_at == world.now() + minutes(3));
  });
}

TEST_CASE("a late release counts while nobody has taken the batch over", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(100);
    Inventory& inventory = world.inventory();
    const Batch batch = acquire(inventory, leased(minutes(1)));
    world.advance(std::chrono::hours(5));
    CHECK(succeed(inventory, batch).status == BatchStatus::succeeded);
    CHECK(acquired(inventory) == "none");
    CHECK(attempts_of(inventory, batch.id) == Texts{"1:succeeded"});
  });
}

TEST_CASE("repeating a release changes nothing and succeeds, another status is refused",
          "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 40);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const std::vector<Status> statuses{
        Status::succeeded, Status::failed, Status::returned, Status::not_started};
    for (const Status status : statuses) {
      const Batch batch = acquire(inventory, options(RetryMode::none));
      const Batch once = release(inventory, batch, status);
      const Batch twice = release(inventory, batch, status);
      CHECK(twice.status == once.status);
      CHECK(twice.attempt == once.attempt);
      CHECK(inventory.find_batch(batch.id).attempts.size() == 1);
      for (const Status other : statuses) {
        const bool both_back = (status == Status::returned || status == Status::not_started) &&
                               (other == Status::returned || other == Status::not_started);
        const auto code = refusal([&] { release(inventory, batch, other); }).code;
        CHECK(code ==
              (other == status || both_back ? std::nullopt : std::optional(ErrorCode::lease_lost)));
      }
      CHECK(inventory.find_batch(batch.id).attempts.size() == 1);
      CHECK(inventory.find_batch(batch.id).batch.status == once.status);
      // Out of the way: what was given back would go out again.
      if (once.status != BatchStatus::succeeded) {
        inventory.cancel({batch.id});
      }
    }
  });
}

TEST_CASE("a lost lease counts as an attempt, and the last loss exhausts", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    JobDefinition wanted = world.definition();
    wanted.max_attempts = 2;
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    const Batch first = acquire(inventory, leased(minutes(1)));
    world.advance(minutes(1));
    const Batch last = acquire(inventory, leased(minutes(1)));
    CHECK(last.attempt == 2);
    world.advance(minutes(1));
    CHECK(inventory.find_batch(first.id).batch.status == BatchStatus::processing);
    CHECK(acquired(inventory) == "none");
    const Batch stored = inventory.find_batch(first.id).batch;
    CHECK(stored.status == BatchStatus::failed);
    CHECK(stored.exhausted);
    CHECK(attempts_of(inventory, first.id) == Texts{"1:lost", "2:lost"});
    CHECK(inventory.backlog("job").exhausted == 1);
    // Nobody has taken it over: the holder's own word still counts.
    CHECK(succeed(inventory, last).status == BatchStatus::succeeded);
    CHECK(inventory.backlog("job").count == 0);
    CHECK(succeed(inventory, last).status == BatchStatus::succeeded);
    CHECK(inventory.find_batch(first.id).attempts.size() == 3);
  });
}

TEST_CASE("attempts used up by lost leases follow the policy for exhausted", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    JobDefinition wanted = world.definition();
    wanted.max_attempts = 1;
    wanted.on_exit = "exhausted=split,*=retry";
    world.create_job(wanted);
    Inventory& inventory = world.inventory();
    const Batch whole = acquire(inventory, leased(minutes(1)));
    world.advance(minutes(1));
    CHECK(acquired(inventory) == "1-5/5");
    CHECK(acquired(inventory) == "6-10/5");
    CHECK(inventory.find_batch(whole.id).batch.superseded);
    CHECK(refusal([&] { succeed(inventory, whole); }).code == ErrorCode::lease_lost);
  });
}

TEST_CASE("a batch that is cancelled while it is processed is lost to its holder", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(100);
    Inventory& inventory = world.inventory();
    const Batch batch = acquire(inventory);
    CHECK(inventory.cancel({batch.id}).at(0).status == BatchStatus::cancelled);
    const Refusal beat = refusal([&] { inventory.heartbeat(batch.id, batch.token); });
    CHECK(beat.code == ErrorCode::lease_lost);
    CHECK(has(beat.text, "cancelled"));
    const Refusal late = refusal([&] { succeed(inventory, batch); });
    CHECK(late.code == ErrorCode::lease_lost);
    CHECK(has(late.text, "was cancelled"));
    CHECK(attempts_of(inventory, batch.id) == Texts{"1:cancelled"});
    CHECK(acquired(inventory) == "none");
    CHECK(inventory.backlog("job").cancelled == 1);
    CHECK(inventory.backlog("job").count == 10);
  });
}

TEST_CASE("a paused job hands out nothing, and its holders finish", "[store]") {
  on_every_store([](World& world) {
    world.insert_range(1, 30);
    world.create_job(10);
    Inventory& inventory = world.inventory();
    const Batch running = acquire(inventory);
    fail(inventory, acquire(inventory));
    Inventory other = world.client();
    other.pause_job("job", true);
    for (const RetryMode mode :
         {RetryMode::first, RetryMode::last, RetryMode::only, RetryMode::none}) {
      const Acquired nothing = inventory.acquire("job", options(mode));
      CHECK(!nothing.batch);
      CHECK(has(nothing.note, "job 'job' is paused"));
    }
    CHECK(inventory.backlog("job").ready == 0);
    inventory.heartbeat(running.id, running.token);
    CHECK(succeed(inventory, running).status == BatchStatus::succeeded);
    other.pause_job("job", false);
    CHECK(acquired(inventory) == "11-20/10");
  });
}

}  // namespace tranche::test
