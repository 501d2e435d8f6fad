#pragma once

#include "tranche/observer.hpp"

#include <memory>
#include <string>

namespace tranche::runner {

/// An observer that is a program of its own: every event is a line of JSON on its standard input,
/// which ends with the run. It then may take the time that the run waits for observers, and is
/// killed after it: it may hold the runner's standard error, where what it prints goes (through us
/// on a terminal), and whoever reads that would wait. Begun with the first event, in a process
/// group of its own, so that a signal to the run leaves it to tell the end. Errors: from its calls,
/// where the program cannot be started or has gone.
std::unique_ptr<Observer> make_program_observer(std::string program);

}  // namespace tranche::runner
