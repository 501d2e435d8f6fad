// count-lines DATABASE TABLE
// Counts the lines of the files that a table lists, in batches, without the runner: a service or a
// Spark driver that wants to hold its own leases does the same. TABLE has columns id, item and
// weight, as 'tranche register' makes it. Start it as often as you like, at once or again later:
// each file is counted once.

#include <tranche/error.hpp>
#include <tranche/inventory.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace {

constexpr auto kJob = "count-lines";
constexpr auto kLease = std::chrono::seconds(60);
constexpr auto kBeat = kLease / 3;
constexpr double kBytesInBatch = 4 << 20;

tranche::JobDefinition definition(const std::string& table) {
  tranche::JobDefinition job;
  job.table = table;
  job.key_column = "id";
  job.item_column = "item";
  job.weight_column = "weight";
  job.limits.max_weight = kBytesInBatch;
  return job;
}

/// Extends the lease of a batch while it lives. An Inventory serves one thread, so it has its own.
class LeaseKeeper {
 public:
  LeaseKeeper(const tranche::DatabaseUrl& where, const tranche::Batch& batch)
      : thread_([=, this](const std::stop_token& stop) { keep(stop, where, batch); }) {}

  bool lost() const { return lost_; }

 private:
  void keep(const std::stop_token& stop,
            const tranche::DatabaseUrl& where,
            const tranche::Batch& batch) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any changed;
    while (!changed.wait_for(lock, stop, kBeat, [&] { return stop.stop_requested(); })) {
      try {
        tranche::Inventory::open(where).heartbeat(batch.id, batch.token);
      } catch (const tranche::Error& error) {
        // A database that cannot be reached now may answer the next beat, before the lease ends.
        std::cerr << "count-lines: " << error.what() << '\n';
        if (error.code() == tranche::ErrorCode::lease_lost) {
          lost_ = true;
          return;
        }
      }
    }
  }

  std::atomic<bool> lost_ = false;
  std::jthread thread_;  // last: it uses the others
};

std::int64_t count_lines(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw std::runtime_error("cannot read " + path);
  }
  return std::count(std::istreambuf_iterator<char>(file), {}, '\n');
}

/// What to tell the inventory about the batch. Memory does not grow with the batch: its assets are
/// read from the table one after the other.
tranche::ReleaseRequest process(tranche::Inventory& inventory,
                                const tranche::Batch& batch,
                                const LeaseKeeper& lease) {
  tranche::ReleaseRequest end;
  std::int64_t lines = 0;
  try {
    inventory.for_each_asset(batch, [&](const tranche::Asset& asset) {
      // Somebody else may be at work on it already.
      if (!lease.lost()) {
        lines += count_lines(asset.item);
      }
    });
    end.outputs["lines"] = std::to_string(lines);
  } catch (const std::exception& error) {
    // The job's failure policy decides what follows: another attempt, for instance.
    end.status = tranche::ReleaseRequest::Status::failed;
    end.message = error.what();
  }
  return end;
}

std::string told(const tranche::ReleaseRequest& end) {
  return end.outputs.contains("lines") ? end.outputs.at("lines") + " lines" : end.message;
}

void run(const tranche::DatabaseUrl& where, const std::string& table) {
  auto inventory = tranche::Inventory::open(where);
  inventory.apply_job(kJob, definition(table));
  tranche::AcquireOptions options;
  options.lease = kLease;
  while (const auto batch = inventory.acquire(kJob, options).batch) {
    tranche::ReleaseRequest end;
    {
      const LeaseKeeper lease(where, *batch);
      end = process(inventory, *batch, lease);
    }
    try {
      const auto after = inventory.release(batch->id, batch->token, end);
      std::cout << "batch " << after.id << ": " << after.count << " files, "
                << to_string(after.status) << ", " << told(end) << '\n';
    } catch (const tranche::Error& error) {
      if (error.code() != tranche::ErrorCode::lease_lost) {
        throw;
      }
      // Taken over or cancelled meanwhile: whoever has it now decides its result, not we.
      std::cerr << "count-lines: " << error.what() << "; its result is dropped\n";
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr
        << "usage: count-lines DATABASE TABLE, for instance: count-lines sqlite:/tmp/t.db files\n";
    return 2;
  }
  try {
    run(tranche::DatabaseUrl::parse(argv[1]), argv[2]);
  } catch (const std::exception& error) {
    std::cerr << "count-lines: " << error.what() << '\n';
    return 1;
  }
  return 0;
}
