#include "store/world.hpp"
#include "support/seed.hpp"

#include "tranche/key_set.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

namespace tranche::test {

using Texts = std::vector<std::string>;
using Kind = AuditFinding::Kind;

namespace {

struct Content {
  double weight = 0;
  std::string item;
  bool operator==(const Content&) const = default;
};
using Rows = std::map<std::string, Content>;

struct Held {
  Rows rows;         ///< as they were handed out
  bool cut = false;  ///< by a reset: what it held once is not known to be the same
};

struct Found {
  std::set<std::string> late;
  std::map<std::int64_t, std::int64_t> vanished;  ///< keys by batch
  std::set<std::string> vanished_keys;
  std::set<std::int64_t> changed;
  AuditTotals totals;
};

/// What an audit must find, kept by the side of a real inventory and source.
class Books {
 public:
  Books(World& world, KeyType type, std::uint64_t seed)
      : world_(world), type_(type), random_(seed) {
    JobDefinition wanted = world.definition();
    wanted.filter = "tag = 'a'";
    wanted.limits.max_count = 7;
    wanted.on_exit = "9=split";
    world.create_job(wanted);
  }

  void step() {
    switch (pick(12)) {
      case 0:
      case 1:
        for (int i = pick(12); i >= 0; --i) {
          newest_ += 1 + pick(5);
          insert(newest_);
        }
        break;
      case 2:
      case 3:
        insert(pick(newest_ + 1));
        break;
      case 4:
        erase();
        break;
      case 5:
        change();
        break;
      case 6:
      case 7:
      case 8:
        take();
        break;
      case 9:
        check(false);
        break;
      case 10:
        check(true);
        break;
      default:
        reset();
    }
  }

  void check(bool repair) {
    const Found found = audit(repair);
    const Found expected = expectation();
    REQUIRE(found.late == expected.late);
    REQUIRE(found.vanished == expected.vanished);
    REQUIRE(found.changed == expected.changed);
    if (type_ == KeyType::integer) {
      REQUIRE(found.vanished_keys == expected.vanished_keys);
    }
    const auto late = static_cast<std::int64_t>(expected.late.size());
    REQUIRE(found.totals.late == late);
    REQUIRE(found.totals.repaired == (repair ? late : 0));
    if (repair) {
      record_new();
      REQUIRE(audit(false).late.empty());
    }
  }

 private:
  int pick(int below) { return std::uniform_int_distribution<>(0, below - 1)(random_); }
  std::string key_of(int number) const {
    std::string digits = std::to_string(number);
    return type_ == KeyType::integer ? digits : "k" + std::string(6 - digits.size(), '0') + digits;
  }
  std::string literal(const std::string& key) const {
    return type_ == KeyType::integer ? key : "'" + key + "'";
  }
  static bool before(const Key& a, const std::string& b, KeyType type) {
    return a < Key::parse(type, b);
  }

  void insert(int number) {
    const std::string key = key_of(number);
    if (all_.contains(key)) {
      return;
    }
    const bool matches = pick(4) != 0;
    world_.insert({{key, 1, matches ? "a" : "b"}});
    all_.insert(key);
    if (matches) {
      rows_[key] = {1, "item-" + key};
    }
  }
  std::string any() {
    return rows_.empty() ? std::string()
                         : std::next(rows_.begin(), pick(static_cast<int>(rows_.size())))->first;
  }
  void erase() {
    const std::string key = any();
    if (key.empty()) {
      return;
    }
    if (pick(2) == 0) {
      world_.run("UPDATE {table} SET tag = 'b' WHERE key = " + literal(key));
    } else {
      world_.erase(key);
      all_.erase(key);
    }
    rows_.erase(key);
  }
  void change() {
    const std::string key = any();
    if (key.empty()) {
      return;
    }
    Content& content = rows_[key];
    if (pick(2) == 0) {
      content.weight = 1 + pick(3);
    } else {
      content.item = "item-" + std::to_string(pick(3));
    }
    world_.run("UPDATE {table} SET weight = " + format_weight(content.weight) + ", item = '" +
               content.item + "' WHERE key = " + literal(key));
  }
  void take() {
    const auto batch = world_.inventory().acquire("job").batch;
    if (!batch) {
      return;
    }
    record_new();
    if (batch->count > 1 && pick(4) == 0) {
      fail(world_.inventory(), *batch, 9);
      held_.erase(batch->id);
      record_new();
    } else {
      succeed(world_.inventory(), *batch);
    }
  }
  void record_new() {
    std::vector<Batch> batches;
    world_.inventory().list_batches(
        "job", {}, "incremental", [&](const Batch& batch) { batches.push_back(batch); });
    for (const Batch& batch : batches) {
      if (batch.id > recorded_ && !batch.superseded) {
        Held& held = held_[batch.id];
        for (const std::string& key : keys_of(world_.inventory(), batch)) {
          held.rows[key] = rows_.at(key);
        }
        REQUIRE(static_cast<std::int64_t>(held.rows.size()) == batch.count);
      }
    }
    for (const Batch& batch : batches) {
      recorded_ = std::max(recorded_, batch.id);
    }
  }
  void reset() {
    if (pick(3) != 0) {
      return;
    }
    while (const auto batch = world_.inventory().acquire("job").batch) {
      record_new();
      succeed(world_.inventory(), *batch);
    }
    const std::string key = key_of(pick(newest_ + 1));
    try {
      world_.inventory().reset("job", key);
    } catch (const Error&) {
      return;  // ahead of the window
    }
    const Key from = Key::parse(type_, key);
    for (auto& [id, held] : held_) {
      const auto erased = std::erase_if(
          held.rows, [&](const auto& row) { return Key::parse(type_, row.first) >= from; });
      held.cut = held.cut || erased > 0;
    }
    std::erase_if(held_, [](const auto& held) { return held.second.rows.empty(); });
  }

  bool behind(const std::string& text) {
    const Window window = world_.inventory().find_window("job", "incremental");
    const Key key = Key::parse(type_, text);
    return window.frontier ? key <= *window.frontier : window.generation > 0 && key < *window.lower;
  }
  Found expectation() {
    Found expected;
    std::set<std::string> known;
    for (const auto& [id, held] : held_) {
      bool same = true;
      for (const auto& [key, content] : held.rows) {
        known.insert(key);
        const auto now = rows_.find(key);
        if (now == rows_.end()) {
          ++expected.vanished[id];
          expected.vanished_keys.insert(key);
        } else {
          same = same && now->second == content;
        }
      }
      if (!same && !held.cut && !expected.vanished.contains(id)) {
        expected.changed.insert(id);
      }
    }
    for (const auto& [key, content] : rows_) {
      if (!known.contains(key) && behind(key)) {
        expected.late.insert(key);
      }
    }
    // Of a range of hashes that a reset cut, what vanished last is not told.
    std::erase_if(expected.vanished, [&](const auto& one) {
      return type_ != KeyType::integer && held_.at(one.first).cut;
    });
    return expected;
  }
  Found audit(bool repair) {
    Found found;
    AuditOptions wanted;
    wanted.repair = repair;
    found.totals = world_.inventory().audit("job", wanted, [&](const AuditFinding& finding) {
      if (finding.kind == Kind::late) {
        REQUIRE(found.late.insert(finding.first_key.text()).second);
      } else if (finding.kind == Kind::changed) {
        found.changed.insert(finding.batch_id);
      } else if (type_ == KeyType::integer || !held_.at(finding.batch_id).cut) {
        found.vanished[finding.batch_id] += finding.count;
        for (std::int64_t i = 0; type_ == KeyType::integer && i < finding.count; ++i) {
          found.vanished_keys.insert(std::to_string(finding.first_key.number() + i));
        }
      }
    });
    return found;
  }

  World& world_;
  KeyType type_;
  std::mt19937_64 random_;
  int newest_ = 10;
  std::set<std::string> all_;
  Rows rows_;  ///< that match
  std::map<std::int64_t, Held> held_;
  std::int64_t recorded_ = 0;
};

}  // namespace

TEST_CASE("audits and repairs find what an oracle expects, whatever happened", "[store]") {
  const std::uint64_t seed = chosen_seed();
  for (const KeyType type : {KeyType::integer, KeyType::text}) {
    on_every_sql_store(
        [&](World& world) {
          INFO("seed " << seed << ", " << to_string(type) << " keys");
          Books books(world, type, seed);
          for (int step = 0; step < 250; ++step) {
            INFO("step " << step);
            books.step();
          }
          books.check(true);
        },
        type);
  }
}

TEST_CASE("audit compares a batch of several parts exactly", "[store]") {
  for (const KeyType type : {KeyType::integer, KeyType::text}) {
    on_every_sql_store(
        [&](World& world) {
          const bool text = type == KeyType::text;
          const std::string key = text ? "'k' || (1000000 + i)" : "i";
          const std::string numbers =
              world.setup().source == Place::sqlite
                  ? "(WITH RECURSIVE s(i) AS (SELECT 2 UNION ALL SELECT i + 2 FROM s WHERE i < "
                    "400000) SELECT i FROM s) AS n"
                  : "generate_series(2, 400000, 2) AS n (i)";
          world.run("INSERT INTO {table} (key, item, weight, tag) SELECT " + key +
                    ", 'x', 1, 'a' FROM " + numbers);
          world.create_job(world.definition());
          CHECK(succeed(world.inventory(), acquire(world.inventory())).count == 200'000);
          const auto named = [&](std::int64_t number) {
            return text ? "k" + std::to_string(1'000'000 + number) : std::to_string(number);
          };
          std::set<std::string> late;
          const std::int64_t border = 2 * kKeysPerPart;
          for (const std::int64_t number :
               {border - 1, border + 1, 2 * border + 1, std::int64_t{3}}) {
            world.insert({{named(number)}});
            late.insert(named(number));
          }
          world.erase(named(border));
          world.erase(named(2 * border + 2));
          // More than a part in a row.
          const std::string quote = text ? "'" : "";
          world.run("DELETE FROM {table} WHERE key > " + quote + named(150'000) + quote +
                    " AND key < " + quote + named(390'000) + quote);
          late.erase(named(2 * border + 1));
          for (std::int64_t number = 200'001; number < 206'001; number += 2) {
            late.insert(named(number));
          }
          std::vector<Row> rows;
          for (std::int64_t number = 200'001; number < 206'001; number += 2) {
            rows.push_back({named(number)});
          }
          world.insert(rows);
          std::set<std::string> found;
          std::int64_t vanished = 0;
          const AuditTotals totals =
              world.inventory().audit("job", {}, [&](const AuditFinding& finding) {
                if (finding.kind == Kind::late) {
                  found.insert(finding.first_key.text());
                } else {
                  vanished += finding.count;
                }
              });
          CHECK(found == late);
          CHECK(vanished == 1 + 119'999);
          CHECK(totals.assets == 200'000 - 1 - 119'999);
          CHECK(totals.vanished == vanished);
          CHECK(totals.changed == 0);
        },
        type);
  }
}

}  // namespace tranche::test
