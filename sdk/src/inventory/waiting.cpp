#include "inventory/waiting.hpp"

#include "inventory/impl.hpp"

namespace tranche {

namespace {

/// Since when, where that is known. An older asset may have appeared since: then somebody has
/// waited since that time all the same.
std::optional<TimePoint> waiting_since(const Window& window, const Key& first) {
  const bool seen = window.waiting_key && first <= *window.waiting_key;
  return seen ? window.waiting_since : std::nullopt;
}

std::optional<Duration> left_of(const Limits& limits, TimePoint since, TimePoint now) {
  const Duration left = since + limits.max_wait.value_or(kMaxWait) - now;
  return left > Duration::zero() ? std::optional(left) : std::nullopt;
}

}  // namespace

bool is_small(const Cut& cut, const Limits& limits, const Window& window) {
  // Downwards, all was there when the campaign was created.
  const bool last =
      window.newest_first || (window.upper && cut.scanned_to && *cut.scanned_to >= *window.upper);
  return limits.min_count && cut.count > 0 && cut.count < *limits.min_count && !cut.full &&
         cut.in_time && !last;
}

std::optional<Duration> time_to_wait(StoreTransaction& transaction,
                                     const Window& window,
                                     const Limits& limits,
                                     const Key& first) {
  const TimePoint now = transaction.now();
  const auto since = waiting_since(window, first);
  const auto left = left_of(limits, since.value_or(now), now);
  if (left && !since) {
    transaction.note_waiting(window.id, first);
  }
  return left;
}

std::string why_waiting(const Limits& limits) {
  return "fewer than " + std::to_string(*limits.min_count) +
         " assets wait (--min-count); they go out " +
         format_duration(limits.max_wait.value_or(kMaxWait)) +
         " after they were first seen (--max-wait)";
}

bool Inventory::Impl::must_wait(const Job& job,
                                const Window& window,
                                const Limits& limits,
                                const Cut& cut) {
  if (!is_small(cut, limits, window)) {
    return false;
  }
  if (const auto since = waiting_since(window, *cut.first_key)) {
    const TimePoint now = reading([](StoreTransaction& transaction) { return transaction.now(); });
    return left_of(limits, *since, now).has_value();
  }
  try {
    return writing([&](StoreTransaction& transaction) {
      // Who has it locked cuts ranges, and so looks as well.
      const auto locked = transaction.try_lock_window(window.id, job.definition.key_type);
      return !locked || time_to_wait(transaction, locked->window, limits, *cut.first_key);
    });
  } catch (const Error& error) {
    // A role that may only read has seen nothing.
    if (error.code() != ErrorCode::refused) {
      throw;
    }
    return limits.max_wait != Duration::zero();
  }
}

}  // namespace tranche
