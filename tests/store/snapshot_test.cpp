#include "sql/connection.hpp"
#include "sql/connection_wrap.hpp"
#include "store/world.hpp"

#include <catch2/catch.hpp>

namespace tranche::test {

namespace {

/// What happens right before a statement of a name is asked.
struct Interruption {
  std::string statement;
  std::function<void()> then;
};

class InterruptedConnection final : public sql::Connection {
 public:
  InterruptedConnection(std::unique_ptr<sql::Connection> connection, Interruption& interruption)
      : connection_(std::move(connection)), interruption_(interruption) {}

  sql::Dialect dialect() const override { return connection_->dialect(); }
  void begin(sql::Mode mode, Duration timeout) override { connection_->begin(mode, timeout); }
  void commit() override { connection_->commit(); }
  void rollback() noexcept override { connection_->rollback(); }
  std::unique_ptr<sql::Rows> query(const sql::Statement& statement,
                                   const sql::Params& params) override {
    if (interruption_.then && statement.name == interruption_.statement) {
      std::exchange(interruption_.then, nullptr)();
    }
    return connection_->query(statement, params);
  }
  std::int64_t execute(const sql::Statement& statement, const sql::Params& params) override {
    return connection_->execute(statement, params);
  }
  bool pooled() override { return connection_->pooled(); }
  void script(const sql::Statement& statement) override { connection_->script(statement); }

 private:
  std::unique_ptr<sql::Connection> connection_;
  Interruption& interruption_;
};

/// A client of the world that is interrupted.
Inventory interrupted_client(const World& world, Interruption& interruption) {
  sql::wrap_connections([&](std::unique_ptr<sql::Connection> opened) {
    return std::make_unique<InterruptedConnection>(std::move(opened), interruption);
  });
  Inventory inventory = world.client();
  sql::wrap_connections({});
  return inventory;
}

}  // namespace

TEST_CASE("an asset that is handed out while a backlog is counted counts once", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(4);
    Interruption interruption;
    Inventory asking = interrupted_client(world, interruption);
    interruption = {"open_totals", [&] { acquire(world.inventory()); }};
    CHECK(asking.backlog("job").count == 10);
    CHECK(!interruption.then);
    interruption = {"open_totals", [&] { acquire(world.inventory()); }};
    const Backlog backlog = asking.backlog("job");
    CHECK(backlog.count == 10);
    CHECK(backlog.processing == 1);
    CHECK(asking.backlog("job").processing == 2);
  });
}

TEST_CASE("a plan that is asked for while a batch is handed out shows each asset once", "[store]") {
  on_every_sql_store([](World& world) {
    world.insert_range(1, 10);
    world.create_job(4);
    succeed(world.inventory(), acquire(world.inventory()));
    release(world.inventory(), acquire(world.inventory()), ReleaseRequest::Status::returned);
    Interruption interruption;
    Inventory asking = interrupted_client(world, interruption);
    interruption = {
        "open_batches", [&] {
          acquire(world.inventory());
          release(world.inventory(), acquire(world.inventory()), ReleaseRequest::Status::returned);
        }};
    CHECK(ranges_of(asking.plan("job", {}, 5)) == std::vector<std::string>{"5-8/4", "9-10/2"});
    CHECK(!interruption.then);
  });
}

}  // namespace tranche::test
