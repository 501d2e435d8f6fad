#pragma once

#include <string_view>

namespace tranche::cli {

/// Standard output has no reader any more (`| head`). No failure: the program ends quietly, as git
/// does.
struct OutputClosed {};

/// Writes to standard output, through stdio's buffer.
/// Errors: OutputClosed; ErrorCode::internal where the disk is full.
void print(std::string_view text);
/// Hands the buffer over, with the same errors. The program calls it once at its end.
void flush_output();

}  // namespace tranche::cli
