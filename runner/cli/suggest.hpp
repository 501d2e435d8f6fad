#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tranche::cli {

/// "; did you mean X?" with the candidate nearest to `word`; empty where none is near.
std::string suggest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace tranche::cli
