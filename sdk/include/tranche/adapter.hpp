#pragma once

#include "tranche/command_adapter.hpp"
#include "tranche/observer.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// How an orchestrator, or whoever else wants to hear of runs, is known to the runner.
namespace tranche {

/// Variables by name.
using Environment = std::map<std::string, std::string, std::less<>>;
Environment process_environment();
/// Empty where it is not set.
std::string variable(const Environment& environment, std::string_view name);

/// What an adapter changes of the runner's own manners. Where two adapters differ, the first holds;
/// options on the command line hold over both.
struct RunnerManners {
  std::optional<Duration> grace;       ///< from the first signal to SIGKILL
  std::optional<int> empty_exit_code;  ///< where nothing was handed out; then a command's own same
                                       ///< status becomes 1, so that it means only this
  bool result_on_stdout = false;       ///< the summary is the last line of standard output
  bool stop_with_caller = false;       ///< as on SIGTERM, when the process that began the run dies
};

/// An adapter's description; every function may be empty.
struct Adapter {
  std::string name;
  /// Whether this process was started by that orchestrator, for `--adapter auto`.
  std::function<bool(const Environment&)> recognises;
  /// The orchestrator's own names for this run: dag_id, pod_name, … and a `link` where one can be
  /// made. Stored with the run.
  std::function<Identity(const Environment&)> identity;
  RunnerManners manners;
  /// Must return at once; slow work belongs into the observer's first call.
  std::function<std::unique_ptr<Observer>(const Environment&)> observer;
  /// The observer also hears of the steps `acquire` and `release`, each in a process of its own
  /// (BatchHandedOver). Not for one that prints the result of a run.
  bool hears_steps = false;
  std::function<std::unique_ptr<CommandAdapter>(const Environment&)> command;
  /// For `--adapter auto`: one that knows its commands by themselves and looks on alone. It changes
  /// nothing of the command, and names a failure behind exit 0 only where it is sure of it.
  std::function<std::unique_ptr<CommandAdapter>(const Environment&)> watch;
  /// The executable tranche-adapter-NAME, which comes with tranche, is its observer: what it needs
  /// is not to burden a program that starts often.
  bool by_program = false;
};

/// The adapters that a program knows. A program of one's own adds to built_in_adapters() before it
/// calls run_program() (tranche/program.hpp). Without building one, an executable
/// `tranche-adapter-NAME` can be an observer (adapters/README.md).
/// Threads: one.
class AdapterRegistry {
 public:
  /// A later one of the same name replaces the former.
  void add(Adapter adapter);
  /// nullptr: not known.
  const Adapter* find(std::string_view name) const;
  /// In the order they were added.
  const std::vector<Adapter>& adapters() const { return adapters_; }

 private:
  std::vector<Adapter> adapters_;
};

}  // namespace tranche
