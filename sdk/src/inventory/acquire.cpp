#include "inventory/acquisition.hpp"
#include "inventory/lease.hpp"

namespace tranche {

void check_lease(Duration lease) {
  if (lease < kShortestLease) {
    throw Error(ErrorCode::usage,
                "a lease of " + format_duration(lease) + " is too short; accepted is at least " +
                    format_duration(kShortestLease));
  }
}

Acquired Inventory::acquire(const std::string& name, const AcquireOptions& options) {
  return Impl::Acquisition(*impl_, name, options).acquire();
}

Handed Inventory::release_and_acquire(const Batch& held,
                                      const ReleaseRequest& request,
                                      const AcquireOptions& options) {
  Impl::Acquisition acquisition(*impl_, held.job, options);
  Handed handed;
  bool released = false;
  try {
    if (auto planned = acquisition.hand_over(held, request)) {
      released = true;
      handed.released = std::move(planned->released);
      handed.next = planned->next ? std::move(planned->next) : acquisition.acquire();
      return handed;
    }
    impl_->writing([&](StoreTransaction& transaction) {
      acquisition.lock_early(transaction, &held);
      handed.released = impl_->end_held(transaction, held, request);
      acquisition.note_time_of(handed.released);
      handed.next = acquisition.run(transaction);
    });
    if (acquisition.must_wait()) {
      handed.next = acquisition.acquire();
    }
  } catch (const Error& error) {
    if (error.action() == ErrorAction::inspect || error.code() == ErrorCode::unreachable) {
      throw;
    }
    // Whatever the acquire ran into, the release counts.
    if (!released) {
      handed.released = release(held.id, held.token, request);
    }
    handed.next.reset();
  }
  return handed;
}

std::optional<Batch> Inventory::find_held(const std::string& job_name,
                                          const std::string& window_name,
                                          const std::string& token) {
  return impl_->reading([&](StoreTransaction& transaction) -> std::optional<Batch> {
    const Job job = impl_->need_job(transaction, job_name);
    const Window window = impl_->need_window(transaction, job, window_name);
    for (StoredBatch& stored : transaction.open_batches(window.id)) {
      if (stored.batch.token == token && stored.batch.status == BatchStatus::processing) {
        return std::move(stored.batch);
      }
    }
    return std::nullopt;
  });
}

TimePoint Inventory::heartbeat(std::int64_t batch_id,
                               const std::string& token,
                               std::optional<Duration> lease) {
  if (lease) {
    check_lease(*lease);
  }
  return impl_->writing([&](StoreTransaction& transaction) {
    const auto end = transaction.extend_lease(batch_id, token, lease);
    if (!end) {
      const StoredBatch stored = impl_->need_batch(transaction.find_batch(batch_id), batch_id);
      throw Error(ErrorCode::lease_lost, describe_lost(stored, token));
    }
    return *end;
  });
}

}  // namespace tranche
