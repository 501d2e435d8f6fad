#include "source/filter_words.hpp"

namespace tranche::source {

namespace {

bool starts_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<signed char>(c) < 0;
}
bool continues_name(char c) {
  return starts_name(c) || (c >= '0' && c <= '9') || c == '$';
}

// Takes a text between `quote`s, doubled ones standing for one; the rest where it is not closed.
std::string take_quoted(std::string_view& text, char quote) {
  std::string inner;
  text.remove_prefix(1);
  while (!text.empty()) {
    if (text.front() != quote) {
      inner += text.front();
      text.remove_prefix(1);
    } else if (text.size() > 1 && text[1] == quote) {
      inner += quote;
      text.remove_prefix(2);
    } else {
      text.remove_prefix(1);
      break;
    }
  }
  return inner;
}

void skip_past(std::string_view& text, std::string_view end) {
  const auto at = text.find(end);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + end.size());
}

}  // namespace

FilterWords filter_words(std::string_view text) {
  FilterWords words;
  while (!text.empty()) {
    const char c = text.front();
    if (text.starts_with("--")) {
      skip_past(text, "\n");
    } else if (text.starts_with("/*")) {
      skip_past(text, "*/");
    } else if (c == '\'') {
      words.literals.push_back(take_quoted(text, '\''));
    } else if (c == '"' || c == '`') {
      words.names.push_back(take_quoted(text, c));
    } else if (c == '[') {
      // SQLite's other way to quote a name; in PostgreSQL an array's index, whose words are names
      // all the same.
      text.remove_prefix(1);
    } else if (starts_name(c)) {
      std::size_t size = 1;
      while (size < text.size() && continues_name(text[size])) {
        ++size;
      }
      words.names.emplace_back(text.substr(0, size));
      words.bare.push_back(words.names.back());
      text.remove_prefix(size);
    } else if (c >= '0' && c <= '9') {
      while (!text.empty() && (continues_name(text.front()) || text.front() == '.')) {
        text.remove_prefix(1);
      }
    } else {
      text.remove_prefix(1);
    }
  }
  return words;
}

}  // namespace tranche::source
