#include "tranche/database_url.hpp"

#include <algorithm>
#include <array>
#include <cctype>

// Hiding too much is a nuisance, hiding too little a leak: where a text is ambiguous, more is
// hidden.

namespace tranche {
namespace {

constexpr std::string_view kHidden = "***";
/// libpq knows the first alone, and refuses a URL with one of the others only when asked to
/// connect.
constexpr std::array<std::string_view, 3> kPasswords{"password", "passwd", "pwd"};
constexpr std::string_view kSpaces = " \t\n\r\v\f";
constexpr auto npos = std::string_view::npos;

char lower(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

bool is_scheme_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '.' || c == '-';
}

/// Half-open; empty where there is nothing to hide.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Where the location of a PostgreSQL URL ends: at a query, but not at a '?' of an unescaped
/// password.
std::size_t end_of_location(std::string_view url) {
  const std::size_t query = url.find('?');
  if (query == npos || url.substr(0, query).find('@') != npos) {
    return query;
  }
  const std::string_view authority = url.substr(0, std::min(query, url.find('/')));
  const std::size_t colon = authority.starts_with('[') ? authority.find("]:") : authority.find(':');
  const bool port = colon == npos || authority.find_first_not_of("0123456789]:,", colon) == npos;
  return port ? query : npos;
}

/// The password in `text`, which follows "scheme://".
Span url_password(std::string_view text, bool postgres) {
  std::string_view url = text.substr(0, text.find_first_of(kSpaces));
  // "postgresql://u:p@ss/w@host" is no valid URL, and still must not be shown. Elsewhere an '@' may
  // well stand in a path.
  url = url.substr(0, postgres ? end_of_location(url) : url.find_first_of("/?#"));
  const std::size_t at = url.rfind('@');
  const std::size_t colon = url.find(':');
  return at == npos || colon == npos || colon > at ? Span{} : Span{colon + 1, at};
}

std::size_t end_of_quoted(std::string_view text, std::size_t open) {
  for (std::size_t i = open + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == text[open]) {
      return i + 1;
    }
  }
  return text.size();
}

std::size_t end_of_plain(std::string_view text, std::size_t begin, bool in_query) {
  std::size_t i = begin;
  while (i < text.size() && kSpaces.find(text[i]) == npos && !(in_query && text[i] == '&')) {
    i += text[i] == '\\' ? 2 : 1;
  }
  return std::min(i, text.size());
}

/// The value in `text` of the keyword whose name ends at `name_end`.
Span keyword_password(std::string_view text, std::size_t name_end, bool in_query) {
  const std::size_t equals = text.find_first_not_of(kSpaces, name_end);
  if (equals == npos || text[equals] != '=') {
    return {};
  }
  const std::size_t begin = text.find_first_not_of(kSpaces, equals + 1);
  if (begin == npos) {
    return {};
  }
  const bool quoted = text[begin] == '\'' || text[begin] == '"';
  return {begin, quoted ? end_of_quoted(text, begin) : end_of_plain(text, begin, in_query)};
}

bool same_word(std::string_view text, std::size_t at, std::string_view word) {
  return text.size() - at >= word.size() &&
         std::equal(word.begin(),
                    word.end(),
                    text.begin() + static_cast<std::ptrdiff_t>(at),
                    [](char a, char b) { return a == lower(b); });
}

/// What to hide for a URL or keyword that begins at `at`.
Span secret_at(std::string_view text, std::size_t at) {
  if (text.substr(at).starts_with("://")) {
    std::size_t scheme = at;
    while (scheme > 0 && is_scheme_char(text[scheme - 1])) {
      --scheme;
    }
    const Span found = url_password(text.substr(at + 3), same_word(text, scheme, "postgres"));
    return found.begin == found.end ? Span{} : Span{found.begin + at + 3, found.end + at + 3};
  }
  for (const std::string_view keyword : kPasswords) {
    if (same_word(text, at, keyword)) {
      std::size_t word = at;
      while (word > 0 && std::isalnum(static_cast<unsigned char>(text[word - 1])) != 0) {
        --word;
      }
      const bool in_query = word > 0 && (text[word - 1] == '?' || text[word - 1] == '&');
      return keyword_password(text, at + keyword.size(), in_query);
    }
  }
  return {};
}

}  // namespace

std::string redact_passwords(std::string_view text) {
  std::string result;
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const Span secret = secret_at(text, at);
    if (secret.begin < secret.end) {
      result += text.substr(copied, secret.begin - copied);
      result += kHidden;
      copied = secret.end;
      at = secret.end - 1;
    }
  }
  result += text.substr(copied);
  return result;
}

}  // namespace tranche
