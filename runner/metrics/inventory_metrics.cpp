#include "metrics/inventory_metrics.hpp"

#include "log.hpp"
#include "metrics/exposition.hpp"
#include "version.hpp"

#include "tranche/error.hpp"

#include <map>

namespace tranche::runner {
namespace {

using Labels = Exposition::Labels;
using Type = Exposition::Type;

constexpr std::array<Outcome, 10> kOutcomes{Outcome::succeeded,
                                            Outcome::failed,
                                            Outcome::timeout,
                                            Outcome::lost,
                                            Outcome::returned,
                                            Outcome::not_started,
                                            Outcome::snoozed,
                                            Outcome::skipped,
                                            Outcome::split,
                                            Outcome::cancelled};

/// Whether the command came to an end of its own, so that its duration says something.
bool has_duration(Outcome outcome) {
  switch (outcome) {
    case Outcome::succeeded:
    case Outcome::failed:
    case Outcome::timeout:
    case Outcome::snoozed:
    case Outcome::skipped:
    case Outcome::split:
      return true;
    default:
      return false;
  }
}

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

Labels with(Labels labels, const char* name, std::string value) {
  labels.emplace_back(name, std::move(value));
  return labels;
}

void describe(Exposition& metrics) {
  metrics.family("tranche_info", Type::gauge, "The version of tranche that wrote this; always 1.");
  metrics.family("tranche_job_paused", Type::gauge, "Whether a job hands out nothing.");
  metrics.family("tranche_backlog_up",
                 Type::gauge,
                 "Whether the backlog of a window could be read from its source.");
  metrics.family("tranche_backlog_assets", Type::gauge, "Assets in no succeeded batch.");
  metrics.family(
      "tranche_backlog_weight", Type::gauge, "Weight of the assets in no succeeded batch.");
  metrics.family("tranche_backlog_ready_assets", Type::gauge, "Assets that can be handed out now.");
  metrics.family("tranche_backlog_unsettled_assets",
                 Type::gauge,
                 "Assets that wait for older writers to end.");
  metrics.family("tranche_backlog_oldest_age_seconds",
                 Type::gauge,
                 "Age of the oldest asset of the backlog, where the job can tell a time.");
  metrics.family(
      "tranche_batches", Type::gauge, "Batches that are not done, by what they wait for.");
  metrics.family("tranche_attempts_total",
                 Type::counter,
                 "Attempts that have ended, by outcome, as far as they are kept.");
  metrics.family("tranche_attempt_duration_seconds",
                 Type::histogram,
                 "Duration of attempts whose command ended by itself or by its time-out.");
  metrics.family("tranche_lease_takeovers_total",
                 Type::counter,
                 "Attempts whose lease ended and whose batch somebody else took over.");
}

void add_backlog(Exposition& metrics, const Backlog& backlog, const Labels& labels) {
  metrics.add("tranche_backlog_assets", labels, static_cast<double>(backlog.count));
  metrics.add("tranche_backlog_weight", labels, backlog.weight);
  metrics.add("tranche_backlog_ready_assets", labels, static_cast<double>(backlog.ready));
  metrics.add("tranche_backlog_unsettled_assets", labels, static_cast<double>(backlog.unsettled));
  if (backlog.oldest_age_seconds) {
    metrics.add("tranche_backlog_oldest_age_seconds", labels, *backlog.oldest_age_seconds);
  }
  for (const auto& [state, number] : {std::pair("processing", backlog.processing),
                                      std::pair("failed", backlog.failed),
                                      std::pair("exhausted", backlog.exhausted),
                                      std::pair("cancelled", backlog.cancelled)}) {
    metrics.add("tranche_batches", with(labels, "state", state), static_cast<double>(number));
  }
}

void add_window(Exposition& metrics,
                Inventory& inventory,
                const std::string& job,
                const Window& window) {
  if (window.state == WindowState::cancelled) {
    return;
  }
  const Labels labels{{"job", job}, {"window", window.name}};
  try {
    add_backlog(metrics, inventory.backlog(job, window.name), labels);
    metrics.add("tranche_backlog_up", labels, 1);
  } catch (const Error& error) {
    log::warn("the backlog of job '" + job + "' is left out: " + error.what());
    metrics.add("tranche_backlog_up", labels, 0);
  }
}

/// Every outcome from the start, at 0: the first failure of all is an increase as well.
void add_attempts(Exposition& metrics,
                  const Labels& labels,
                  const std::map<Outcome, AttemptTotals>& totals) {
  AttemptTotals all;
  for (const Outcome outcome : kOutcomes) {
    const auto found = totals.find(outcome);
    const AttemptTotals one = found == totals.end() ? AttemptTotals() : found->second;
    const auto attempts = static_cast<double>(one.attempts);
    metrics.add("tranche_attempts_total",
                with(labels, "outcome", std::string(to_string(outcome))),
                attempts);
    if (outcome == Outcome::lost) {
      metrics.add("tranche_lease_takeovers_total", labels, attempts);
    }
    if (has_duration(outcome)) {
      all.attempts += one.attempts;
      all.seconds += one.seconds;
      for (std::size_t i = 0; i < all.within.size(); ++i) {
        all.within[i] += one.within[i];
      }
    }
  }
  const auto bucket = [&](const std::string& bound, std::int64_t within) {
    metrics.add("tranche_attempt_duration_seconds",
                with(labels, "le", bound),
                static_cast<double>(within),
                "_bucket");
  };
  for (std::size_t i = 0; i < all.within.size(); ++i) {
    bucket(format_weight(seconds(kDurationBounds[i])), all.within[i]);
  }
  bucket("+Inf", all.attempts);
  metrics.add("tranche_attempt_duration_seconds", labels, all.seconds, "_sum");
  metrics.add(
      "tranche_attempt_duration_seconds", labels, static_cast<double>(all.attempts), "_count");
}

}  // namespace

std::string inventory_metrics(Inventory& inventory, const std::optional<std::string>& job) {
  Exposition metrics;
  describe(metrics);
  metrics.add("tranche_info", {{"version", std::string(version())}}, 1);
  const std::vector<Job> jobs =
      job ? std::vector<Job>{inventory.find_job(*job)} : inventory.list_jobs();
  std::map<std::pair<std::string, std::string>, std::map<Outcome, AttemptTotals>> totals;
  for (AttemptTotals& one : inventory.attempt_totals()) {
    const Outcome outcome = one.outcome;
    totals[{one.job, one.window}][outcome] = std::move(one);
  }
  for (const Job& one : jobs) {
    metrics.add("tranche_job_paused", {{"job", one.name}}, one.paused ? 1 : 0);
    for (const Window& window : inventory.list_windows(one.name)) {
      add_window(metrics, inventory, one.name, window);
      add_attempts(
          metrics, {{"job", one.name}, {"window", window.name}}, totals[{one.name, window.name}]);
    }
  }
  return metrics.text();
}

}  // namespace tranche::runner
