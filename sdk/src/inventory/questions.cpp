#include "coverage/missing_source.hpp"
#include "inventory/acquisition.hpp"
#include "inventory/newest_cut.hpp"

#include <algorithm>

namespace tranche {

namespace {

void add_totals(const SourceTotals& fresh, Backlog& backlog) {
  if (fresh.count == 0) {
    return;
  }
  backlog.count += fresh.count;
  backlog.weight += fresh.weight;
  backlog.first_key =
      backlog.first_key ? std::min(backlog.first_key, fresh.first_key) : fresh.first_key;
  backlog.last_key = std::max(backlog.last_key, fresh.last_key);
}

}  // namespace

std::unique_ptr<Source> Inventory::Impl::missing_in(StoreTransaction* transaction,
                                                    const Job& job,
                                                    const Window& window,
                                                    Source& source) {
  if (!window.only_missing) {
    return nullptr;
  }
  const auto read = [this, transaction](const std::function<void(StoreTransaction&)>& work) {
    if (transaction != nullptr) {
      work(*transaction);
    } else {
      reading(work);
    }
  };
  return std::make_unique<coverage::MissingSource>(
      source, coverage::CoveredKeys(job, window.missing_version, read));
}

void Inventory::Impl::add_fresh(const Job& job,
                                const Window& window,
                                bool closed,
                                Backlog& backlog) {
  Source& all = source_of(job);
  const auto missing = missing_in(nullptr, job, window, all);
  Source& source = missing ? *missing : all;
  const auto reading = source.begin(kCountTimeout);
  if (window.newest_first) {
    // It was all settled when the campaign was created.
    const auto rest = rest_of(window);
    const SourceTotals fresh = rest ? source.totals(*rest) : SourceTotals();
    add_totals(fresh, backlog);
    backlog.ready += closed ? 0 : fresh.count;
    return;
  }
  const auto settled = ask_horizon(job, window);
  const auto& newest_of_all = open_of(job).newest;
  const auto newest = window.upper ? std::min(window.upper, newest_of_all) : newest_of_all;
  const Position position = next_position(window);
  if (!reaches(position, newest)) {
    return;
  }
  const SourceTotals fresh = source.totals({position.after, position.from, newest});
  if (fresh.count == 0) {
    return;
  }
  add_totals(fresh, backlog);
  if (settled < newest) {
    const bool some = reaches(position, settled);
    backlog.unsettled = some ? source.totals({settled, std::nullopt, newest}).count : fresh.count;
    backlog.writers = source.describe_writers();
  }
  const std::int64_t settled_count = fresh.count - backlog.unsettled;
  if (!closed && !next_must_wait(job, window, source, settled, settled_count)) {
    backlog.ready += settled_count;
  }
}

bool Inventory::Impl::is_full(StoreTransaction& transaction, const Window& window, const Job& job) {
  const auto most = cap_of(window, job);
  return most && transaction.count_live(window.id) >= *most;
}

bool Inventory::Impl::next_must_wait(const Job& job,
                                     const Window& window,
                                     Source& source,
                                     const std::optional<Key>& to,
                                     std::int64_t there) {
  const Limits limits = limits_for({}, window, job);
  const Position position = next_position(window);
  if (!limits.min_count || there >= *limits.min_count || !reaches(position, to)) {
    return false;
  }
  const auto no_part = [](const std::string&) {};
  Cutter cutter(source, Room(limits, size_plan(window, limits)), nullptr, no_part);
  return must_wait(job, window, limits, cutter.cut(position, *to));
}

Backlog Inventory::backlog(const std::string& job_name, const std::string& window_name) {
  Job job;
  Window window;
  OpenTotals open;
  bool closed = false;
  impl_->reading([&](StoreTransaction& transaction) {
    job = impl_->need_job(transaction, job_name);
    window = impl_->need_window(transaction, job, window_name);
    closed = job.paused || window.state != WindowState::active ||
             impl_->is_full(transaction, window, job);
    open = transaction.open_totals(window.id, job.definition.key_type);
  });
  job = narrowed(std::move(job), window);
  Backlog backlog;
  backlog.job = job.name;
  backlog.window = window.name;
  backlog.count = open.count;
  backlog.weight = open.weight;
  backlog.first_key = open.first_key;
  backlog.last_key = open.last_key;
  backlog.processing = open.processing;
  backlog.failed = open.failed;
  backlog.exhausted = open.exhausted;
  backlog.cancelled = open.cancelled;
  backlog.ready = closed ? 0 : open.due;

  impl_->add_fresh(job, window, closed, backlog);
  if (backlog.first_key) {
    Source& source = impl_->source_of(job);
    const auto reading = source.begin(kScanTimeout);
    backlog.oldest_age_seconds = source.age_seconds(*backlog.first_key);
  }
  return backlog;
}

ClosedTotals Inventory::closed(const std::string& job_name, const std::string& window_name) {
  return impl_->reading([&](StoreTransaction& transaction) {
    const Job job = impl_->need_job(transaction, job_name);
    return transaction.closed_totals(impl_->need_window(transaction, job, window_name).id);
  });
}

namespace {

Batch planned_batch(const Job& job, const Window& window, const Cut& cut) {
  Batch batch;
  name_origin(batch, job, window.id, window.name);
  batch.first_key = cut.first_key;
  batch.last_key = cut.last_key;
  batch.count = cut.count;
  batch.weight = cut.weight;
  batch.size_reason = cut.size_reason;
  return batch;
}

/// Of what can be taken now, leaves what stays where an acquire with these limits takes back what
/// others planned ahead.
void as_if_taken_back(std::vector<StoredBatch>& due,
                      Window& window,
                      const Job& job,
                      const std::string& limits) {
  const bool of_others = std::any_of(due.begin(), due.end(), [&](const StoredBatch& stored) {
    return stored.ahead &&
           (stored.ahead->limits != limits || stored.batch.version_id != job.version_id);
  });
  if (!of_others) {
    return;
  }
  for (std::size_t i = due.size(); i-- > 0;) {
    if (due[i].ahead && due[i].batch.last_key == window.frontier) {
      window.frontier = due[i].ahead->frontier;
      due.erase(due.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
}

}  // namespace

std::vector<Batch> Inventory::plan(const std::string& job_name,
                                   const AcquireOptions& options,
                                   std::int64_t most) {
  Job job;
  Window window;
  std::vector<StoredBatch> due;
  bool closed = false;
  bool blocked = false;
  impl_->reading([&](StoreTransaction& transaction) {
    job = impl_->need_job(transaction, job_name);
    window = impl_->need_window(transaction, job, options.window);
    closed = job.paused || window.state != WindowState::active ||
             impl_->is_full(transaction, window, job);
    const TimePoint now = transaction.now();
    blocked =
        options.ordered &&
        !why_not_in_order(transaction.find_unfinished(window.id, window.newest_first)).empty();
    for (StoredBatch& stored : transaction.open_batches(window.id)) {
      if (*stored.batch.available_at <= now) {
        due.push_back(std::move(stored));
      }
    }
  });
  job = narrowed(std::move(job), window);
  const Limits limits = Impl::limits_for(options, window, job);
  if (closed || blocked) {
    return {};
  }
  const ExitPolicy policy = ExitPolicy::parse(job.definition.on_exit);
  const bool new_ones = options.retry != RetryMode::only;
  if (new_ones) {
    as_if_taken_back(due, window, job, text_of(options.limits));
  }
  if (window.newest_first) {
    std::reverse(due.begin(), due.end());
  }
  const auto reading = new_ones ? impl_->source_of(job).begin(kCountTimeout) : nullptr;
  // In the order of acquire: what waits before new ranges, and what after them.
  std::vector<Batch> planned;
  std::vector<Batch> after;
  for (const StoredBatch& stored : due) {
    const Batch& batch = stored.batch;
    if (stored.ahead && new_ones && !fits(stored, job.version_id, limits)) {
      const Position from{std::nullopt, batch.first_key};
      impl_->plan_ranges(job, window, limits, from, batch.last_key, most, planned);
    } else if (batch.status == BatchStatus::planned && (!stored.ahead || new_ones)) {
      planned.push_back(batch);
    } else if (options.retry != RetryMode::none && !stored.ahead &&
               batch.attempt < job.definition.max_attempts) {
      (options.retry == RetryMode::last ? after : planned).push_back(batch);
    } else if (options.ordered && planned.empty() && !stored.ahead && !policy.exhausted()) {
      // It fails for good as soon as somebody asks.
      return planned;
    }
  }
  if (new_ones) {
    const auto wanted = static_cast<std::size_t>(std::max<std::int64_t>(most, 0));
    const auto add = [&](const Cut& cut) {
      if (impl_->must_wait(job, window, limits, cut)) {
        return false;
      }
      planned.push_back(planned_batch(job, window, cut));
      return planned.size() < wanted;
    };
    if (planned.size() < wanted) {
      impl_->for_each_cut(job, window, limits, impl_->ask_horizon(job, window), add);
    }
  }
  planned.insert(planned.end(), after.begin(), after.end());
  if (static_cast<std::int64_t>(planned.size()) > most) {
    planned.resize(static_cast<std::size_t>(std::max<std::int64_t>(most, 0)));
  }
  return planned;
}

void Inventory::Impl::plan_ranges(const Job& job,
                                  const Window& window,
                                  const Limits& limits,
                                  Position position,
                                  const std::optional<Key>& to,
                                  std::int64_t most,
                                  std::vector<Batch>& planned) {
  Source& source = source_of(job);
  while (static_cast<std::int64_t>(planned.size()) < most && reaches(position, to)) {
    const auto no_part = [](const std::string&) {};
    Cutter cutter(source, Room(limits, size_plan(window, limits)), nullptr, no_part);
    const Cut cut = cutter.cut(position, *to);
    if (cut.count == 0) {
      break;
    }
    planned.push_back(planned_batch(job, window, cut));
    position = {cut.scanned_to, std::nullopt};
  }
}

void Inventory::Impl::for_each_cut(const Job& job,
                                   const Window& window,
                                   const Limits& limits,
                                   const std::optional<Key>& to,
                                   const OnCut& each) {
  Source& all = source_of(job);
  const auto missing = missing_in(nullptr, job, window, all);
  Source& source = missing ? *missing : all;
  const auto no_part = [](const std::string&) {};
  const Room room(limits, size_plan(window, limits));
  Window at = window;
  for (bool more = true; more;) {
    Cut cut;
    if (at.newest_first) {
      const auto rest = rest_of(at);
      cut = rest ? cut_newest(source, room, nullptr, no_part, *rest) : Cut();
    } else if (const Position position = next_position(at); reaches(position, to)) {
      cut = Cutter(source, room, nullptr, no_part).cut(position, *to);
    }
    more = cut.count > 0 && each(cut);
    at.frontier = cut.scanned_to;
  }
}

void Inventory::list_batches(const std::string& job_name,
                             BatchFilter filter,
                             const std::string& window,
                             const std::function<void(const Batch&)>& each) {
  impl_->reading([&](StoreTransaction& transaction) {
    const Job job = impl_->need_job(transaction, job_name);
    filter.job_id = job.id;
    if (!window.empty()) {
      filter.window_id = impl_->need_window(transaction, job, window).id;
    }
    transaction.list_batches(filter, each);
  });
}

namespace {

/// The last attempt of a batch whose attempts were pruned. Its signal is not known any more, and a
/// failure of any kind is one.
Attempt last_attempt_of(const Batch& batch) {
  Attempt last;
  last.attempt = std::max(batch.attempt, 1);
  last.run_id = batch.run_id;
  last.started_at = *batch.acquired_at;
  last.ended_at = batch.released_at;
  last.outcome = batch.skipped                                ? Outcome::skipped
                 : batch.status == BatchStatus::succeeded     ? Outcome::succeeded
                 : batch.status == BatchStatus::failed        ? Outcome::failed
                 : batch.children.empty() && !batch.exit_code ? Outcome::cancelled
                 : batch.children.empty()                     ? Outcome::failed
                                                              : Outcome::split;
  last.exit_code = batch.exit_code;
  last.message = batch.message;
  last.outputs = batch.outputs;
  return last;
}

}  // namespace

BatchHistory Inventory::Impl::history_of(StoreTransaction& transaction,
                                         const StoredBatch& stored) const {
  BatchHistory history;
  history.batch = stored.batch;
  history.batch.children = transaction.list_children(stored.batch.id);
  history.attempts = transaction.list_attempts(stored.batch.id);
  if (stored.batch.status == BatchStatus::processing) {
    Attempt running;
    running.attempt = stored.batch.attempt;
    running.run_id = stored.batch.run_id;
    running.started_at = *stored.batch.acquired_at;
    history.attempts.push_back(std::move(running));
  } else if (history.attempts.empty() && stored.batch.acquired_at && stored.batch.released_at) {
    history.pruned = true;
    history.attempts.push_back(last_attempt_of(history.batch));
  }
  return history;
}

BatchHistory Inventory::find_batch(std::int64_t batch_id) {
  return impl_->reading([&](StoreTransaction& transaction) {
    return impl_->history_of(transaction,
                             impl_->need_batch(transaction.find_batch(batch_id), batch_id));
  });
}

AssetHistory Inventory::find_asset(const std::string& job_name, const std::string& key_text) {
  const Job job = find_job(job_name);
  AssetHistory history{Key::parse(job.definition.key_type, key_text), {}, {}, {}};
  Source& source = impl_->source_of(job);
  {
    const auto reading = source.begin(kScanTimeout);
    if (const auto asset = source.find_key(history.key)) {
      history.item = asset->item;
      history.weight = asset->weight;
    }
  }
  impl_->reading([&](StoreTransaction& transaction) {
    for (const StoredBatch& stored : transaction.batches_around(job.id, history.key)) {
      // What was planned ahead is still waiting.
      if (!stored.ahead && impl_->holds(transaction, stored, history.key)) {
        history.batches.push_back(impl_->history_of(transaction, stored));
      }
    }
  });
  if (!history.item && history.batches.empty()) {
    throw Error(ErrorCode::not_found,
                "no asset has the key " + history.key.text() + " in " + job.definition.table +
                    ", and no batch of job '" + job_name + "' ever held it");
  }
  return history;
}

std::vector<AssetHistory> Inventory::find_item(const std::string& job_name,
                                               const std::string& item) {
  const Job job = find_job(job_name);
  if (!job.definition.item_column) {
    throw Error(ErrorCode::refused,
                "job '" + job_name +
                    "' names no item column; ask by --key, or set one with 'tranche job update " +
                    job_name + " --item COLUMN'");
  }
  std::vector<Asset> assets;
  {
    Source& source = impl_->source_of(job);
    const auto reading = source.begin(kCountTimeout);
    assets = source.find_item(item);
  }
  if (assets.empty()) {
    throw Error(ErrorCode::not_found,
                "no asset in " + job.definition.table + " has the item '" + item + "'");
  }
  std::vector<AssetHistory> histories;
  for (const Asset& asset : assets) {
    histories.push_back(find_asset(job_name, asset.key.text()));
  }
  return histories;
}

std::vector<AttemptTotals> Inventory::attempt_totals() {
  return impl_->reading([](StoreTransaction& transaction) { return transaction.attempt_totals(); });
}

void Inventory::start_run(const Run& run) {
  impl_->writing([&](StoreTransaction& transaction) {
    const Job job = impl_->need_job(transaction, run.job);
    transaction.insert_run(run, job.id, impl_->need_window(transaction, job, run.window).id);
  });
}

void Inventory::finish_run(const std::string& run_id,
                           int exit_status,
                           std::int64_t succeeded,
                           std::int64_t failed) {
  impl_->writing([&](StoreTransaction& transaction) {
    transaction.finish_run(run_id, exit_status, succeeded, failed);
  });
}

void Inventory::add_identity(const std::string& run_id, const Identity& identity) {
  if (!identity.empty()) {
    impl_->writing(
        [&](StoreTransaction& transaction) { transaction.add_identity(run_id, identity); });
  }
}

Run Inventory::find_run(const std::string& run_id) {
  return impl_->reading([&](StoreTransaction& transaction) {
    auto run = transaction.find_run(run_id);
    if (!run) {
      throw Error(ErrorCode::not_found,
                  "run '" + run_id + "' not found, or pruned; 'tranche runs' lists them");
    }
    return std::move(*run);
  });
}

std::vector<Run> Inventory::list_runs(const std::optional<std::string>& job,
                                      std::int64_t limit,
                                      const Identity& identity) {
  return impl_->reading([&](StoreTransaction& transaction) {
    const auto id = job ? std::optional(impl_->need_job(transaction, *job).id) : std::nullopt;
    return transaction.list_runs(id, identity, limit);
  });
}

}  // namespace tranche
