#pragma once

#include "config.hpp"
#include "transport.hpp"

namespace tranche::adapters::openlineage {

/// A line for each event in one file, whole whoever else writes there, or a file for each.
std::unique_ptr<Transport> make_file_transport(FileConfig config);

/// Standard error: standard output belongs to the command.
std::unique_ptr<Transport> make_console_transport();

}  // namespace tranche::adapters::openlineage
