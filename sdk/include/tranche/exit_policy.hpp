#pragma once

#include "tranche/units.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tranche {

/// What happens to a batch whose command did not succeed.
struct ExitAction {
  enum class Kind {
    retry,   ///< again after the retry delay, while attempts are left
    fail,    ///< exhausted at once
    skip,    ///< counts as succeeded, marked skipped
    split,   ///< two halves, each a new batch; a single asset is exhausted
    halt,    ///< retryable, and the window is paused
    snooze,  ///< again after `delay`, the attempt not counted
  };
  Kind kind = Kind::retry;
  Duration delay{};
};

/// A job's failure policy: `--on-exit
/// 75=retry,64-78=fail,KILL=split,timeout=split,exhausted=split,*=retry`. The first match wins;
/// nothing matches: retry. 137, KILL and SIGKILL are one. A value.
class ExitPolicy {
 public:
  /// Errors: ErrorCode::usage naming the entry and what would be accepted.
  static ExitPolicy parse(std::string_view list);

  struct End {
    std::optional<int> exit_code;
    std::optional<int> signal;
    bool timed_out = false;
  };
  ExitAction match(const End& end) const;
  /// What `exhausted=…` says; nullopt: nothing.
  std::optional<ExitAction> exhausted() const { return exhausted_; }

 private:
  struct Entry {
    enum class On { status, timeout, any } on = On::any;
    int low = 0;
    int high = 0;
    ExitAction action;
  };
  std::vector<Entry> entries_;
  std::optional<ExitAction> exhausted_;
};

/// "KILL" or "SIGKILL" -> 9. Errors: nullopt where it is none.
std::optional<int> signal_from_name(std::string_view name);
/// 9 -> "SIGKILL".
std::string signal_name(int number);

}  // namespace tranche
