#include "observe/command_adapters.hpp"

#include "log.hpp"
#include "observe/adapter_choice.hpp"

#include <algorithm>

namespace tranche::runner {
namespace {

/// Whatever an adapter throws is its own matter.
template <typename Work>
bool safely(const std::string& name, const Work& work) {
  try {
    work();
    return true;
  } catch (const std::exception& error) {
    log::warn("adapter '" + name + "': " + error.what());
  } catch (...) {
    log::warn("adapter '" + name + "': unknown error");
  }
  return false;
}

CommandEnd end_of(const CommandResult& result) {
  CommandEnd end;
  if (result.kind == CommandResult::Kind::exited) {
    end.exit_code = result.exit_code;
  } else {
    end.signal = result.signal;
  }
  return end;
}

void apply(const CommandEnd& end, CommandResult& result) {
  if (end.exit_code) {
    result.kind = CommandResult::Kind::exited;
    result.exit_code = *end.exit_code;
    result.signal = 0;
  } else if (end.signal) {
    result.kind = CommandResult::Kind::signalled;
    result.signal = *end.signal;
    result.exit_code = -1;
  }
  if (!end.message.empty()) {
    // From here the reason of a failure is taken.
    result.stderr_tail = end.message;
  }
}

}  // namespace

std::unique_ptr<CommandAdapters::Attempt> CommandAdapters::prepare(CommandSpec& spec,
                                                                   const Batch& batch) const {
  auto attempt = std::make_unique<Attempt>();
  for (const Named& named : adapters_) {
    CommandPlan plan{spec.argv, spec.environment};
    std::unique_ptr<CommandAttempt> part;
    const bool prepared = safely(named.name, [&] { part = named.adapter->prepare(plan, batch); });
    if (prepared && part && !plan.arguments.empty()) {
      spec.argv = std::move(plan.arguments);
      spec.environment = std::move(plan.environment);
      attempt->parts_.push_back({named.name, std::move(part)});
    }
  }
  if (!attempt->parts_.empty()) {
    spec.see_error = [raw = attempt.get()](std::string_view data) {
      raw->see(&CommandAttempt::see_error, data);
    };
    spec.see_output = [raw = attempt.get()](std::string_view data) {
      raw->see(&CommandAttempt::see_output, data);
    };
  }
  return attempt;
}

void CommandAdapters::Attempt::see(void (CommandAttempt::*stream)(std::string_view),
                                   std::string_view data) {
  std::erase_if(parts_, [&](const Part& part) {
    return !safely(part.name, [&] { (part.attempt.get()->*stream)(data); });
  });
}

Identity CommandAdapters::Attempt::names(const Outputs& written) {
  Identity all;
  for (const Part& part : parts_) {
    safely(part.name, [&] {
      for (const auto& [name, value] : part.attempt->names(written)) {
        if (!value.empty()) {
          all.try_emplace(name, identity_value(value));
        }
      }
    });
  }
  return all;
}

void CommandAdapters::Attempt::judge(CommandResult& result, Outputs& outputs) {
  using Kind = CommandResult::Kind;
  if (result.kind != Kind::exited && result.kind != Kind::signalled) {
    return;
  }
  for (const Part& part : parts_) {
    CommandEnd end = end_of(result);
    if (safely(part.name, [&] { part.attempt->judge(end); })) {
      apply(end, result);
      outputs.merge(end.outputs);
    }
  }
}

}  // namespace tranche::runner
