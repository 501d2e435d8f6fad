#pragma once

#include "process/command_runner.hpp"

#include "tranche/command_adapter.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tranche::runner {

/// The command adapters of a run: all of them may prepare each command, in their order.
/// Threads: any number of attempts at once.
class CommandAdapters {
 public:
  struct Named {
    std::string name;
    std::unique_ptr<CommandAdapter> adapter;
  };
  explicit CommandAdapters(std::vector<Named> adapters) : adapters_(std::move(adapters)) {}

  /// One attempt; must live as long as its command runs.
  class Attempt {
   public:
    /// What the command is called where it runs; secrets are hidden. `written`: its own outputs.
    Identity names(const Outputs& written);
    /// Lets what happened stand, or puts the true outcome in its place.
    void judge(CommandResult& result, Outputs& outputs);

   private:
    friend class CommandAdapters;
    struct Part {
      std::string name;
      std::unique_ptr<CommandAttempt> attempt;
    };
    void see(void (CommandAttempt::*stream)(std::string_view), std::string_view data);
    std::vector<Part> parts_;
  };

  /// Changes the command and looks at its output, where an adapter knows it.
  std::unique_ptr<Attempt> prepare(CommandSpec& spec, const Batch& batch) const;

 private:
  std::vector<Named> adapters_;
};

}  // namespace tranche::runner
