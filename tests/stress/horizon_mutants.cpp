#include "stress/horizon_mutants.hpp"

#include "store/source_session.hpp"
#include "support/same_source.hpp"

#include <chrono>
#include <sstream>
#include <thread>

namespace tranche::test {

namespace {

/// Polls by id.
class NewestKey final : public SameSource {
 public:
  using SameSource::SameSource;
  bool watches_writers() const override { return false; }
};

/// Does not see who took a key and has inserted nothing yet.
class TablesAlone final : public SameSource {
 public:
  TablesAlone(std::unique_ptr<Source> source, const World& world)
      : SameSource(std::move(source)), session_(world, "mutant") {}
  tranche::Writers writers() override {
    std::istringstream names(session_.ask(
        "SELECT string_agg(DISTINCT virtualtransaction, ' ') FROM pg_locks WHERE mode = "
        "'RowExclusiveLock' AND granted AND relation IN (SELECT relid FROM "
        "pg_partition_tree('{table}'))"));
    return {{std::istream_iterator<std::string>(names), {}}, "mutant"};
  }

 private:
  SourceSession session_;
};

/// Looks for the writers before it looks for the newest key.
class WritersFirst final : public SameSource {
 public:
  using SameSource::SameSource;
  std::optional<Key> newest_key() override {
    seen_ = SameSource::writers();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return SameSource::newest_key();
  }
  tranche::Writers writers() override { return seen_; }

 private:
  tranche::Writers seen_;
};

}  // namespace

std::string name_of(Mutant mutant) {
  switch (mutant) {
    case Mutant::none:
      return "the horizon";
    case Mutant::newest_key:
      return "polling by id";
    case Mutant::tables_alone:
      return "no sequence watched";
    case Mutant::writers_first:
      break;
  }
  return "writers before the newest key";
}

std::unique_ptr<Source> open_mutant(const World& world,
                                    const JobDefinition& definition,
                                    Mutant mutant) {
  auto source = open_source(world.source_url(), definition);
  switch (mutant) {
    case Mutant::none:
      return source;
    case Mutant::newest_key:
      return std::make_unique<NewestKey>(std::move(source));
    case Mutant::tables_alone:
      return std::make_unique<TablesAlone>(std::move(source), world);
    case Mutant::writers_first:
      break;
  }
  return std::make_unique<WritersFirst>(std::move(source));
}

}  // namespace tranche::test
