#include "cli/table.hpp"

#include "text.hpp"

#include "tranche/units.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace tranche::cli {
namespace {

using runner::display_width;

constexpr std::size_t kGap = 2;
/// A text is not shortened below this; its column goes before.
constexpr std::size_t kShortestText = 10;
constexpr std::string_view kBold = "\033[1m";
constexpr std::string_view kPlain = "\033[0m";

struct Shown {
  std::size_t column;
  std::size_t width;
  std::size_t shortest;
};

std::size_t total_width(const std::vector<Shown>& shown, std::size_t Shown::*width) {
  return std::accumulate(
      shown.begin(), shown.end(), kGap * (shown.size() - 1), [&](std::size_t sum, const Shown& s) {
        return sum + s.*width;
      });
}

std::vector<Shown> measure(const std::vector<Column>& columns, const std::vector<Cells>& rows) {
  std::vector<Shown> shown;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::size_t width = display_width(columns[i].header);
    for (const Cells& row : rows) {
      width = std::max(width, display_width(row[i]));
    }
    // A number that is cut reads as another number.
    const bool whole = columns[i].align == Column::Align::right;
    shown.push_back({i, width, whole ? width : std::min(width, kShortestText)});
  }
  return shown;
}

void drop_least(std::vector<Shown>& shown, const std::vector<Column>& columns) {
  auto least = shown.begin() + 1;
  for (auto it = least; it != shown.end(); ++it) {
    least = columns[it->column].priority <= columns[least->column].priority ? it : least;
  }
  shown.erase(least);
}

void fit(std::vector<Shown>& shown, const std::vector<Column>& columns, std::size_t width) {
  while (shown.size() > 1 && total_width(shown, &Shown::shortest) > width) {
    drop_least(shown, columns);
  }
  while (total_width(shown, &Shown::width) > width) {
    const auto widest =
        std::max_element(shown.begin(), shown.end(), [](const Shown& a, const Shown& b) {
          return a.width - a.shortest < b.width - b.shortest;
        });
    if (widest->width == widest->shortest) {
      shown.front().width = width;  // one column is left, and the screen is narrower still
      return;
    }
    --widest->width;
  }
}

std::string padding(std::size_t width, std::size_t used) {
  return std::string(width - std::min(used, width), ' ');
}

enum class Line { header, row };

std::string line_text(const std::vector<Shown>& shown,
                      const std::vector<Column>& columns,
                      const Cells& cells,
                      const Screen& screen,
                      Line line) {
  std::string text;
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const Column& column = columns[shown[i].column];
    const std::string& full = cells[shown[i].column];
    const std::string cut = runner::shorten(full, shown[i].width);
    const std::string pad = padding(shown[i].width, display_width(cut));
    const std::string styled =
        line == Line::row && column.status && screen.colours ? coloured_status(full, cut) : cut;
    const bool last = i + 1 == shown.size();
    text += column.align == Column::Align::right ? pad + styled : styled + (last ? "" : pad);
    text += last ? "" : std::string(kGap, ' ');
  }
  if (line == Line::header && screen.colours) {
    text = std::string(kBold) + text + std::string(kPlain);
  }
  return text + '\n';
}

std::string value_text(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "-";
    case Json::value_t::string:
      return value.get<std::string>();
    case Json::value_t::boolean:
      return value.get<bool>() ? "yes" : "no";
    case Json::value_t::number_float:
      return format_weight(value.get<double>());
    default:
      return value.dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

}  // namespace

std::string cell_text(const Column& column, const Json& row) {
  if (column.format) {
    return runner::escape_control(column.format(row));
  }
  const auto field = row.find(column.key);
  return runner::escape_control(field == row.end() ? "-" : value_text(*field));
}

std::string coloured_status(const std::string& word, const std::string& shown) {
  struct Colour {
    std::string_view word;
    std::string_view code;
  };
  static constexpr std::array<Colour, 15> kColours{{{"succeeded", "\033[32m"},
                                                    {"ok", "\033[32m"},
                                                    {"active", "\033[32m"},
                                                    {"processing", "\033[36m"},
                                                    {"running", "\033[36m"},
                                                    {"failed", "\033[31m"},
                                                    {"exhausted", "\033[1;31m"},
                                                    {"lost", "\033[31m"},
                                                    {"expired", "\033[31m"},
                                                    {"broken", "\033[1;31m"},
                                                    {"halted", "\033[33m"},
                                                    {"returned", "\033[33m"},
                                                    {"paused", "\033[33m"},
                                                    {"warning", "\033[33m"},
                                                    {"cancelled", "\033[2m"}}};
  for (const Colour& colour : kColours) {
    if (colour.word == word) {
      return std::string(colour.code) + shown + std::string(kPlain);
    }
  }
  return shown;
}

std::string table_text(const std::vector<Column>& columns,
                       const std::vector<Cells>& rows,
                       const Screen& screen) {
  std::vector<Shown> shown = measure(columns, rows);
  if (shown.empty()) {
    return {};
  }
  if (screen.width > 0) {
    fit(shown, columns, screen.width);
  }
  Cells headers;
  for (const Column& column : columns) {
    headers.push_back(column.header);
  }
  std::string text = line_text(shown, columns, headers, screen, Line::header);
  for (const Cells& row : rows) {
    text += line_text(shown, columns, row, screen, Line::row);
  }
  return text;
}

}  // namespace tranche::cli
