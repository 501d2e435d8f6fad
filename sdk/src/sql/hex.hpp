#pragma once

#include <string>
#include <string_view>

namespace tranche::sql {

/// Two lower-case digits a byte.
std::string to_hex(std::string_view bytes);

}  // namespace tranche::sql
