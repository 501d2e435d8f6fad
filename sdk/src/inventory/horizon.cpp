#include "horizon/points.hpp"
#include "inventory/impl.hpp"

namespace tranche {

namespace {

// Draining a long backlog needs no look; but it should not be the reason why a load that begins
// meanwhile delays what came before it.
constexpr auto kLookAgain = std::chrono::seconds(1);

std::optional<Key> lower_of(const std::optional<Key>& a, const std::optional<Key>& b) {
  return a && b ? std::min(a, b) : std::nullopt;
}

std::optional<Key> within(const Window& window, const std::optional<Key>& key) {
  return window.upper ? lower_of(window.upper, key) : key;
}

std::string described(const Writer& writer) {
  const std::string who =
      writer.pid ? "pid " + std::to_string(*writer.pid) : "prepared transaction";
  return writer.name.empty() ? who : who + " '" + writer.name + "'";
}

}  // namespace

std::optional<Key> Inventory::Impl::known_horizon(const Job& job, const Window& window) {
  const OpenSource& open = open_of(job);
  const bool fresh = std::chrono::steady_clock::now() < open.looked_at + kLookAgain;
  return fresh ? within(window, open.settled) : std::nullopt;
}

void Inventory::Impl::look_at_newest(const Job& job) {
  OpenSource& open = open_of(job);
  open.newest = open.source->newest_key();
  open.looked_at = std::chrono::steady_clock::now();
}

std::optional<Key> Inventory::Impl::look_at_horizon(StoreTransaction& transaction,
                                                    const Job& job,
                                                    const Window& window,
                                                    Record record) {
  look_at_newest(job);
  return look_at_writers(transaction, job, window, record);
}

std::optional<Key> Inventory::Impl::look_at_writers(StoreTransaction& transaction,
                                                    const Job& job,
                                                    const Window& window,
                                                    Record record) {
  OpenSource& open = open_of(job);
  Source& source = *open.source;
  const Duration settle = job.definition.settle;
  const std::optional<Key> newest = open.newest;
  if (!source.watches_writers() && settle == Duration::zero()) {
    open.settled = newest;
    return within(window, newest);
  }
  // A newest key below the settled one: the newest assets were deleted, or keys begin anew.
  if (newest && open.settled != newest) {
    // Points are read before the writers are: what was stored since could wait for one that has
    // begun since.
    const auto locked = record == Record::yes ? transaction.lock_horizon(job.id) : std::nullopt;
    auto points = horizon::Points::parse(job.definition.key_type,
                                         locked ? *locked : transaction.read_horizon(job.id));
    const TimePoint now = transaction.now();
    Writers writers = source.writers();
    if (open.server != writers.server) {
      open.server = writers.server;
      open.settled.reset();
    }
    if (points.add({*newest, std::move(writers), now}, settle) && locked) {
      transaction.write_horizon(job.id, points.text());
    }
    const auto settled = points.settled(now, settle);
    open.settled = open.settled ? std::max(open.settled, settled) : settled;
  }
  // Where the newest assets were deleted, their keys may be given again.
  return within(window, lower_of(open.settled, newest));
}

std::optional<Key> Inventory::Impl::ask_horizon(const Job& job, const Window& window) {
  // A table that somebody else has locked makes this wait, which must not hold the inventory up: a
  // transaction that writes is SQLite's only one.
  look_at_newest(job);
  const auto look = [&](Record record) {
    return [&, record](StoreTransaction& transaction) {
      return look_at_writers(transaction, job, window, record);
    };
  };
  if (!source_of(job).watches_writers()) {
    return reading(look(Record::no));
  }
  try {
    return writing(look(Record::yes));
  } catch (const Error& error) {
    if (error.code() != ErrorCode::refused) {
      throw;
    }
    return reading(look(Record::no));
  }
}

std::string Inventory::Impl::why_unsettled(const Job& job, const Window& window) {
  const OpenSource& open = open_of(job);
  const bool all_settled = !open.newest || (open.settled && *open.newest <= *open.settled);
  if (all_settled || (window.upper && open.settled && *window.upper <= *open.settled)) {
    return {};
  }
  const std::string which = open.settled ? "assets after key " + open.settled->text()
                                         : "the assets of job '" + job.name + "'";
  const auto writers = open.source->describe_writers();
  if (!writers.empty()) {
    return which +
           " wait for a transaction that began before the newest of them and is still writing: " +
           described(writers.front());
  }
  return job.definition.settle > Duration::zero()
             ? which + " settle for " + format_duration(job.definition.settle)
             : "";
}

Horizon Inventory::Impl::tick(const Job& job) {
  OpenSource& open = open_of(job);
  const auto reading_source = open.source->begin(kScanTimeout);
  ask_horizon(job, Window{});
  Horizon horizon{open.newest, open.settled, {}};
  if (horizon.settled < horizon.newest) {
    horizon.writers = open.source->describe_writers();
  }
  return horizon;
}

bool Inventory::needs_looks(const std::string& name) {
  const Job job = find_job(name);
  return job.definition.settle > Duration::zero() || impl_->source_of(job).watches_writers();
}

Horizon Inventory::tick(const std::string& job) {
  return impl_->tick(find_job(job));
}

}  // namespace tranche
