#pragma once

#include "cli/parse.hpp"

namespace tranche::cli {

/// The options that every command takes, before or behind its name.
class Globals {
 public:
  explicit Globals(Context& context);
  Globals(const Globals&) = delete;
  Globals& operator=(const Globals&) = delete;

  const Parameters& parameters() const { return parameters_; }
  bool help() const { return help_; }
  bool version() const { return version_; }

  /// Fills in the environment's values and sets up the log.
  void apply();
  /// Hands the options given so far to an operator, as its environment.
  void export_to_environment() const;

 private:
  Context& context_;
  bool help_ = false;
  bool version_ = false;
  Command options_{"", "", "", ""};
  Parameters parameters_;
};

}  // namespace tranche::cli
