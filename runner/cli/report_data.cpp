#include "cli/report_data.hpp"

#include <algorithm>
#include <numeric>

namespace tranche::cli {
namespace {

std::string status_of(const Batch& batch) {
  return batch.exhausted ? "exhausted"
         : batch.skipped ? "skipped"
                         : std::string(to_string(batch.status));
}

std::string keys_of(const Batch& batch) {
  return batch.first_key->text() + " to " + batch.last_key->text();
}

ReportedBatch reported(const Batch& batch, TimePoint now) {
  const TimePoint begin = *batch.acquired_at;
  return {batch.id,
          status_of(batch),
          keys_of(batch),
          batch.count,
          batch.weight,
          begin,
          std::max(begin, batch.released_at.value_or(now))};
}

bool had_trouble(const Batch& batch) {
  return batch.status == BatchStatus::failed || batch.attempt > 1 || batch.skipped ||
         (batch.superseded && batch.status == BatchStatus::cancelled);
}

bool is_failure(Outcome outcome) {
  switch (outcome) {
    case Outcome::failed:
    case Outcome::timeout:
    case Outcome::lost:
    case Outcome::skipped:
    case Outcome::split:
      return true;
    default:
      return false;
  }
}

class Gatherer {
 public:
  Gatherer(Inventory& inventory,
           const std::string& job,
           const std::optional<std::string>& window,
           const std::optional<TimePoint>& since)
      : inventory_(inventory) {
    data_.job = job;
    data_.window = window.value_or("");
    data_.table = inventory.find_job(job).definition.table;
    data_.now = inventory.now();
    data_.since = since;
  }

  ReportData gather() {
    read_windows();
    count_batches();
    pick_batches();
    read_failures();
    return std::move(data_);
  }

 private:
  void walk(BatchFilter filter, const std::function<void(const Batch&)>& each) {
    filter.since = data_.since;
    inventory_.list_batches(data_.job, filter, data_.window, each);
  }

  void read_windows() {
    for (const Window& window : inventory_.list_windows(data_.job)) {
      if (data_.window.empty() ? window.state != WindowState::cancelled
                               : window.name == data_.window) {
        data_.backlogs.push_back(inventory_.backlog(data_.job, window.name));
      }
    }
    for (const AttemptTotals& totals : inventory_.attempt_totals()) {
      if (totals.job == data_.job && (data_.window.empty() || totals.window == data_.window)) {
        data_.attempts[std::string(to_string(totals.outcome))] += totals.attempts;
      }
    }
  }

  void count_batches() {
    std::vector<float> durations;
    walk({}, [&](const Batch& batch) {
      if (batch.superseded) {
        return;
      }
      ++data_.batches[status_of(batch)];
      if (batch.status == BatchStatus::succeeded) {
        data_.count += batch.count;
        data_.weight += batch.weight;
      }
      if (batch.acquired_at) {
        const ReportedBatch one = reported(batch, data_.now);
        data_.begin = std::min(data_.begin.value_or(one.begin), one.begin);
        data_.end = std::max(data_.end.value_or(one.end), one.end);
        if (batch.released_at) {
          data_.seconds += one.seconds();
          durations.push_back(static_cast<float>(one.seconds()));
        }
      }
    });
    if (!durations.empty()) {
      const auto middle = durations.begin() + static_cast<std::ptrdiff_t>(durations.size() / 2);
      std::nth_element(durations.begin(), middle, durations.end());
      data_.median_seconds = *middle;
    }
    timed_ = durations.size();
  }

  double shares_until(TimePoint time) const {
    const auto all = std::max<std::int64_t>(1, (*data_.end - *data_.begin).count());
    const auto most = static_cast<double>(data_.shares.size());
    const double at =
        static_cast<double>((time - *data_.begin).count()) * most / static_cast<double>(all);
    return std::clamp(at, 0.0, most);
  }

  std::size_t share_at(TimePoint time) const {
    return std::min(static_cast<std::size_t>(shares_until(time)), data_.shares.size() - 1);
  }

  /// The time that a batch took, to the shares that it lies in.
  void add_busy(const ReportedBatch& one) {
    const double begin = shares_until(one.begin);
    const double end = shares_until(one.end);
    for (std::size_t share = share_at(one.begin); share <= share_at(one.end); ++share) {
      const double part = std::min(end, static_cast<double>(share + 1)) -
                          std::max(begin, static_cast<double>(share));
      data_.shares[share].busy[one.status] += std::max(part, 0.0) * data_.share_seconds();
    }
  }

  void pick_batches() {
    data_.dot_step = timed_ / ReportData::kMostDots + 1;
    std::size_t seen = 0;
    walk({}, [&](const Batch& batch) {
      if (had_trouble(batch)) {
        if (troubled_.size() < ReportData::kMostFailures) {
          troubled_.push_back(batch.id);
        } else {
          data_.more_failures = true;
        }
      }
      // One that was acquired since the batches were counted is outside of the picture.
      if (batch.superseded || !batch.acquired_at || !data_.end || *batch.acquired_at > *data_.end) {
        return;
      }
      const ReportedBatch one = reported(batch, data_.now);
      add_busy(one);
      if (batch.status == BatchStatus::succeeded) {
        ReportedShare& share = data_.shares[share_at(one.end)];
        share.count += one.count;
        share.weight += one.weight;
      }
      if (data_.bars.size() < ReportData::kMostBars) {
        data_.bars.push_back(one);
      }
      if (batch.released_at && seen++ % data_.dot_step == 0) {
        data_.dots.push_back(one);
      }
    });
    std::sort(data_.bars.begin(), data_.bars.end(), [](const auto& a, const auto& b) {
      return a.begin < b.begin;
    });
    walk({.slowest = true, .limit = ReportData::kMostSlow},
         [&](const Batch& batch) { add_slow(batch); });
  }

  void add_slow(const Batch& batch) {
    const ReportedBatch one = reported(batch, data_.now);
    data_.slowest.push_back(one);
    const bool is_there = std::any_of(
        data_.dots.begin(), data_.dots.end(), [&](const auto& dot) { return dot.id == one.id; });
    if (batch.released_at && !batch.superseded && !is_there) {
      data_.dots.push_back(one);
    }
  }

  void read_failures() {
    for (const std::int64_t id : troubled_) {
      const BatchHistory history = inventory_.find_batch(id);
      for (auto one = history.attempts.rbegin(); one != history.attempts.rend(); ++one) {
        if (one->outcome && is_failure(*one->outcome)) {
          data_.failures.push_back({id,
                                    one->attempt,
                                    keys_of(history.batch),
                                    std::string(to_string(*one->outcome)),
                                    one->message,
                                    one->ended_at});
        }
      }
    }
    std::stable_sort(data_.failures.begin(),
                     data_.failures.end(),
                     [](const auto& a, const auto& b) { return a.at > b.at; });
    if (data_.failures.size() > ReportData::kMostFailures) {
      data_.more_failures = true;
      data_.failures.resize(ReportData::kMostFailures);
    }
  }

  Inventory& inventory_;
  ReportData data_;
  std::size_t timed_ = 0;
  std::vector<std::int64_t> troubled_;
};

}  // namespace

std::int64_t ReportData::total() const {
  return std::accumulate(
      batches.begin(), batches.end(), std::int64_t{0}, [](std::int64_t sum, const auto& one) {
        return sum + one.second;
      });
}

double ReportData::share_seconds() const {
  return std::max(0.001, std::chrono::duration<double>(*end - *begin).count()) /
         static_cast<double>(shares.size());
}

ReportData gather_report(Inventory& inventory,
                         const std::string& job,
                         const std::optional<std::string>& window,
                         const std::optional<TimePoint>& since) {
  return Gatherer(inventory, job, window, since).gather();
}

}  // namespace tranche::cli
