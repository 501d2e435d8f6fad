#pragma once

#include "inventory/impl.hpp"

#include <functional>
#include <vector>

namespace tranche::audit {

/// The straggler batches of earlier repairs, while an audit passes their keys: one part of keys in
/// memory for each that reaches across the key at hand.
class Stragglers {
 public:
  using Check = std::function<void(const StoredBatch&)>;

  /// `doubtful` is told each batch that is not all there, or that changed, once its keys are
  /// passed.
  Stragglers(Inventory::Impl& impl, const std::vector<StoredBatch>& batches, Check doubtful)
      : impl_(impl), batches_(batches), doubtful_(std::move(doubtful)) {}

  /// Whether one of them holds an asset that no range does. Assets come in key order.
  bool hold(const Asset& asset);
  /// No more comes.
  void finish();

 private:
  struct Open {
    const StoredBatch* stored;
    KeyPart keys;
    std::int64_t seen = 0;
    std::uint64_t digest = 0;
  };
  void close(const StoredBatch& stored, std::int64_t seen, std::uint64_t digest);

  Inventory::Impl& impl_;
  const std::vector<StoredBatch>& batches_;
  Check doubtful_;
  std::size_t next_ = 0;
  std::vector<Open> open_;
};

}  // namespace tranche::audit
