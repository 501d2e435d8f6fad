#include "coverage/missing_source.hpp"

#include "inventory/direction.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

namespace tranche::coverage {

namespace {

constexpr std::int64_t kFirstChunk = 256;
constexpr std::int64_t kGrowth = 4;
constexpr std::int64_t kLargestChunk = 4096;

}  // namespace

std::unique_ptr<Source::Reading> MissingSource::begin(Duration statement_timeout) {
  timeout_ = statement_timeout;
  return source_.begin(statement_timeout);
}

bool MissingSource::read_chunk(SourceRange& range, std::int64_t size, std::vector<Asset>& missing) {
  const std::int64_t read =
      source_.scan(range, size, [&](const Asset& asset) { missing.push_back(asset); });
  if (!missing.empty()) {
    pass(range, missing.back().key);
  }
  if (range.descending) {
    std::reverse(missing.begin(), missing.end());
  }
  covered_.keep_missing(missing);
  if (range.descending) {
    std::reverse(missing.begin(), missing.end());
  }
  return read == size;
}

std::int64_t MissingSource::scan(const SourceRange& range,
                                 std::int64_t limit,
                                 const std::function<void(const Asset&)>& each) {
  const auto begun = std::chrono::steady_clock::now();
  SourceRange rest = range;
  std::int64_t count = 0;
  std::int64_t size = std::clamp(limit, kFirstChunk, kLargestChunk);
  for (bool more = true; more && count < limit;) {
    std::vector<Asset> missing;
    more = read_chunk(rest, size, missing);
    for (const Asset& asset : missing) {
      if (count < limit) {
        each(asset);
        ++count;
      }
    }
    size = std::min(size * kGrowth, kLargestChunk);
    if (more && count < limit && std::chrono::steady_clock::now() - begun > timeout_) {
      throw Error(ErrorCode::timeout,
                  "what no succeeded batch holds was not found in " + format_duration(timeout_));
    }
  }
  return count;
}

SourceTotals MissingSource::totals(const SourceRange& range) {
  SourceTotals totals;
  SourceRange rising = range;
  rising.descending = false;
  scan(rising, std::numeric_limits<std::int64_t>::max(), [&](const Asset& asset) {
    ++totals.count;
    totals.weight += asset.weight;
    totals.first_key = totals.first_key ? totals.first_key : asset.key;
    totals.last_key = asset.key;
  });
  return totals;
}

}  // namespace tranche::coverage
