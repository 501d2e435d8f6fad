#pragma once

#include "inventory/impl.hpp"

#include <optional>
#include <vector>

namespace tranche::coverage {

/// A key in a straggler batch, about which the ranges of its window say nothing.
struct Point {
  Key key;
  bool covered = false;  ///< one of the batches that hold it has succeeded
};

/// The keys of straggler batches in order, each once. In memory are those of the batches that reach
/// across the key at hand.
class Points {
 public:
  explicit Points(Inventory::Impl& impl) : impl_(&impl) {}
  void add(const std::vector<StoredBatch>& stragglers);
  /// Before the first next(), after the last add().
  void sort();

  /// Empty: no more.
  std::optional<Point> next();

 private:
  struct Listed {
    Batch batch;
    std::optional<Key> end;  ///< where a reset cut it, exclusive
  };
  struct Open {
    std::vector<Key> keys;
    std::size_t at = 0;
    bool covered = false;

    const Key& head() const { return keys[at]; }
  };
  void open(const Listed& listed);
  const Key* lowest() const;

  Inventory::Impl* impl_;
  std::vector<Listed> listed_;
  std::size_t next_ = 0;  ///< the first of listed_ that was not opened
  std::vector<Open> open_;
};

}  // namespace tranche::coverage
