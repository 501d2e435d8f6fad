#pragma once

#include "loop/horizon_watch.hpp"
#include "loop/live_inventory.hpp"
#include "loop/news_watch.hpp"
#include "loop/run_options.hpp"
#include "loop/throttle.hpp"
#include "observe/observation.hpp"
#include "process/command_runner.hpp"

#include <filesystem>

namespace tranche::runner {

/// What one worker needs from its run.
struct WorkerSetup {
  const RunOptions& options;
  const StopSource& stop;
  CommandRunner& commands;
  Observation& observation;
  InventoryOpener open;
  std::string run_id;
  std::filesystem::path folder;  ///< of the run
  int number = 0;                ///< counts from 0
  NewsWatch* news = nullptr;     ///< needed where the run follows
  HorizonWatch* horizon = nullptr;
  Throttle* throttle = nullptr;  ///< needed
};

}  // namespace tranche::runner
