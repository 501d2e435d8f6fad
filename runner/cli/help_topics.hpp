#pragma once

#include <string>
#include <vector>

/// What the help and the manual page say beside the commands.
namespace tranche::cli {

struct Topic {
  std::string name;
  std::string meaning;
};

const std::vector<Topic>& exit_statuses();
/// What DUR, W and the like stand for.
const std::vector<Topic>& value_forms();
/// The environment of the command that `run` starts.
const std::vector<Topic>& command_variables();

}  // namespace tranche::cli
