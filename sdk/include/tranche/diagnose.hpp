#pragma once

#include "tranche/database_url.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tranche {

/// One thing that `doctor` looked at.
struct Finding {
  enum class State {
    ok,
    warning,  ///< works, but a promise of tranche holds only in part
    broken,   ///< tranche cannot work like this
  };
  State state = State::ok;
  std::string check;   ///< "fsync", "journal mode", ...
  std::string detail;  ///< one line: what there is, and where it is no good, what to do
};
std::string_view to_string(Finding::State state);

/// Looks at an inventory's database: whether it is reachable, its schema, and whether it keeps what
/// it acknowledges. Never throws an Error: what fails is a finding. Changes nothing.
std::vector<Finding> diagnose(const DatabaseUrl& where, const std::string& schema);

}  // namespace tranche
