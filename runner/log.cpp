#include "log.hpp"

#include "live_line.hpp"
#include "terminal.hpp"
#include "text.hpp"

#include "tranche/database_url.hpp"
#include "tranche/units.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <ctime>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace tranche::runner::log {
namespace {

std::atomic<Level> current_level{Level::info};
std::atomic<Format> current_format{Format::text};

struct Name {
  std::string_view json;
  std::string_view text;
  std::string_view colour;
};

const Name& name_of(Level level) {
  // Errors and ordinary messages carry no mark, as with other Unix tools.
  static constexpr std::array<Name, 4> kNames{{{"error", "", "\033[31m"},
                                               {"warning", "warning: ", "\033[33m"},
                                               {"info", "", ""},
                                               {"debug", "debug: ", "\033[2m"}}};
  return kNames[static_cast<std::size_t>(level)];
}

std::string value_text(const Field::Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    const std::string shown = escape_control(redact_passwords(*text));
    const bool plain = !shown.empty() && shown.find_first_of(" \"=") == std::string::npos;
    return plain ? shown : nlohmann::json(shown).dump();
  }
  if (const auto* number = std::get_if<double>(&value)) {
    return format_weight(*number);
  }
  if (const auto* truth = std::get_if<bool>(&value)) {
    return *truth ? "true" : "false";
  }
  return std::to_string(std::get<std::int64_t>(value));
}

std::string text_line(Level level, bool colour, std::string_view message, Fields fields) {
  const Name& name = name_of(level);
  std::string line;
  const bool coloured = colour && !name.colour.empty();
  if (coloured) {
    line += name.colour;
  }
  line += "tranche: ";
  line += name.text;
  if (coloured) {
    line += "\033[0m";
  }
  line += escape_control(fold_lines(redact_passwords(message)));
  for (const Field& field : fields) {
    line += ' ' + field.key() + '=' + value_text(field.value());
  }
  return line + '\n';
}

template <typename List>
std::string json_line(Level level, std::string_view message, const List& fields) {
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  nlohmann::ordered_json object;
  object["time"] = format_time(now);
  object["level"] = name_of(level).json;
  object["message"] = redact_passwords(message);
  for (const Field& field : fields) {
    const auto* text = std::get_if<std::string>(&field.value());
    if (text != nullptr) {
      object[field.key()] = redact_passwords(*text);
    } else {
      std::visit([&](const auto& value) { object[field.key()] = value; }, field.value());
    }
  }
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
}

/// A closed standard error must end neither the program nor, by an ignored SIGPIPE inherited from
/// us, change its children: the signal is held back for this one write.
void write_quietly(std::string line) {
  live_line::Pause pause(STDERR_FILENO);
  if (!pause.is_clear()) {
    line.insert(0, live_line::Pause::clear());
  }
  sigset_t pipe;
  sigset_t before;
  sigset_t pending;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  sigpending(&pending);
  const bool ours = sigismember(&pending, SIGPIPE) == 0;
  pthread_sigmask(SIG_BLOCK, &pipe, &before);
  ssize_t written = 0;
  do {
    written = write(STDERR_FILENO, line.data(), line.size());
  } while (written < 0 && errno == EINTR);
  const bool broken = written < 0 && errno == EPIPE;
  pause.wrote(line.data(), line.size());
  if (broken && ours) {
    const timespec at_once{};
    sigtimedwait(&pipe, nullptr, &at_once);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void say(Level level, std::string_view message, Fields fields) {
  if (level <= current_level) {
    write_quietly(render(level, current_format, terminal::colours(STDERR_FILENO), message, fields));
  }
}

}  // namespace

void set_level(Level level) {
  current_level = level;
}
Level level() {
  return current_level;
}
void set_format(Format format) {
  current_format = format;
}

Format format() {
  return current_format;
}

void tell(std::string_view message, const std::vector<Field>& fields) {
  if (current_format == Format::text) {
    info(message);
  } else if (Level::info <= current_level) {
    write_quietly(json_line(Level::info, message, fields));
  }
}

void error(std::string_view message, Fields fields) {
  say(Level::error, message, fields);
}
void warn(std::string_view message, Fields fields) {
  say(Level::warning, message, fields);
}
void info(std::string_view message, Fields fields) {
  say(Level::info, message, fields);
}
void debug(std::string_view message, Fields fields) {
  say(Level::debug, message, fields);
}

void pass_on(std::string_view lines) {
  if (!lines.empty()) {
    write_quietly(std::string(lines));
  }
}

std::string render(
    Level level, Format format, bool colour, std::string_view message, Fields fields) {
  return format == Format::json ? json_line(level, message, fields)
                                : text_line(level, colour, message, fields);
}

}  // namespace tranche::runner::log
