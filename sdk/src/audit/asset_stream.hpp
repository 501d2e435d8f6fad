#pragma once

#include "tranche/source.hpp"

#include <functional>
#include <vector>

namespace tranche::audit {

/// The matching assets of a stretch of a source, read in chunks: a read-only transaction for each,
/// none of them long.
class AssetStream {
 public:
  /// `on_chunk` is told the last key of each chunk.
  AssetStream(Source& source, SourceRange range, std::function<void(const Key&)> on_chunk)
      : source_(source), range_(std::move(range)), on_chunk_(std::move(on_chunk)) {}

  /// Null at the end. Good until pop().
  const Asset* peek();
  void pop() { ++at_; }

 private:
  void read();

  Source& source_;
  SourceRange range_;
  std::function<void(const Key&)> on_chunk_;
  std::vector<Asset> chunk_;
  std::size_t at_ = 0;
  std::int64_t size_ = kFirstChunk;
  bool ended_ = false;
  static constexpr std::int64_t kFirstChunk = 256;
  static constexpr std::int64_t kLargestChunk = 8192;
};

}  // namespace tranche::audit
