#pragma once

#include "loop/report_file.hpp"

#include "tranche/key_set.hpp"

#include <vector>

namespace tranche::runner {

/// Finds the assets of a batch in its command's report: the file is read once for each 262,144
/// assets, so that memory holds these and a bit for each line. The last word on an item counts.
class ReportedItems {
 public:
  /// `ended_well`: what the report does not name is done, unless it names a failed item that the
  /// batch does not have: then nobody knows which one was meant.
  ReportedItems(std::filesystem::path report, bool ended_well)
      : report_(std::move(report)), ended_well_(ended_well) {}

  /// In key order.
  void add(const Asset& asset);
  /// The keys of those that are done, as a packed set.
  ItemsDone finish(std::vector<std::string>& done_keys);

 private:
  static constexpr std::size_t kChunk = 262'144;
  enum class State : char { unnamed, done, failed };
  struct Entry {
    Key key;
    double weight;
    State state;
  };
  struct Name {
    std::size_t hash;
    std::uint32_t entry;
  };
  struct Done {
    KeySetWriter keys;
    std::vector<std::string> parts;
    ItemsDone totals;

    void add(const Entry& entry, bool is_done);
  };

  void read_chunk();
  bool mark(std::string_view item, State state);
  bool find(const ReportLine& line);

  const std::filesystem::path report_;
  const bool ended_well_;
  std::vector<Entry> chunk_;
  std::vector<Name> names_;
  std::vector<bool> known_;  ///< lines that name an item of the batch
  Done named_;               ///< what is done if only named items are
  Done all_but_failed_;      ///< the same if the others are too
};

}  // namespace tranche::runner
