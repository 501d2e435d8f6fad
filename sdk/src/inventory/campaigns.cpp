#include "inventory/campaign_filter.hpp"
#include "inventory/failure_budget.hpp"
#include "inventory/impl.hpp"
#include "source/filter_text.hpp"

#include "tranche/definition.hpp"

#include <algorithm>

namespace tranche {

void check_campaign_filter(const Inventory::Impl& impl, const Job& job, const std::string& filter) {
  JobDefinition definition = job.definition;
  definition.filter = filter;
  check_definition(definition);
  impl.inspect_filter(definition);
}

void check_max_in_flight(const std::optional<std::int64_t>& most) {
  if (most && *most < 1) {
    throw Error(ErrorCode::usage,
                "a campaign with " + std::to_string(*most) +
                    " batches in flight does nothing; accepted is a whole number of at least 1");
  }
}

void check_missing_version(Inventory::Impl& impl, const Job& job, int version) {
  const auto versions = impl.reading(
      [&](StoreTransaction& transaction) { return transaction.list_job_versions(job.id); });
  if (std::none_of(versions.begin(), versions.end(), [&](const Job& one) {
        return one.version == version;
      })) {
    throw Error(ErrorCode::refused,
                "job '" + job.name + "' has no version " + std::to_string(version) +
                    "; accepted is 1 to " + std::to_string(job.version));
  }
}

namespace {

void check_bounds(const Job& job, const Window& window) {
  if (!window.lower || !window.upper) {
    throw Error(ErrorCode::refused,
                "table " + job.definition.table +
                    " holds no asset to begin the campaign with; give --from and --to");
  }
  if (*window.upper < *window.lower) {
    throw Error(ErrorCode::refused,
                "the campaign would end at " + window.upper->text() + ", before its first key " +
                    window.lower->text() + "; --from must not be above --to");
  }
}

/// A campaign that begins at its end needs one, whatever bounds are given.
void check_newest(const Job& job,
                  const std::optional<Key>& settled,
                  const std::optional<Key>& lower) {
  constexpr const char* kInstead = "; create it later, or without --newest-first";
  if (!settled) {
    throw Error(ErrorCode::refused,
                "table " + job.definition.table +
                    " has no settled key yet that a campaign could begin with at its end" +
                    kInstead);
  }
  if (lower && *settled < *lower) {
    throw Error(ErrorCode::refused,
                "a campaign that begins at its end goes down from the newest settled key " +
                    settled->text() + ", and its first key " + lower->text() + " is above that" +
                    kInstead);
  }
}

/// The keys of a table that is ordered by time say it themselves.
void bound_keys(const TimeBounds& times, KeyType type, Window& window) {
  const auto key_at = [type](std::int64_t time) {
    constexpr std::int64_t kDay = 86'400'000'000;
    const std::int64_t days = time / kDay + (time % kDay > 0 ? 1 : 0);
    return Key::from_number(type, type == KeyType::date ? days : time);
  };
  if (times.from) {
    window.lower = key_at(*times.from);
  }
  if (times.before) {
    window.upper = Key::from_number(type, key_at(*times.before).number() - 1);
  }
}

}  // namespace

std::optional<TimeBounds> parse_times(const CampaignOptions& options) {
  constexpr std::int64_t kDay = 86'400'000'000;
  constexpr std::size_t kDateSize = 10;
  const auto parse = [](const std::string& text, const char* option, bool whole_day) {
    try {
      const bool date = text.size() == kDateSize;
      const std::int64_t at = Key::parse(KeyType::timestamp, text).number();
      return at + (whole_day ? (date ? kDay : 1) : 0);
    } catch (const Error&) {
      throw Error(ErrorCode::usage,
                  std::string(option) + ": '" + text +
                      "' is no time; accepted is a date such as 2026-01-31, or a time such as "
                      "2026-01-31T12:00:00Z");
    }
  };
  TimeBounds times;
  if (options.from_time) {
    times.from = parse(*options.from_time, "--from-time", false);
  }
  if (options.to_time) {
    times.before = parse(*options.to_time, "--to-time", true);
  }
  if (times.from && times.before && *times.before <= *times.from) {
    throw Error(ErrorCode::usage,
                "--from-time " + *options.from_time + " is later than --to-time " +
                    *options.to_time + "; give the earlier one as --from-time");
  }
  return times.from || times.before ? std::optional(times) : std::nullopt;
}

void check_times(const CampaignOptions& options) {
  parse_times(options);
}

bool Inventory::Impl::bound_by_time(const Job& job, const TimeBounds& times, Window& window) {
  const JobDefinition& definition = job.definition;
  const bool key_says =
      !definition.time_column && definition.key_is_time &&
      (definition.key_type == KeyType::timestamp || definition.key_type == KeyType::date);
  if (key_says) {
    bound_keys(times, definition.key_type, window);
    return false;
  }
  const auto reading = source_of(job).begin(kScanTimeout);
  window.filter = source::conjunction({window.filter, source_of(job).time_condition(times)});
  return true;
}

void Inventory::Impl::find_bounds(const Job& job,
                                  const CampaignOptions& options,
                                  bool by_time,
                                  Window& window) {
  const KeyType type = job.definition.key_type;
  const Job seen = narrowed(job, window);
  Source& source = source_of(seen);
  const auto reading = source.begin(kCountTimeout);
  if (options.from) {
    window.lower = std::max(window.lower, std::optional(Key::parse(type, *options.from)));
  }
  if (options.to) {
    const Key to = Key::parse(type, *options.to);
    window.upper = window.upper ? std::min(*window.upper, to) : to;
  }
  if (!window.lower || !window.upper || window.newest_first) {
    const auto settled = ask_horizon(seen, Window{});
    window.lower = window.lower ? window.lower : source.oldest_key();
    if (window.newest_first) {
      check_newest(job, settled, window.lower);
    }
    window.upper =
        window.upper && !(window.newest_first && settled < window.upper) ? window.upper : settled;
  }
  if (by_time && window.upper) {
    // The campaign need not read what lies before the first of them, or behind the last.
    const auto ends = source.ends(*window.upper);
    if (!ends || ends->second < *window.lower) {
      throw Error(ErrorCode::refused,
                  "no asset of " + job.definition.table +
                      " has a time between those of the campaign; look at --from-time and "
                      "--to-time");
    }
    window.lower = std::max(*window.lower, ends->first);
    window.upper = std::min(*window.upper, ends->second);
  }
}

std::int64_t Inventory::Impl::count_of(const Job& job, const Window& window) {
  const Job seen = narrowed(job, window);
  Source& all = source_of(seen);
  const auto missing = missing_in(nullptr, seen, window, all);
  Source& source = missing ? *missing : all;
  const auto reading = source.begin(kCountTimeout);
  return source.totals({std::nullopt, window.lower, window.upper}).count;
}

Window Inventory::Impl::define_campaign(const Job& job,
                                        const std::string& name,
                                        const CampaignOptions& options) {
  check_campaign_name(name);
  check_limits(options.limits);
  Window window;
  window.job_id = job.id;
  window.name = name;
  window.kind = WindowKind::campaign;
  window.limits = options.limits;
  const auto budget =
      options.halt_after ? std::optional(HaltAfter::parse(*options.halt_after)) : std::nullopt;
  window.halt_after = options.halt_after.value_or("");
  check_max_in_flight(options.max_in_flight);
  window.max_in_flight = options.max_in_flight;
  if (options.limits.max_weight && !job.definition.weight_column) {
    throw Error(ErrorCode::refused,
                "a weight limit needs a weight column, and job '" + job.name + "' names none");
  }
  if (options.missing_version) {
    check_missing_version(*this, job, *options.missing_version);
  }
  window.only_missing = options.only_missing || options.missing_version;
  window.missing_version = options.missing_version;
  window.newest_first = options.newest_first;
  check_campaign_filter(*this, job, options.filter);
  window.filter = options.filter;
  const auto times = parse_times(options);
  const bool by_time = times && bound_by_time(job, *times, window);
  find_bounds(job, options, by_time, window);
  check_bounds(job, window);
  if (budget) {
    window.halt_count = budget->of(budget->share ? count_of(job, window) : 0);
  }
  // What the job's batches took, those of a campaign will take.
  window.learned = reading([&](StoreTransaction& transaction) {
    return need_window(transaction, job, std::string(kIncremental)).learned;
  });
  return window;
}

std::int64_t Inventory::Impl::insert_campaign(StoreTransaction& transaction, const Window& window) {
  const std::int64_t id = transaction.insert_window(window);
  if (!window.learned.empty()) {
    transaction.write_learned(id, window.learned);
  }
  return id;
}

Window Inventory::create_campaign(const std::string& job_name,
                                  const std::string& name,
                                  const CampaignOptions& options) {
  const Job job = find_job(job_name);
  const Window window = impl_->define_campaign(job, name, options);
  return impl_->writing([&](StoreTransaction& transaction) {
    Impl::insert_campaign(transaction, window);
    return impl_->need_window(transaction, job, name);
  });
}

}  // namespace tranche
