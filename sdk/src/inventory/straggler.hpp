#pragma once

#include "tranche/key_set.hpp"
#include "tranche/store.hpp"

namespace tranche {

/// A straggler batch while it is filled, in key order. Its keys fit into one part.
class StragglerBuilder {
 public:
  StragglerBuilder() { made_.straggler = true; }

  /// Whether the limits leave room for one more asset. An asset heavier than the limit travels
  /// alone.
  bool takes(const Asset& asset, const Limits& limits) const;
  void add(const Asset& asset);
  bool empty() const { return made_.count == 0; }
  /// What was added, with its key set. The caller says where it belongs.
  NewBatch finish();

 private:
  NewBatch made_;
  KeySetWriter keys_{KeySetWriter::Form::exact};
};

}  // namespace tranche
