#pragma once

#include "tranche/key_set.hpp"
#include "tranche/types.hpp"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tranche::audit {

/// Hears what a comparison finds; `late` in key order.
class MatchListener {
 public:
  virtual ~MatchListener() = default;
  virtual void matched(const Asset& asset) = 0;
  virtual void late(const Asset& asset) = 0;
  /// Each of the batch's keys from `first` to `last`; `count` between them where keys are hashes.
  virtual void vanished(const Key& first, const Key& last, std::int64_t count) = 0;
};

/// Compares the keys of one range with the source, both read once, in key order.
/// Numbers are compared one by one. Of texts and UUIDs the ledger has 64-bit hashes: in key order,
/// so that whatever stands between two that were found again has vanished. Two keys of a range have
/// the same hash once in 10^7 ranges of 10^6 keys.
class KeyMatcher {
 public:
  using ReadPart = std::function<std::string(std::int64_t part)>;

  /// `end`: where a reset cut the range, exclusive.
  KeyMatcher(const Batch& batch,
             std::optional<Key> end,
             std::int64_t parts,
             ReadPart read,
             MatchListener& listener);
  /// The next matching asset of the source within the range.
  void see(const Asset& asset);
  /// No more comes.
  void finish();

 private:
  // Numbers.
  void see_number(const Asset& asset);
  bool at_key();
  void lose(std::int64_t number);
  // Hashes.
  bool find(const Asset& asset);
  void see_hash(const Asset& asset);
  void look_ahead();
  void all_late();
  void finish_hashes();

  using Index = std::vector<std::pair<std::uint64_t, std::size_t>>;  ///< hash, place; sorted
  static Index index_of(const PartKeys& keys);
  static const std::size_t* place_in(const Index& index, std::uint64_t hash, std::size_t from);
  void load(std::int64_t part);
  void flush_lost(const Key& last);

  const Batch& batch_;
  std::optional<Key> end_;
  std::int64_t parts_;
  ReadPart read_;
  MatchListener& listener_;

  std::int64_t part_ = -1;
  PartKeys keys_;
  std::size_t at_ = 0;  ///< the first of keys_ that is not dealt with

  std::optional<Key> lost_from_;
  std::int64_t lost_to_ = 0;
  std::int64_t lost_ = 0;

  Index index_;
  std::optional<Key> last_found_;
  std::int64_t dealt_with_ = 0;  ///< keys before keys_, and those before at_
  std::vector<Asset> undecided_;
  std::size_t patience_ = kPatience;
  static constexpr std::size_t kPatience = 1024;
  static constexpr std::size_t kMostPatience = 65'536;
};

}  // namespace tranche::audit
