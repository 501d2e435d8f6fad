#pragma once

#include "cli/parse.hpp"

#include <string>

namespace tranche::cli {

/// tranche(1) in roff, all commands on one page.
std::string man_page(const Registry& registry, const Parameters& globals);

}  // namespace tranche::cli
