#include "register/target_layout.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <strings.h>

namespace tranche {

namespace {

using sql::Dialect;

[[noreturn]] void refuse(std::string_view table, const std::string& why) {
  throw Error(ErrorCode::refused, "table " + std::string(table) + ": " + why);
}

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
    return static_cast<char>(std::toupper(c));
  });
  return text;
}

bool holds_any(const std::string& text, std::initializer_list<std::string_view> parts) {
  return std::any_of(parts.begin(), parts.end(), [&](std::string_view part) {
    return text.find(part) != std::string::npos;
  });
}

bool is_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

// SQLite goes by parts of the declared type (https://sqlite.org/datatype3.html, section 3.1), INT
// before the others.
bool is_integer(Dialect dialect, const std::string& type) {
  return dialect == Dialect::sqlite ? holds_any(upper(type), {"INT"})
                                    : is_any(type, {"smallint", "integer", "bigint"});
}

bool takes_text(Dialect dialect, const std::string& type) {
  if (dialect == Dialect::postgres) {
    return is_any(type, {"text", "character varying"});
  }
  return type.empty() ||
         (!is_integer(dialect, type) && holds_any(upper(type), {"CHAR", "CLOB", "TEXT"}));
}

bool takes_weight(Dialect dialect, const std::string& type) {
  if (is_integer(dialect, type)) {
    return true;
  }
  if (dialect == Dialect::postgres) {
    return is_any(type, {"numeric", "real", "double precision"});
  }
  return type.empty() || holds_any(upper(type), {"REAL", "FLOA", "DOUB", "NUM", "DEC"});
}

bool takes_time(Dialect dialect, const std::string& type) {
  if (dialect == Dialect::postgres) {
    return is_any(type, {"timestamp with time zone", "timestamp without time zone"});
  }
  return takes_text(dialect, type) ||
         (!is_integer(dialect, type) && holds_any(upper(type), {"DATE", "TIME"}));
}

const ColumnFacts* find(Dialect dialect,
                        const std::vector<ColumnFacts>& columns,
                        const std::string& name) {
  const auto same = [&](const ColumnFacts& column) {
    return dialect == Dialect::sqlite ? strcasecmp(column.name.c_str(), name.c_str()) == 0
                                      : column.name == name;
  };
  const auto found = std::find_if(columns.begin(), columns.end(), same);
  return found == columns.end() ? nullptr : &*found;
}

std::string names_of(const std::vector<ColumnFacts>& columns) {
  std::string names;
  for (const ColumnFacts& column : columns) {
    names += (names.empty() ? "" : ", ") + column.name;
  }
  return names;
}

std::optional<double> whole_max(Dialect dialect, const std::string& type) {
  if (!is_integer(dialect, type)) {
    return std::nullopt;
  }
  if (type == "smallint" && dialect == Dialect::postgres) {
    return 32'767.0;
  }
  if (type == "integer" && dialect == Dialect::postgres) {
    return 2'147'483'647.0;
  }
  return 9'007'199'254'740'992.0;
}

struct Optional {
  const std::optional<std::string>& asked;
  const char* usual;
  bool (*takes)(Dialect, const std::string&);
  const char* accepted;
};

std::optional<ColumnFacts> optional_column(Dialect dialect,
                                           std::string_view table,
                                           const std::vector<ColumnFacts>& columns,
                                           const Optional& rule) {
  const std::string name = rule.asked.value_or(rule.usual);
  const ColumnFacts* column = find(dialect, columns, name);
  if (column == nullptr) {
    if (rule.asked) {
      refuse(table, "no column '" + name + "'; its columns are " + names_of(columns));
    }
    return std::nullopt;
  }
  if (!rule.takes(dialect, column->type)) {
    refuse(table,
           "column " + column->name + " is of type " + column->type + "; accepted is " +
               rule.accepted);
  }
  return *column;
}

void check_item(Dialect dialect,
                std::string_view table,
                const std::vector<ColumnFacts>& columns,
                const std::string& name) {
  const ColumnFacts* item = find(dialect, columns, name);
  if (item == nullptr) {
    refuse(table, "no column '" + name + "' for the items; its columns are " + names_of(columns));
  }
  if (!takes_text(dialect, item->type)) {
    refuse(table,
           "column " + item->name + " is of type " + item->type + "; items need a text column");
  }
  if (!item->unique) {
    refuse(table,
           "column " + item->name +
               " has no unique index, so assets could be registered twice; add one with CREATE "
               "UNIQUE INDEX NAME ON " +
               std::string(table) + " (" + item->name + ")");
  }
}

}  // namespace

TargetLayout check_layout(Dialect dialect,
                          std::string_view table,
                          const std::vector<ColumnFacts>& columns,
                          const RegisterColumns& wanted) {
  check_item(dialect, table, columns, wanted.item);
  TargetLayout layout;
  layout.item = find(dialect, columns, wanted.item)->name;
  layout.weight = optional_column(dialect,
                                  table,
                                  columns,
                                  {wanted.weight,
                                   "weight",
                                   takes_weight,
                                   "an integer, numeric or floating point column for weights"});
  layout.time =
      optional_column(dialect,
                      table,
                      columns,
                      {wanted.time,
                       "modified_at",
                       takes_time,
                       dialect == Dialect::postgres ? "timestamptz or timestamp for times"
                                                    : "a text or datetime column for times"});
  if (layout.weight) {
    layout.whole_weight_max = whole_max(dialect, layout.weight->type);
  }
  for (const ColumnFacts& column : columns) {
    const bool ours = column.name == layout.item ||
                      (layout.weight && column.name == layout.weight->name) ||
                      (layout.time && column.name == layout.time->name);
    if (column.not_null && !column.filled && !ours) {
      refuse(table,
             "column " + column.name +
                 " is NOT NULL without a default, and register has no value for it");
    }
    if (column.primary) {
      layout.key = column.name;
      layout.integer_key = is_integer(dialect, column.type);
    }
  }
  return layout;
}

TargetLayout new_layout(Dialect dialect, std::string_view table, const RegisterColumns& wanted) {
  const bool postgres = dialect == Dialect::postgres;
  std::vector<ColumnFacts> columns = {
      {"id", postgres ? "bigint" : "INTEGER", true, true, true, true},
      {wanted.item, "text", true, false, false, true},
      {wanted.weight.value_or("weight"),
       postgres ? "bigint" : "INTEGER",
       false,
       false,
       false,
       false},
      {wanted.time.value_or("modified_at"),
       postgres ? "timestamp with time zone" : "TEXT",
       false,
       false,
       false,
       false}};
  for (const ColumnFacts& column : columns) {
    const auto same = [&](const ColumnFacts& other) {
      return upper(other.name) == upper(column.name);
    };
    if (std::count_if(columns.begin(), columns.end(), same) > 1) {
      refuse(table,
             "would be created with two columns named " + column.name + "; give each another name");
    }
  }
  return check_layout(dialect, table, columns, wanted);
}

}  // namespace tranche
