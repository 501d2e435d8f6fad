#pragma once

#include <string>
#include <string_view>

namespace tranche {

/// Well-formed as PostgreSQL wants it: shortest forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

/// For messages: control characters and bytes that are not UTF-8 as \xHH, so that one line stays
/// one line.
std::string printable(std::string_view text);

}  // namespace tranche
