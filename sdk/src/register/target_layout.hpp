#pragma once

#include "sql/connection.hpp"

#include "tranche/registrar.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tranche {

/// A column as the database describes it.
struct ColumnFacts {
  std::string name;
  std::string type;
  bool not_null = false;
  bool filled = false;  ///< has a default, is generated, or is SQLite's row id
  bool primary = false;
  bool unique = false;
};

/// What register may write into a table. Without a table: what it would be created with.
struct TargetLayout {
  std::string item;
  std::optional<ColumnFacts> weight, time;
  /// Empty when no single column is the primary key.
  std::string key;
  bool integer_key = false;
  /// Set when weights must be whole numbers: the largest that the column takes.
  std::optional<double> whole_weight_max;
};

/// Errors: ErrorCode::refused when the table cannot be filled, naming `table`, the column and what
/// would be accepted.
TargetLayout check_layout(sql::Dialect dialect,
                          std::string_view table,
                          const std::vector<ColumnFacts>& columns,
                          const RegisterColumns& wanted);

/// The layout of the table that register creates. Errors: ErrorCode::refused for two columns of one
/// name.
TargetLayout new_layout(sql::Dialect dialect,
                        std::string_view table,
                        const RegisterColumns& wanted);

}  // namespace tranche
