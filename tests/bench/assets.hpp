#pragma once

#include "bench.hpp"

#include <cstdint>
#include <string>

namespace tranche::bench {

/// How much stands in a row of a scratch table.
enum class Width {
  wide,    ///< (id, item, weight, kind)
  narrow,  ///< (id, weight, kind): the fewest columns that a filter and a weight limit need
};

/// Makes a table (id, item, weight, kind) with `rows` rows unless it is there with as many; `kind`
/// runs from 0 to 99, and (kind, id) has an index: what a job needs whose filter matches few rows.
void make_assets(const Target& target,
                 const std::string& table,
                 std::int64_t rows,
                 Width width = Width::wide);
/// The same, named after its rows and width; returns the name.
std::string make_assets(const Target& target, std::int64_t rows, Width width);

/// The job over such a table, made where it is missing.
void make_job(Inventory& inventory,
              const std::string& job,
              const std::string& table,
              const std::string& filter,
              const Limits& limits,
              Width width = Width::wide);

/// Everything is handed out again.
void rewind(Inventory& inventory, const std::string& job);

/// Statements without parameters on the target's database.
void run_script(const Target& target, const std::string& text);

}  // namespace tranche::bench
