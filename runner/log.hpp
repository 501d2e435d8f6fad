#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What the program says: one line a message on standard error, each in one write(2).
/// Passwords are hidden. A reader that went away is no error.
/// Threads: all functions from any thread; set_level and set_format before others start.
namespace tranche::runner::log {

enum class Level { error, warning, info, debug };
enum class Format { text, json };

class Field {
 public:
  using Value = std::variant<std::string, std::int64_t, double, bool>;

  Field(std::string_view key, std::string_view value) : key_(key), value_(std::string(value)) {}
  Field(std::string_view key, const std::string& value) : key_(key), value_(value) {}
  Field(std::string_view key, const char* value) : key_(key), value_(std::string(value)) {}
  Field(std::string_view key, std::int64_t value) : key_(key), value_(value) {}
  Field(std::string_view key, int value) : key_(key), value_(std::int64_t{value}) {}
  Field(std::string_view key, double value) : key_(key), value_(value) {}
  Field(std::string_view key, bool value) : key_(key), value_(value) {}

  const std::string& key() const { return key_; }
  const Value& value() const { return value_; }

 private:
  std::string key_;
  Value value_;
};
using Fields = std::initializer_list<Field>;

/// Level::info unless set.
void set_level(Level level);
Level level();
/// Format::text unless set: "tranche: warning: MESSAGE key=value". JSON:
/// {"time","level","message",fields…}.
void set_format(Format format);
Format format();

void error(std::string_view message, Fields fields = {});
void warn(std::string_view message, Fields fields = {});
void info(std::string_view message, Fields fields = {});
void debug(std::string_view message, Fields fields = {});
/// JSON alone carries the fields: the message says the same.
void tell(std::string_view message, const std::vector<Field>& fields);

/// Whole lines of somebody else, as they are, in their place between ours.
void pass_on(std::string_view lines);

/// The line as it would be written, line break included. For tests.
std::string render(
    Level level, Format format, bool colour, std::string_view message, Fields fields);

}  // namespace tranche::runner::log
