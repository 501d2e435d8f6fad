#include "text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <locale.h>
#include <wchar.h>

namespace tranche::runner {
namespace {

constexpr std::string_view kEllipsis = "…";
constexpr std::string_view kReplacement = "\uFFFD";

struct Glyph {
  std::string_view bytes;
  char32_t code = 0;
  bool valid = false;
};

/// Bytes of the sequence that `lead` begins; 0 where it begins none.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    return 2;
  }
  if (lead >= 0xE0 && lead <= 0xEF) {
    return 3;
  }
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

Glyph first_glyph(std::string_view text) {
  const Glyph invalid{text.substr(0, 1)};
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = sequence_length(lead);
  if (length == 0 || length > text.size()) {
    return invalid;
  }
  if (length == 1) {
    return {text.substr(0, 1), lead, true};
  }
  char32_t code = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U) {
      return invalid;
    }
    code = (code << 6U) | (next & 0x3FU);
  }
  static constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < kSmallest[length] || code > 0x10FFFF || surrogate
             ? invalid
             : Glyph{text.substr(0, length), code, true};
}

bool is_control(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x2028 || code == 0x2029 ||
         (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
}

/// wcwidth() answers for the current locale, and the program's is "C".
int wide_width(char32_t code) {
  static const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  if (utf8 == nullptr) {
    return 1;
  }
  const locale_t before = uselocale(utf8);
  const int width = wcwidth(static_cast<wchar_t>(code));
  uselocale(before);
  return width < 0 ? 1 : width;
}

std::size_t width_of(const Glyph& glyph) {
  return glyph.code < 0x80 ? 1 : static_cast<std::size_t>(wide_width(glyph.code));
}

std::string escape(char32_t code) {
  switch (code) {
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '\r':
      return "\\r";
    default:
      std::array<char, 16> buffer{};
      std::snprintf(buffer.data(),
                    buffer.size(),
                    code < 0x80 ? "\\x%02x" : "\\u%04x",
                    static_cast<unsigned>(code));
      return buffer.data();
  }
}

void append_word(std::vector<std::string>& lines, std::string_view word, std::size_t width) {
  std::string& line = lines.back();
  if (line.empty()) {
    line = word;
  } else if (display_width(line) + 1 + display_width(word) <= width) {
    line += ' ';
    line += word;
  } else {
    lines.emplace_back(word);
  }
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    const Glyph glyph = first_glyph(text);
    width += width_of(glyph);
    text.remove_prefix(glyph.bytes.size());
  }
  return width;
}

std::string escape_control(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const Glyph glyph = first_glyph(text);
    if (!glyph.valid) {
      result += kReplacement;
    } else if (is_control(glyph.code)) {
      result += escape(glyph.code);
    } else {
      result += glyph.bytes;
    }
    text.remove_prefix(glyph.bytes.size());
  }
  return result;
}

std::string shorten(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) {
    return std::string(text);
  }
  if (width == 0) {
    return {};
  }
  std::string result;
  for (std::size_t used = 0; !text.empty();) {
    const Glyph glyph = first_glyph(text);
    used += width_of(glyph);
    if (used > width - 1) {
      break;
    }
    result += glyph.bytes;
    text.remove_prefix(glyph.bytes.size());
  }
  return result += kEllipsis;
}

std::string fold_lines(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    line = line.substr(0, line.find_last_not_of(" \t") + 1);
    if (!line.empty()) {
      result += result.empty() ? "" : "; ";
      result += line;
    }
  }
  return result;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines{""};
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    if (end > 0) {
      append_word(lines, text.substr(0, end), width);
    }
    if (end < text.size() && text[end] == '\n') {
      lines.emplace_back();
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace tranche::runner
