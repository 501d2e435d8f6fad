#include "register/staging.hpp"

#include "sqlite/sqlite_error.hpp"

#include "tranche/error.hpp"

#include <string>

namespace tranche::sql {
extern const std::string_view sqlite_staging;
}

namespace tranche {

namespace {

// Few enough to hold locks for a moment only, enough to make a commit's cost disappear.
constexpr std::size_t kChunkRows = 5'000;
constexpr std::size_t kChunkBytes = 4U << 20U;

// Never `refused`: callers take that for the fault of one item.
Error staging_error(const SQLite::Exception& error) {
  const Error known = sql::sqlite::translate(
      error, "the temporary file for sorting (in TMPDIR, else /var/tmp)", "staging");
  return {ErrorCode::internal, known.what(), known.query()};
}

RegisterItem read_item(SQLite::Statement& row) {
  RegisterItem item;
  const SQLite::Column text = row.getColumn(0);
  item.item.assign(static_cast<const char*>(text.getBlob()),
                   static_cast<std::size_t>(text.getBytes()));
  if (!row.isColumnNull(1)) {
    item.weight = row.getColumn(1).getDouble();
  }
  if (!row.isColumnNull(2)) {
    item.time = AssetTime(AssetTime::duration(row.getColumn(2).getInt64()));
  }
  return item;
}

}  // namespace

Staging::Staging() try
    : queries_(sql::sqlite_staging, {}), file_("", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE) {
  file_.exec(queries_["prepare_staging"].text);
  insert_ = std::make_unique<SQLite::Statement>(file_, queries_["stage_item"].text);
} catch (const SQLite::Exception& error) {
  throw staging_error(error);
}

void Staging::add(std::string_view item,
                  std::optional<double> weight,
                  std::optional<AssetTime> time) {
  try {
    insert_->reset();
    insert_->bind(1, std::string(item));
    if (weight) {
      insert_->bind(2, *weight);
    } else {
      insert_->bind(2);
    }
    if (time) {
      insert_->bind(3, static_cast<std::int64_t>(time->time_since_epoch().count()));
    } else {
      insert_->bind(3);
    }
    insert_->exec();
    ++added_;
  } catch (const SQLite::Exception& error) {
    throw staging_error(error);
  }
}

void Staging::for_each_chunk(const std::function<void(const Chunk&)>& take) {
  try {
    insert_->reset();
    SQLite::Statement rows(file_, queries_["staged_in_order"].text);
    Chunk chunk;
    std::size_t bytes = 0;
    while (rows.executeStep()) {
      chunk.push_back(read_item(rows));
      bytes += chunk.back().item.size();
      if (chunk.size() == kChunkRows || bytes >= kChunkBytes) {
        take(chunk);
        chunk.clear();
        bytes = 0;
      }
    }
    if (!chunk.empty()) {
      take(chunk);
    }
  } catch (const SQLite::Exception& error) {
    throw staging_error(error);
  }
}

}  // namespace tranche
