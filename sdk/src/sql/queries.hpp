#pragma once

#include "sql/connection.hpp"

#include <map>
#include <string>
#include <string_view>

namespace tranche::sql {

/// The named statements of a .sql file:
///   -- name: acquire_next
///   -- One sentence on what it does.
///   SELECT ... FROM /* TEMPLATE: prefix */batch ...
/// Every placeholder is filled in once, with text that came out of quote_identifier or from us. A
/// block named `fragment NAME` is no statement: from there on its text is what the placeholder NAME
/// stands for.
class Queries {
 public:
  Queries(std::string_view file, std::map<std::string, std::string> placeholders);

  /// Errors: ErrorCode::internal when no statement has this name.
  const Statement& operator[](std::string_view name) const;
  const std::map<std::string, Statement, std::less<>>& all() const { return statements_; }

 private:
  std::map<std::string, Statement, std::less<>> statements_;
};

/// Fills the placeholders of one statement. Errors: ErrorCode::internal for one that has no text.
std::string fill_placeholders(std::string_view text,
                              const std::map<std::string, std::string>& placeholders);

}  // namespace tranche::sql
