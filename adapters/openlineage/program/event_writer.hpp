#pragma once

#include "tranche/adapter.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tranche::adapters::openlineage {

/// Makes OpenLineage's run events of what a runner tells (adapters/README.md): a START for each
/// attempt, and one COMPLETE, FAIL or ABORT.
class EventWriter {
 public:
  explicit EventWriter(const Environment& environment);

  /// The event to send, one line of JSON; empty: there is none. Errors: of JSON, where a field is
  /// missing.
  std::optional<std::string> hear(const nlohmann::json& told);
  /// What is to be said of attempts whose end nobody told: the runner was killed. Not of those that
  /// a step handed over, or was about to end.
  std::vector<std::string> lose_all();

 private:
  struct Attempt {
    nlohmann::json start;       ///< the event
    nlohmann::json parameters;  ///< of its facet
    std::string begun_at;
    std::int64_t count = 0;
    bool resumed = false;  ///< begun by an earlier process, which told its start
  };
  Attempt attempt_of(const nlohmann::json& told, const nlohmann::json& caller) const;
  std::string begin(const nlohmann::json& told);
  void resume(const nlohmann::json& told);
  std::optional<std::string> end(const nlohmann::json& told);
  std::string close(Attempt attempt, const std::string& type, const std::string& time) const;

  const Environment environment_;
  const nlohmann::json caller_;
  nlohmann::json run_ = nlohmann::json::object();
  std::map<std::int64_t, Attempt> held_;  ///< by batch
};

}  // namespace tranche::adapters::openlineage
