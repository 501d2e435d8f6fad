#include "horizon/points.hpp"
#include "support/seed.hpp"

#include <catch2/catch.hpp>

#include <random>
#include <set>

using namespace tranche;
using horizon::Points;

namespace {

using Transactions = std::vector<std::string>;

TimePoint at(std::int64_t seconds) {
  return TimePoint(std::chrono::seconds(seconds));
}

horizon::Look look(std::int64_t newest,
                   Transactions writers,
                   std::int64_t second = 0,
                   std::string server = "s") {
  return {Key::integer(newest), {std::move(writers), std::move(server)}, at(second)};
}

std::string settled(const Points& points, std::int64_t second = 0, Duration settle = {}) {
  const auto key = points.settled(at(second), settle);
  return key ? key->text() : "none";
}

/// A table whose keys come from a sequence, its writers, and crashes of its server.
class Table {
 public:
  explicit Table(std::uint64_t seed) : random_(seed) {}

  void step() {
    const int action = pick(12);
    if (action < 4) {
      begin();
    } else if (action < 7) {
      take_key();
    } else if (action < 11) {
      end(pick(4) != 0);
    } else if (pick(3) == 0) {
      crash();
    } else {
      prepare();
    }
  }
  void end_all() {
    while (!writers_.empty()) {
      end(true);
    }
  }

  std::optional<std::int64_t> newest() const {
    return visible_.empty() ? std::nullopt : std::optional(*visible_.rbegin());
  }
  Transactions writers() const {
    Transactions names;
    for (const auto& writer : writers_) {
      names.push_back(writer.name);
    }
    return names;
  }
  /// Where it was told that nothing up to `key` can appear any more.
  void promise(std::int64_t key) { promised_ = std::max(promised_, key); }
  std::int64_t skipped() const { return skipped_; }
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

 private:
  struct Writer {
    std::string name;
    bool prepared = false;
    std::vector<std::int64_t> keys;
  };
  // The lock comes before the key, in steps of their own.
  void begin() { writers_.push_back({"4/" + std::to_string(++names_), false, {}}); }
  void take_key() {
    if (Writer* writer = any([](const Writer& w) { return !w.prepared; })) {
      writer->keys.push_back(++sequence_);
    }
  }
  void prepare() {
    if (Writer* writer = any([](const Writer& w) { return !w.prepared; })) {
      writer->prepared = true;
    }
  }
  void end(bool commit) {
    if (writers_.empty()) {
      return;
    }
    const auto index = writers_.begin() + pick(static_cast<int>(writers_.size()));
    for (const std::int64_t key : index->keys) {
      if (commit) {
        skipped_ += key <= promised_ ? 1 : 0;
        visible_.insert(key);
      }
    }
    writers_.erase(index);
  }
  // Names begin anew, and prepared transactions come back under another one.
  void crash() {
    std::erase_if(writers_, [](const Writer& w) { return !w.prepared; });
    names_ = 0;
    for (Writer& writer : writers_) {
      if (writer.name.starts_with("4/")) {
        writer.name = "-1/" + std::to_string(++recovered_);
      }
    }
  }
  template <typename Condition>
  Writer* any(const Condition& condition) {
    std::vector<Writer*> found;
    for (Writer& writer : writers_) {
      if (condition(writer)) {
        found.push_back(&writer);
      }
    }
    return found.empty() ? nullptr
                         : found[static_cast<std::size_t>(pick(static_cast<int>(found.size())))];
  }

  std::mt19937 random_;
  std::vector<Writer> writers_;
  std::set<std::int64_t> visible_;
  std::int64_t sequence_ = 0;
  std::int64_t promised_ = 0;
  std::int64_t skipped_ = 0;
  int names_ = 0;
  int recovered_ = 0;
};

}  // namespace

TEST_CASE("horizon points: without writers the newest key is settled at once") {
  Points points;
  CHECK(settled(points) == "none");
  CHECK(points.add(look(5, {}), {}));
  CHECK(settled(points) == "5");
  CHECK_FALSE(points.add(look(5, {}), {}));
}

TEST_CASE(
    "horizon points: a key waits for the writers seen after it, and for nobody who began later") {
  Points points;
  points.add(look(5, {"4/1", "4/2"}), {});
  CHECK(settled(points) == "none");
  points.add(look(8, {"4/2", "4/3"}), {});
  CHECK(settled(points) == "none");
  points.add(look(9, {"4/3", "4/4"}), {});
  CHECK(settled(points) == "5");
  points.add(look(9, {"4/4"}), {});
  CHECK(settled(points) == "8");
  points.add(look(9, {}), {});
  CHECK(settled(points) == "9");
}

TEST_CASE("horizon points: a long load holds what came after its begin, and nothing before") {
  Points points;
  points.add(look(100, {}), {});
  for (int i = 1; i <= 1000; ++i) {
    points.add(look(100 + i, {"7/1", "4/" + std::to_string(i)}), {});
  }
  CHECK(settled(points) == "100");
  CHECK(points.size() <= 4);
  points.add(look(1101, {"4/1001"}), {});
  CHECK(settled(points) == "1100");
}

TEST_CASE("horizon points: a prepared transaction that a restart gave another name still holds") {
  Points points;
  points.add(look(4, {}), {});
  points.add(look(5, {"4/2"}), {});
  points.add(look(6, {"-1/726"}), {});
  CHECK(settled(points) == "4");
  points.add(look(7, {}), {});
  CHECK(settled(points) == "7");
}

TEST_CASE("horizon points: points of another server are dropped") {
  Points points;
  points.add(look(5, {"4/2"}), {});
  points.add(look(6, {"4/7"}, 0, "another"), {});
  CHECK(settled(points) == "none");
  CHECK(points.size() == 1);
}

TEST_CASE("horizon points: settle holds every key for its time") {
  constexpr Duration kSettle = std::chrono::seconds(60);
  Points points;
  for (int second = 0; second <= 600; ++second) {
    points.add(look(1000 + second, {}, second), kSettle);
    if (second >= 60) {
      const std::int64_t lag = second - (std::stoll(settled(points, second, kSettle)) - 1000);
      CHECK(lag >= 60);
      CHECK(lag <= 63);
    } else {
      CHECK(settled(points, second, kSettle) == "none");
    }
  }
  CHECK(points.size() <= 70);
}

TEST_CASE("horizon points: they survive being stored, and a damaged text reads as none") {
  Points points;
  points.add(look(4, {}, 1), {});
  points.add(look(5, {"4/2"}, 2), {});
  points.add(look(6, {"4/2", "5/1"}, 3), {});
  Points read = Points::parse(KeyType::integer, points.text());
  CHECK(read.text() == points.text());
  read.add(look(6, {"5/1"}, 4), {});
  CHECK(settled(read, 10) == "5");
  CHECK(Points::parse(KeyType::integer, "{\"server\":1").size() == 0);
  CHECK(Points::parse(KeyType::uuid, points.text()).size() == 0);
}

TEST_CASE(
    "horizon points: no key appears below a settled one, whatever writers and the server do") {
  const std::uint64_t first_seed = tranche::test::chosen_seed();
  for (std::uint64_t seed = first_seed; seed < first_seed + 300; ++seed) {
    CAPTURE(seed);
    Table table(seed);
    std::string stored;
    std::string stale;
    for (int step = 0; step < 400; ++step) {
      table.step();
      if (table.pick(4) != 0) {
        continue;
      }
      // A process that does not write may work with points that are stored no more.
      const bool writes = table.pick(3) != 0;
      Points points =
          Points::parse(KeyType::integer, writes || table.pick(2) == 0 ? stored : stale);
      const auto newest = table.newest();
      table.step();
      if (!newest) {
        continue;
      }
      const bool changed = points.add(look(*newest, table.writers()), {});
      table.step();
      if (const auto key = points.settled({}, {})) {
        table.promise(key->number());
      }
      if (changed && writes) {
        stale = std::exchange(stored, points.text());
      }
    }
    REQUIRE(table.skipped() == 0);
    table.end_all();
    Points points = Points::parse(KeyType::integer, stored);
    if (table.newest()) {
      points.add(look(*table.newest(), {}), {});
      REQUIRE(settled(points) == std::to_string(*table.newest()));
    }
  }
}
