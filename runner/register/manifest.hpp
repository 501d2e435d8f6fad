#pragma once

#include "register/asset_sink.hpp"
#include "register/text_input.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tranche::runner {

/// Readers of the three text forms. Each throws Error refused at the first bad line, naming file
/// and line.

/// One path or URI a line (or a NUL). A path must be a file: its size and time are looked up, and
/// its item is the absolute path. `scheme://...` is taken as it is. Empty lines are passed over.
void read_list(TextInput& input,
               char separator,
               const FileRules& rules,
               const AssetSink& sink,
               LeftOut& left_out);

/// One JSON object a line: `item` (or `path`), and if known `weight` (or `size`) and `time` (or
/// `modified_at`).
void read_jsonl(TextInput& input, const AssetSink& sink);

/// RFC 4180 with a header line that names the same fields.
void read_csv(TextInput& input, const AssetSink& sink);

/// One record of RFC 4180, lines ending in LF or CRLF; empty at the end of the input.
std::optional<std::vector<std::string>> next_csv_record(TextInput& input);

/// True for "s3://bucket/key": a scheme of RFC 3986 followed by "://".
bool is_uri(std::string_view text);

/// Absolute, without ".", ".." and doubled slashes. Links stay, unless a ".." behind one would then
/// name another file.
std::string absolute_path(const std::string& path);

/// One field of a manifest. Errors: refused or usage with what would be accepted, without the
/// place.
double manifest_weight(const std::string& text);
AssetTime manifest_time(const std::string& text);

}  // namespace tranche::runner
