#include "inventory/failure_budget.hpp"

#include "tranche/error.hpp"
#include "tranche/inventory.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace tranche {

namespace {

// Quarters of a delay in thousandths.
constexpr std::uint64_t kSpread = 1000;
constexpr std::int64_t kQuarter = 4;

/// Sebastiano Vigna's splitmix64: neighbours become far apart.
std::uint64_t scattered(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15U;
  value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
  value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
  return value ^ (value >> 31U);
}

[[noreturn]] void refuse(const std::string& text) {
  throw Error(
      ErrorCode::usage,
      "--halt-after: '" + text +
          "' is no error budget; accepted is a share such as 5%, or a number of assets from "
          "1");
}

}  // namespace

Duration retry_delay(const JobDefinition& job, std::int64_t batch_id, int attempts) {
  if (job.retry_backoff == RetryBackoff::constant || job.retry_delay == Duration::zero()) {
    return job.retry_delay;
  }
  const Duration longest = std::max(job.retry_delay, job.max_retry_delay);
  Duration delay = job.retry_delay;
  for (int attempt = 1; attempt < attempts && delay < longest; ++attempt) {
    delay = std::min(delay * 2, longest);
  }
  const std::uint64_t seed =
      scattered(static_cast<std::uint64_t>(batch_id)) + static_cast<std::uint64_t>(attempts);
  const auto part = static_cast<std::int64_t>(scattered(seed) % (kSpread + 1));
  return delay + delay / kQuarter * part / static_cast<std::int64_t>(kSpread);
}

HaltAfter HaltAfter::parse(const std::string& text) {
  HaltAfter read;
  const char* const end = text.data() + text.size();
  if (text.ends_with('%')) {
    double percent = 0;
    const auto [stop, failed] = std::from_chars(text.data(), end - 1, percent);
    if (failed != std::errc() || stop != end - 1 || !(percent > 0 && percent <= 100)) {
      refuse(text);
    }
    read.share = percent / 100;
    return read;
  }
  const auto [stop, failed] = std::from_chars(text.data(), end, read.count);
  if (failed != std::errc() || stop != end || read.count < 1) {
    refuse(text);
  }
  return read;
}

void check_halt_after(const std::string& text) {
  HaltAfter::parse(text);
}

std::int64_t HaltAfter::of(std::int64_t assets) const {
  // 5% of 20 is 1, whatever doubles make of it.
  constexpr double kRounding = 1e-9;
  return share ? std::max<std::int64_t>(1,
                                        static_cast<std::int64_t>(std::ceil(
                                            static_cast<double>(assets) * *share - kRounding)))
               : count;
}

void spend_budget(StoreTransaction& transaction, const Batch& failed) {
  const auto locked = transaction.lock_window(failed.window_id, failed.first_key->type());
  if (!locked || !locked->window.halt_count || locked->window.state != WindowState::active) {
    return;
  }
  const std::int64_t spent = transaction.exhausted_assets(failed.window_id);
  if (spent >= *locked->window.halt_count) {
    transaction.set_window_state(
        failed.window_id,
        WindowState::paused,
        "halted by batch " + std::to_string(failed.id) + ": " + std::to_string(spent) +
            (spent == 1 ? " asset has" : " assets have") +
            " failed for good, and --halt-after is " + locked->window.halt_after);
  }
}

}  // namespace tranche
