#pragma once

#include <cstddef>

namespace tranche::runner::terminal {

bool is_terminal(int descriptor);
/// On a terminal, unless NO_COLOR is set and not empty (https://no-color.org) or TERM is "dumb".
bool colours(int descriptor);
/// The columns of the terminal behind `descriptor`; 0 where it is none or does not say.
std::size_t width(int descriptor);
/// The same for its lines.
std::size_t height(int descriptor);

}  // namespace tranche::runner::terminal
