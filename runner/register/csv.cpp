#include "register/manifest.hpp"

#include "tranche/error.hpp"

#include <algorithm>

namespace tranche::runner {

namespace {

using Record = std::vector<std::string>;

class RecordReader {
 public:
  explicit RecordReader(TextInput& input) : input_(input) {}

  std::optional<Record> read() {
    input_.count_line();
    auto byte = input_.next();
    if (!byte) {
      return std::nullopt;
    }
    while (true) {
      const auto end = byte == '"' ? quoted_field(input_.next()) : plain_field(byte);
      if (end != ',') {
        return std::move(record_);
      }
      byte = input_.next();
    }
  }

 private:
  // Both kinds of field end at a comma, a line's end or the input's; what they ended at is
  // returned.
  std::optional<char> plain_field(std::optional<char> byte) {
    std::string field;
    while (byte && byte != ',' && byte != '\n') {
      if (byte == '"') {
        input_.refuse(
            "a quote stands inside of a field; quote the whole field and double the quotes in it");
      }
      append(field, *byte);
      byte = input_.next();
    }
    if (byte != ',' && field.ends_with('\r')) {
      field.pop_back();
    }
    record_.push_back(std::move(field));
    return byte;
  }

  std::optional<char> quoted_field(std::optional<char> byte) {
    const std::string opened_at = input_.place();
    std::string field;
    while (true) {
      if (!byte || bytes_ > TextInput::kMaxRecordBytes) {
        throw Error(ErrorCode::refused,
                    opened_at + "a quoted field is not closed; double the quotes inside of one");
      }
      if (byte == '"') {
        byte = input_.next();
        if (byte != '"') {
          break;
        }
      }
      if (byte == '\n') {
        input_.count_line();
      }
      append(field, *byte);
      byte = input_.next();
    }
    record_.push_back(std::move(field));
    if (byte == '\r') {
      byte = input_.next();
    }
    if (byte && byte != ',' && byte != '\n') {
      input_.refuse(
          "text follows a closing quote; quote the whole field and double the quotes in it");
    }
    return byte;
  }

  void append(std::string& field, char byte) {
    field += byte;
    if (++bytes_ > TextInput::kMaxRecordBytes) {
      input_.refuse("is longer than 1 MiB; accepted is CSV with one item a line");
    }
  }

  TextInput& input_;
  Record record_;
  std::size_t bytes_ = 0;
};

struct Columns {
  std::optional<std::size_t> item, weight, time;
  std::size_t count = 0;
};

std::optional<std::size_t> column(const Record& header, const char* name, const char* other) {
  for (const char* candidate : {name, other}) {
    const auto found = std::find(header.begin(), header.end(), candidate);
    if (found != header.end()) {
      return static_cast<std::size_t>(found - header.begin());
    }
  }
  return std::nullopt;
}

Columns read_header(TextInput& input) {
  const Record header = next_csv_record(input).value_or(Record{});
  const Columns columns{column(header, "item", "path"),
                        column(header, "weight", "size"),
                        column(header, "time", "modified_at"),
                        header.size()};
  if (!columns.item) {
    input.refuse(
        "names no column 'item' (or 'path'); a CSV manifest begins with a line such as "
        "item,weight,time, "
        "and --format file registers a CSV file itself");
  }
  return columns;
}

void take_record(TextInput& input,
                 const Record& record,
                 const Columns& columns,
                 const AssetSink& sink) {
  if (record.size() != columns.count) {
    input.refuse("has " + std::to_string(record.size()) + " fields where the header has " +
                 std::to_string(columns.count));
  }
  const auto value = [&](const std::optional<std::size_t>& at) {
    return at ? record[*at] : std::string();
  };
  const std::string weight = value(columns.weight);
  const std::string time = value(columns.time);
  try {
    sink.asset(record[*columns.item],
               weight.empty() ? std::nullopt : std::optional(manifest_weight(weight)),
               time.empty() ? std::nullopt : std::optional(manifest_time(time)));
  } catch (const Error& error) {
    input.refuse(error.what());
  }
}

}  // namespace

std::optional<Record> next_csv_record(TextInput& input) {
  return RecordReader(input).read();
}

void read_csv(TextInput& input, const AssetSink& sink) {
  const Columns columns = read_header(input);
  while (const auto record = next_csv_record(input)) {
    const bool blank = record->size() == 1 && record->front().empty();
    if (!blank) {
      take_record(input, *record, columns, sink);
    }
  }
}

}  // namespace tranche::runner
