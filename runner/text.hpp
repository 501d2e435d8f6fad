#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tranche::runner {

// All texts are UTF-8; widths are terminal columns.

/// Invalid bytes count one column each, as escape_control() replaces them by one character.
std::size_t display_width(std::string_view text);

/// `text` with everything that would move the cursor, change colours or reorder what is shown
/// written as an escape (\n, \x1b, \u202e), and invalid bytes as U+FFFD.
std::string escape_control(std::string_view text);

/// The start of `text` that fits `width` columns, ending in "…" where something was cut.
std::string shorten(std::string_view text, std::size_t width);

/// `text` on one line: line breaks, with the spaces around them, become "; ".
std::string fold_lines(std::string_view text);

/// The lines of `text` when broken at spaces to `width` columns. A longer word gets a line of its
/// own; line breaks in `text` stay.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

}  // namespace tranche::runner
