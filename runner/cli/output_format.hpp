#pragma once

namespace tranche::cli {

/// What -o, --output asks for.
enum class OutputFormat { table, json, jsonl, csv };

}  // namespace tranche::cli
