#include "tranche/types.hpp"

#include "tranche/error.hpp"

#include <array>

namespace tranche {

namespace {

template <typename Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Names<BatchStatus, 5> kStatuses{{{BatchStatus::planned, "planned"},
                                           {BatchStatus::processing, "processing"},
                                           {BatchStatus::succeeded, "succeeded"},
                                           {BatchStatus::failed, "failed"},
                                           {BatchStatus::cancelled, "cancelled"}}};

constexpr Names<Outcome, 10> kOutcomes{{{Outcome::succeeded, "succeeded"},
                                        {Outcome::failed, "failed"},
                                        {Outcome::timeout, "timeout"},
                                        {Outcome::lost, "lost"},
                                        {Outcome::returned, "returned"},
                                        {Outcome::not_started, "not_started"},
                                        {Outcome::snoozed, "snoozed"},
                                        {Outcome::skipped, "skipped"},
                                        {Outcome::split, "split"},
                                        {Outcome::cancelled, "cancelled"}}};

template <typename Enum, std::size_t N>
std::string_view name_of(const Names<Enum, N>& names, Enum value) {
  for (const auto& [known, name] : names) {
    if (known == value) {
      return name;
    }
  }
  return "unknown";
}

template <typename Enum, std::size_t N>
Enum value_of(const Names<Enum, N>& names, std::string_view text, const char* what) {
  std::string accepted;
  for (const auto& [value, name] : names) {
    if (name == text) {
      return value;
    }
    accepted += accepted.empty() ? "" : ", ";
    accepted += name;
  }
  throw Error(ErrorCode::usage,
              "'" + std::string(text) + "' is no " + what + "; accepted are " + accepted);
}

}  // namespace

std::string_view to_string(BatchStatus status) {
  return name_of(kStatuses, status);
}
BatchStatus batch_status_from_string(std::string_view name) {
  return value_of(kStatuses, name, "batch status");
}
std::string_view to_string(Outcome outcome) {
  return name_of(kOutcomes, outcome);
}
Outcome outcome_from_string(std::string_view name) {
  return value_of(kOutcomes, name, "outcome");
}

std::string_view to_string(RetryBackoff backoff) {
  return backoff == RetryBackoff::exponential ? "exponential" : "constant";
}

}  // namespace tranche
