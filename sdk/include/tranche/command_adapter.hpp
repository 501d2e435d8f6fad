#pragma once

#include "tranche/types.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tranche {

/// A command that is about to be started.
struct CommandPlan {
  std::vector<std::string> arguments;    ///< placeholders are replaced already; never empty
  std::vector<std::string> environment;  ///< the whole of it, "NAME=value"
};

/// How a command that was started ended by itself.
struct CommandEnd {
  std::optional<int> exit_code;  ///< empty: `signal` ended it
  std::optional<int> signal;
  std::string message;  ///< why it failed, where the adapter knows better than the last line of
                        ///< its standard error; empty: it does not
  Outputs outputs;      ///< what the adapter adds to those that the command wrote itself
};

/// One attempt under a command adapter.
/// Threads: the process loop's; see_error() and see_output() must return at once.
class CommandAttempt {
 public:
  virtual ~CommandAttempt() = default;
  /// A piece of the command's standard error as it passes; lines may be cut anywhere.
  virtual void see_error(std::string_view) {}
  /// The same for its standard output.
  virtual void see_output(std::string_view) {}
  /// What it is called where it runs, for instance spark_application_id: stored with the attempt's
  /// outputs and with the run's names, so that `runs --identity` finds it. Called once it has
  /// ended, whatever ended it. `written`: the outputs that the command wrote itself.
  virtual Identity names(const Outputs& written) {
    static_cast<void>(written);
    return {};
  }
  /// The true outcome: a driver that failed behind exit 0 counts as exit 1. Not called where the
  /// runner itself ended the command.
  virtual void judge(CommandEnd&) {}
};

/// Knows a kind of command, for instance spark-submit: prepares it and reads its true outcome.
/// Errors:  whatever it throws is told as a warning, and the command goes on as if it were not
/// there.
/// Threads: any number of attempts at once.
class CommandAdapter {
 public:
  virtual ~CommandAdapter() = default;
  /// Called before each start. Returns null where the command is none of its own.
  virtual std::unique_ptr<CommandAttempt> prepare(CommandPlan& plan, const Batch& batch) = 0;
};

}  // namespace tranche
