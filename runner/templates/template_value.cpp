#include "templates/template.hpp"

#include "tranche/definition.hpp"
#include "tranche/error.hpp"
#include "tranche/units.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <sstream>

namespace tranche::runner {
namespace {

using Type = TemplateParameter::Type;

// Kubernetes adds up to 11 characters to the name of a CronJob's jobs, of 63 in all.
constexpr std::size_t kLongestName = 52;

/// The code point that begins at `at`, which moves behind it; empty where the bytes are not UTF-8.
std::optional<char32_t> next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const std::size_t length = first < 0x80    ? 1
                             : first >= 0xF0 ? 4
                             : first >= 0xE0 ? 3
                             : first >= 0xC0 ? 2
                                             : 0;
  if (length == 0 || at + length > text.size()) {
    return std::nullopt;
  }
  char32_t point = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (std::size_t i = at + 1; i < at + length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      return std::nullopt;
    }
    point = (point << 6U) | (byte(i) & 0x3FU);
  }
  at += length;
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  const bool overlong =
      length > 1 && point < std::array<char32_t, 5>{0, 0, 0x80, 0x800, 0x10000}[length];
  return surrogate || overlong || point > 0x10FFFF ? std::nullopt : std::optional(point);
}

/// Neither YAML nor an editor takes these as they are.
bool must_be_escaped(char32_t point) {
  return point < 0x20 || (point >= 0x7F && point <= 0xA0) || point == 0x2028 || point == 0x2029 ||
         point == 0xFEFF || point == 0xFFFE || point == 0xFFFF;
}

[[noreturn]] void refuse(const TemplateParameter& parameter,
                         const std::string& value,
                         const std::string& accepted) {
  throw Error(ErrorCode::usage,
              parameter.name + ": '" + value + "' is not accepted; accepted is " + accepted);
}

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

void check_kubernetes_name(const TemplateParameter& parameter, const std::string& value) {
  const bool right = !value.empty() && value.size() <= kLongestName &&
                     is_lower_or_digit(value.front()) && is_lower_or_digit(value.back()) &&
                     std::all_of(value.begin(), value.end(), [](char c) {
                       return is_lower_or_digit(c) || c == '-';
                     });
  if (!right) {
    refuse(parameter,
           value,
           "a name of Kubernetes: lower-case letters, digits and '-' between them, up to " +
               std::to_string(kLongestName));
  }
}

void check_cron(const TemplateParameter& parameter, const std::string& value) {
  constexpr int kFields = 5;
  std::istringstream fields(value);
  std::string field;
  int count = 0;
  bool right = true;
  while (fields >> field) {
    ++count;
    right =
        right && std::all_of(field.begin(), field.end(), [](char c) {
          return is_letter_or_digit(c) || c == '*' || c == '/' || c == ',' || c == '-' || c == '?';
        });
  }
  if (!right || count != kFields) {
    refuse(parameter, value, "five fields: minute hour day month weekday, such as '5 * * * *'");
  }
}

/// In arguments and variables the kubelet replaces $(NAME), and reads $$ as one $.
std::string as_the_kubelet_reads(const std::string& text) {
  if (text.find("$(") == std::string::npos && text.find("$$") == std::string::npos) {
    return text;
  }
  std::string doubled;
  for (const char c : text) {
    doubled += c == '$' ? "$$" : std::string(1, c);
  }
  return doubled;
}

std::string scalar(const TemplateParameter& parameter, const std::string& text, bool manifest) {
  return quoted_scalar(manifest ? as_the_kubelet_reads(text) : text, parameter.name);
}

std::string words_text(const TemplateParameter& parameter,
                       const std::string& value,
                       bool manifest) {
  const auto words = nlohmann::json::parse(value, nullptr, false);
  const bool right =
      words.is_array() && !words.empty() &&
      std::all_of(words.begin(), words.end(), [](const auto& word) { return word.is_string(); });
  if (!right) {
    refuse(
        parameter,
        value,
        "a JSON list of words such as '[\"load.sh\", \"{items_file}\"]', or the command behind --");
  }
  std::string text;
  for (const auto& word : words) {
    text += (text.empty() ? "" : ", ") +
            scalar(parameter, word.get_ref<const std::string&>(), manifest);
  }
  return text;
}

}  // namespace

std::string quoted_scalar(std::string_view text, std::string_view what) {
  std::string quoted = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t begin = at;
    const auto point = next_code_point(text, at);
    if (!point) {
      throw Error(ErrorCode::usage, std::string(what) + ": the value is not UTF-8");
    }
    if (*point == '"' || *point == '\\') {
      quoted += '\\';
    }
    if (must_be_escaped(*point)) {
      char escape[7];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(*point & 0xFFFFU));
      quoted += escape;
    } else {
      quoted += text.substr(begin, at - begin);
    }
  }
  return quoted + '"';
}

std::string filled_in(const TemplateParameter& parameter, const std::string& value, bool manifest) {
  switch (parameter.type) {
    case Type::number:
      return std::to_string(parse_integer(value, parameter.name, parameter.min, parameter.max));
    case Type::words:
      return words_text(parameter, value, manifest);
    case Type::name:
      check_kubernetes_name(parameter, value);
      break;
    case Type::id:
      check_name(value, parameter.name);
      break;
    case Type::duration:
      parse_duration(value, parameter.name);
      break;
    case Type::cron:
      check_cron(parameter, value);
      break;
    case Type::text:
      if (value.empty() && parameter.otherwise != "") {
        refuse(parameter, value, "some text");
      }
  }
  return scalar(parameter, value, manifest);
}

}  // namespace tranche::runner
