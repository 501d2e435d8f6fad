#include "cli/output.hpp"

#include "cli/print.hpp"
#include "cli/table.hpp"
#include "log.hpp"
#include "terminal.hpp"
#include "text.hpp"

#include <algorithm>
#include <unistd.h>

namespace tranche::cli {
namespace {

std::string json_text(const Json& value, int indent = -1) {
  return value.dump(indent, ' ', false, Json::error_handler_t::replace);
}

std::string csv_value(const Column& column, const Json& row) {
  const auto field = row.find(column.key);
  if (field == row.end()) {
    return column.format ? column.format(row) : std::string();
  }
  if (field->is_null()) {
    return {};
  }
  return field->is_string() ? field->get<std::string>() : json_text(*field);
}

/// RFC 4180, with line feeds alone, as every reader takes and shell tools want.
std::string csv_quoted(const std::string& value) {
  if (value.find_first_of(",\"\r\n") == std::string::npos) {
    return value;
  }
  std::string quoted = "\"";
  for (const char c : value) {
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  }
  return quoted + '"';
}

std::string csv_header(const std::vector<Column>& columns) {
  std::string line;
  for (const Column& column : columns) {
    line += (line.empty() ? "" : ",") + csv_quoted(column.key);
  }
  return line + '\n';
}

std::string csv_line(const std::vector<Column>& columns, const Json& row) {
  std::string line;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    line += (i == 0 ? "" : ",") + csv_quoted(csv_value(columns[i], row));
  }
  return line + '\n';
}

std::string object_table(const std::vector<Column>& columns,
                         const Json& object,
                         const Screen& screen) {
  std::size_t left = 0;
  for (const Column& column : columns) {
    left = std::max(left, runner::display_width(column.header) + 2);
  }
  const std::size_t room = screen.width > left ? screen.width - left : 0;
  std::string text;
  for (const Column& column : columns) {
    const std::string full = cell_text(column, object);
    const std::string cut = room > 0 ? runner::shorten(full, room) : full;
    text += column.header + std::string(left - runner::display_width(column.header), ' ');
    text += (column.status && screen.colours ? coloured_status(full, cut) : cut) + '\n';
  }
  return text;
}

}  // namespace

Screen Screen::of_stdout() {
  return {runner::terminal::width(STDOUT_FILENO), runner::terminal::colours(STDOUT_FILENO)};
}

Listing::Listing(OutputFormat format, std::string noun, std::vector<Column> columns)
    : Listing(format, std::move(noun), std::move(columns), Screen::of_stdout(), print) {}

Listing::Listing(
    OutputFormat format, std::string noun, std::vector<Column> columns, Screen screen, Sink sink)
    : format_(format),
      noun_(std::move(noun)),
      columns_(std::move(columns)),
      screen_(screen),
      sink_(std::move(sink)) {}

void Listing::add(const Json& row) {
  const bool first = count_++ == 0;
  switch (format_) {
    case OutputFormat::json:
      sink_((first ? "[" : ",\n ") + json_text(row));
      break;
    case OutputFormat::jsonl:
      sink_(json_text(row) + '\n');
      break;
    case OutputFormat::csv:
      sink_((first ? csv_header(columns_) : std::string()) + csv_line(columns_, row));
      break;
    case OutputFormat::table:
      std::vector<std::string>& cells = cells_.emplace_back();
      for (const Column& column : columns_) {
        cells.push_back(cell_text(column, row));
      }
  }
}

void Listing::finish() {
  const bool empty = count_ == 0;
  if (format_ == OutputFormat::json) {
    sink_(empty ? "[]\n" : "]\n");
  } else if (format_ == OutputFormat::csv && empty) {
    sink_(csv_header(columns_));
  } else if (format_ == OutputFormat::table && empty) {
    runner::log::info("no " + noun_);
  } else if (format_ == OutputFormat::table) {
    sink_(table_text(columns_, cells_, screen_));
  }
}

void show_object(OutputFormat format, const std::vector<Column>& columns, const Json& object) {
  show_object(format, columns, object, Screen::of_stdout(), print);
}

void show_object(OutputFormat format,
                 const std::vector<Column>& columns,
                 const Json& object,
                 Screen screen,
                 const Sink& sink) {
  switch (format) {
    case OutputFormat::json:
      sink(json_text(object, 2) + '\n');
      break;
    case OutputFormat::jsonl:
      sink(json_text(object) + '\n');
      break;
    case OutputFormat::csv:
      sink(csv_header(columns) + csv_line(columns, object));
      break;
    case OutputFormat::table:
      sink(object_table(columns, object, screen));
  }
}

}  // namespace tranche::cli
