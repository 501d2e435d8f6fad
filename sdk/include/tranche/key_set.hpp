#pragma once

#include "tranche/key.hpp"
#include "tranche/types.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tranche {

/// Keys in one part of a packed set; a batch with more has several parts, so that memory does not
/// grow with the batch.
inline constexpr std::int64_t kKeysPerPart = 65'536;

/// Packs the keys of a batch, in rising order, into parts.
/// Shape:   byte 0: format, 'n' numbers, 'h' hashes or 'k' keys; byte 1: '0' plain or 'z' zlib;
/// then the body:
///          n: zigzag varint of the first number, then for each key the varint of its step above
///          the one before; 0, step,
///             repeat stands for `repeat` keys with the same step. Dense ids and regular times cost
///             a few bytes a part, a random 1% about 1.1 bytes a key.
///          h: 8 bytes (little endian) of a 64-bit hash for each text or UUID key, in key order.
///          k: for each text or UUID key the varint of its length and its bytes, where they must be
///             named again: a straggler batch is a list of keys and no range.
/// Threads: one thread.
class KeySetWriter {
 public:
  enum class Form { compact, exact };
  /// `exact`: no key is kept as a hash alone.
  explicit KeySetWriter(Form form = Form::compact) : form_(form) {}

  /// Whether the part is full: take_part() before the next add().
  bool full() const { return count_ == kKeysPerPart || body_.size() >= kMostExactBytes; }
  void add(const Key& key);
  /// The part so far; starts the next one.
  std::string take_part();

 private:
  // Above what a part of hashes or numbers can reach.
  static constexpr std::size_t kMostExactBytes = 2'097'152;
  void flush_run();
  Form form_;
  std::string body_;
  std::int64_t count_ = 0;
  std::int64_t last_ = 0;
  std::uint64_t step_ = 0;
  std::uint64_t repeat_ = 0;
  char packed_as_ = 'n';
};

/// A part unpacked for many questions: half a megabyte at most.
class KeyPart {
 public:
  explicit KeyPart(std::string_view part);
  bool holds(const Key& key) const;
  /// Whether all keys of the part may lie before this one: hashes do not tell.
  bool may_end_before(const Key& key) const;
  /// Text and UUID keys are kept as hashes.
  bool is_hashes() const { return hashes_; }
  /// From now on it holds the keys of a later part of the set too.
  void add(const KeyPart& later);

 private:
  std::int64_t last_ = 0;
  bool hashes_ = false;
  std::vector<std::uint64_t> sorted_;
};

/// Whether a part holds the key. Errors: ErrorCode::internal where the part is damaged.
bool key_part_holds(std::string_view part, const Key& key);

/// Walks through the keys of a part that holds numbers; false for a part of hashes, whose keys
/// cannot be named.
bool for_each_number(std::string_view part, const std::function<void(std::int64_t)>& each);

/// A part unpacked in key order: half a megabyte at most.
struct PartKeys {
  bool hashes = false;                ///< else numbers
  std::vector<std::uint64_t> values;  ///< of a number: its two's complement
};
PartKeys unpack_key_part(std::string_view part);
/// What a part of hashes holds of a text or UUID key.
std::uint64_t key_hash(const Key& key);

/// The keys of a part in key order. Errors: ErrorCode::internal for a part of hashes.
std::vector<Key> list_keys(std::string_view part, KeyType type);

/// Number of keys in a part.
std::int64_t key_part_size(std::string_view part);

/// Adds up, whatever the order: the digest of a batch is the sum over its assets, modulo 2^64.
std::uint64_t asset_digest(const Asset& asset);

}  // namespace tranche
