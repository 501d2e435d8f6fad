#pragma once

#include <filesystem>
#include <string_view>

namespace tranche::adapters {

/// Puts `text` in the place of the file in one step: a reader sees the old content or the new.
/// Errors: ErrorCode::refused naming the file.
void replace_file(const std::filesystem::path& path, std::string_view text);

}  // namespace tranche::adapters
