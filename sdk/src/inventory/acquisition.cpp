#include "inventory/acquisition.hpp"

#include "inventory/lease.hpp"
#include "inventory/newest_cut.hpp"
#include "inventory/waiting.hpp"
#include "source/filter_text.hpp"

#include <array>
#include <charconv>

namespace tranche {

namespace {

// Who waited so often and found nothing planned queues for the lock.
constexpr int kWaits = 2;

}  // namespace

std::string text_of(const Limits& limits) {
  if (!limits.max_count && !limits.max_weight && !limits.target_duration) {
    return {};
  }
  std::string text = limits.max_count ? std::to_string(*limits.max_count) : "";
  text += '/';
  if (limits.max_weight) {
    std::array<char, 32> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), *limits.max_weight);
    text.append(digits.data(), end.ptr);
  }
  text += limits.target_duration ? "/" + format_duration(*limits.target_duration) : "";
  return text;
}

std::string why_closed(const Window& window, const Job& job, bool job_paused) {
  if (job_paused) {
    return "job '" + job.name + "' is paused; 'tranche job resume " + job.name + "' goes on";
  }
  if (window.state == WindowState::active) {
    return {};
  }
  const bool campaign = window.kind == WindowKind::campaign;
  const std::string name =
      (campaign ? "campaign '" + window.name + "'" : "the incremental window") + " of job '" +
      job.name + "'";
  if (window.state == WindowState::cancelled) {
    return name + " is cancelled";
  }
  const std::string reason = window.state_reason.empty() ? "" : " (" + window.state_reason + ")";
  const std::string resume =
      campaign ? "campaign resume " + window.name + " --job " + job.name : "job resume " + job.name;
  return name + " is paused" + reason + "; 'tranche " + resume + "' goes on";
}

namespace {

std::string why_unfinished(const Job& job, const Window& window, const Key& mark) {
  const std::string what = window.only_missing ? " is missing and" : std::string();
  return "no asset " + std::string(window.newest_first ? "down" : "up") + " to key " + mark.text() +
         what + " matches the filter of job '" + job.name +
         "'; the time for looking is over, and the next acquire goes on from there";
}

}  // namespace

Inventory::Impl::KnownWindow Inventory::Impl::known_part(const Window& window) {
  return {window.id, window.filter, window.only_missing, window.newest_first, window.max_in_flight};
}

Inventory::Impl::Acquisition::Acquisition(Impl& impl,
                                          const std::string& name,
                                          const AcquireOptions& options)
    : impl_(impl), name_(name), options_(options) {
  if (options.lease) {
    check_lease(*options.lease);
  }
  if (options.ordered && options.retry != RetryMode::first && options.retry != RetryMode::only) {
    throw Error(ErrorCode::usage,
                "an acquire in order takes what failed first; accepted is to retry 'first' or "
                "'only'");
  }
  limits_ = text_of(options.limits);
  claim_.token = options.token.empty() ? random_token() : options.token;
  claim_.run_id = options.run_id;
}

Acquired Inventory::Impl::Acquisition::acquire() {
  while (true) {
    if (busy_) {
      impl_.store->wait_for_window(window_id_);
      if (auto planned = take_planned()) {
        return {std::move(planned), {}, claim_.lease, false};
      }
      patient_ = ++waits_ == kWaits;
    }
    Acquired result =
        impl_.writing([&](StoreTransaction& transaction) { return run(transaction); });
    if (!busy_) {
      return result;
    }
  }
}

Acquired Inventory::Impl::Acquisition::run(StoreTransaction& transaction) {
  Acquired result;
  busy_ = outdated_ = took_back_ = counted_ = false;
  lock_early(transaction);
  result.lease = claim_.lease;
  if (cap() && !has_room(transaction, result)) {
    return result;
  }
  if (options_.ordered) {
    run_in_order(transaction, result);
    result.unfinished = result.unfinished && !result.batch;
    return result;
  }
  const RetryMode retry = options_.retry;
  result.batch = take_stored(transaction, retry == RetryMode::first || retry == RetryMode::only);
  if (!result.batch && retry != RetryMode::only) {
    cut_new(transaction, result);
  }
  if (!result.batch && !busy_ && retry == RetryMode::last) {
    result.batch = take_stored(transaction, true);
  }
  result.unfinished = result.unfinished && !result.batch;
  if (!result.batch && retry == RetryMode::only) {
    const Window window = look_again(transaction);
    result.note = why_closed(window, job_, job_.paused);
  }
  result.lease = claim_.lease;
  return result;
}

void Inventory::Impl::Acquisition::lock_early(StoreTransaction& transaction, const Batch* held) {
  begin(transaction);
  if (cap() || (held != nullptr && !held->size_reason.empty())) {
    patient_ = true;
    lock_window(transaction);
  }
}

std::optional<std::int64_t> Inventory::Impl::Acquisition::cap() const {
  return window_.max_in_flight ? window_.max_in_flight : job_.definition.max_in_flight;
}

bool Inventory::Impl::Acquisition::has_room(StoreTransaction& transaction, Acquired& result) {
  counted_ = true;
  const auto most = cap();
  if (!most || transaction.count_live(window_id_) < *most) {
    return true;
  }
  result.note = "as many batches of " +
                (options_.window == kIncremental ? "" : "campaign '" + options_.window + "' of ") +
                "job '" + name_ + "' are processed as may be at once (--max-in-flight " +
                std::to_string(*most) + ")";
  return false;
}

void Inventory::Impl::Acquisition::begin(StoreTransaction& transaction) {
  auto known = impl_.jobs.find(name_);
  if (known == impl_.jobs.end()) {
    known = impl_.jobs.emplace(name_, impl_.need_job(transaction, name_)).first;
  }
  auto& window = impl_.windows[{known->second.id, options_.window}];
  if (window.id == 0) {
    window = known_part(impl_.need_window(transaction, known->second, options_.window));
  }
  window_ = window;
  window_id_ = window.id;
  adopt(known->second);
  patient_ = patient_ || ahead().alone;
  // Refused before anything is locked.
  limits_for(options_, Window{}, job_);
}

void Inventory::Impl::Acquisition::adopt(const Job& job) {
  job_ = job;
  if (!window_.filter.empty()) {
    job_.definition.filter = source::conjunction({job.definition.filter, window_.filter});
  }
  claim_.lease = options_.lease.value_or(job.definition.lease.value_or(options_.default_lease));
}

void Inventory::Impl::Acquisition::remember(const Job& job) {
  impl_.jobs.insert_or_assign(name_, job);
  adopt(job);
}

Window Inventory::Impl::Acquisition::look_again(StoreTransaction& transaction) {
  impl_.jobs.erase(name_);
  const Job job = impl_.need_job(transaction, name_);
  Window window = impl_.need_window(transaction, job, options_.window);
  window_id_ = window.id;
  window_ = impl_.windows[{job.id, window.name}] = known_part(window);
  remember(job);
  return window;
}

std::optional<LockedWindow> Inventory::Impl::Acquisition::lock_window(
    StoreTransaction& transaction) {
  const KeyType type = job_.definition.key_type;
  auto locked = patient_ ? transaction.lock_window(window_id_, type)
                         : transaction.try_lock_window(window_id_, type);
  // Not to be seen as locked for ever where the job is another one of the same name by now.
  if (!locked && !patient_ &&
      (!queued_ || transaction.find_window(job_.id, options_.window, type))) {
    busy_ = queued_ = true;
    return std::nullopt;
  }
  if (!locked || locked->version_id != job_.version_id) {
    look_again(transaction);
    locked = transaction.lock_window(window_id_, job_.definition.key_type);
  }
  if (!locked || locked->version_id != job_.version_id) {
    throw Error(ErrorCode::busy, "job '" + name_ + "' is being changed by somebody else");
  }
  return locked;
}

void Inventory::Impl::Acquisition::cut_new(StoreTransaction& transaction, Acquired& result) {
  auto locked = lock_window(transaction);
  if (!locked) {
    return;
  }
  Window& window = locked->window;
  // The job may have a cap since we looked.
  if (!counted_ && cap() && !has_room(transaction, result)) {
    return;
  }
  result.note = why_closed(window, job_, locked->job_paused);
  if (!result.note.empty()) {
    return;
  }
  if (locked->planned_ahead > 0 && !outdated_) {
    // Planned since we looked for stored batches.
    result.batch = take_stored(transaction, false);
  }
  if (outdated_) {
    impl_.take_back_planned(transaction, window, job_.definition.key_type);
    took_back_ = true;
    result.batch = take_stored(transaction, false);
  }
  if (!result.batch) {
    cut(transaction, *locked, result);
  }
}

std::optional<Cut> Inventory::Impl::Acquisition::read_range(StoreTransaction& transaction,
                                                            const Window& window,
                                                            Cutter& cutter,
                                                            TimedScan& scan,
                                                            std::optional<Key>& to,
                                                            Acquired& result) {
  const Position position = next_position(window);
  const auto look = [&] { return impl_.look_at_horizon(transaction, job_, window, Record::yes); };
  to = impl_.known_horizon(job_, window);
  const bool known = reaches(position, to);
  to = known ? to : look();
  if (!reaches(position, to)) {
    result.note = impl_.why_unsettled(job_, window);
    return std::nullopt;
  }
  return cutter.cut(position, *to, known ? Cutter::Further(look) : nullptr, &scan);
}

void Inventory::Impl::Acquisition::cut(StoreTransaction& transaction,
                                       const LockedWindow& locked,
                                       Acquired& result) {
  const Window& window = locked.window;
  Impl::OpenSource& open = impl_.open_of(job_);
  const auto missing = impl_.missing_in(&transaction, job_, window, *open.source);
  Source& source = missing ? *missing : *open.source;
  TimedScan scan(source, open.stretch);
  std::int64_t reserved = 0;
  int parts = 0;
  const Limits limits = limits_for(options_, window, job_);
  const Room room(limits, size_plan(window, limits));
  const auto on_part = [&](const std::string& part) {
    reserved = reserved == 0 ? transaction.reserve_batch_id() : reserved;
    transaction.insert_batch_keys(reserved, parts++, part);
  };
  if (options_.sink != nullptr) {
    options_.sink->begin();
  }
  std::optional<Key> to;
  std::optional<Cut> read;
  if (window.newest_first) {
    const auto rest = rest_of(window);
    read = rest ? std::optional(cut_newest(source, room, options_.sink, on_part, *rest, &scan))
                : std::nullopt;
  } else {
    Cutter cutter(source, room, options_.sink, on_part);
    read = read_range(transaction, window, cutter, scan, to, result);
  }
  if (!read) {
    return;
  }
  Cut& range = *read;
  if (range.count == 0) {
    result.unfinished = !range.in_time;
    result.note = range.in_time ? impl_.why_unsettled(job_, window)
                                : why_unfinished(job_, window, *range.scanned_to);
    transaction.move_frontier(window.id, range.scanned_to, 0);
    return;
  }
  if (is_small(range, limits, window)) {
    result.due_in = time_to_wait(transaction, window, limits, *range.first_key);
  }
  if (result.due_in) {
    result.note = why_waiting(limits);
    if (parts > 0) {
      transaction.delete_batch_keys(reserved);
    }
    return;
  }
  const std::vector<NewBatch> planned =
      range.full && parts == 0 && !scan.is_slow() && may_plan(range.count)
          ? plan_ahead(window, ranges_ahead(locked, 0), range.count, *range.scanned_to, *to)
          : std::vector<NewBatch>();
  NewBatch made = range_of(window, range);
  made.id = reserved;
  made.frontier = planned.empty() ? range.scanned_to : planned.back().last_key;
  made.leads = planned.empty() ? apart(locked) : static_cast<int>(planned.size());
  result.batch = store(transaction, window, made);
  ahead().alone = made.leads < 0 || !may_plan(range.count);
  ahead().level = made.leads;
  if (!planned.empty()) {
    transaction.insert_planned(planned);
    ahead().taken(*result.batch);
  }
  result.sink_filled = options_.sink != nullptr;
}

NewBatch Inventory::Impl::Acquisition::range_of(const Window& window, Cut& cut) const {
  NewBatch made;
  made.window_id = window.id;
  made.version_id = job_.version_id;
  made.generation = window.generation;
  made.first_key = cut.first_key;
  made.last_key = cut.last_key;
  made.count = cut.count;
  made.weight = cut.weight;
  made.digest = cut.digest;
  made.last_part = std::move(cut.last_part);
  made.max_attempts = job_.definition.max_attempts;
  made.size_reason = std::move(cut.size_reason);
  return made;
}

Batch Inventory::Impl::Acquisition::store(StoreTransaction& transaction,
                                          const Window& window,
                                          NewBatch& made) {
  Batch batch = transaction.insert_batch(made, &claim_);
  batch.first_key = made.first_key;
  batch.last_key = made.last_key;
  batch.count = made.count;
  batch.weight = made.weight;
  batch.token = claim_.token;
  batch.run_id = claim_.run_id;
  batch.size_reason = made.size_reason;
  name_origin(batch, job_, window.id, window.name);
  return batch;
}

}  // namespace tranche
