#pragma once

#include <string_view>

namespace tranche::adapters::openlineage {

/// One line on standard error, as the runner's own, without passwords.
void warn(std::string_view message);

}  // namespace tranche::adapters::openlineage
