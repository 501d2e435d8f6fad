#include "secrets.hpp"

#include "tranche/database_url.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace tranche::runner {
namespace {

constexpr std::string_view kHidden = "***";

constexpr std::array<std::string_view, 13> kSecretWords{"pass",
                                                        "passwd",
                                                        "passphrase",
                                                        "pwd",
                                                        "secret",
                                                        "secrets",
                                                        "token",
                                                        "credential",
                                                        "credentials",
                                                        "apikey",
                                                        "bearer",
                                                        "authorization",
                                                        "sig"};

/// Also as the end of a word: "dbpassword".
constexpr std::string_view kPassword = "password";

/// Whose value is a user's name, a colon and a password.
constexpr std::array<std::string_view, 4> kUserOptions{
    "-u", "--user", "--basic-auth", "--proxy-user"};

/// What is secret only as a pair: a key alone may be a column's.
constexpr std::array<std::array<std::string_view, 2>, 4> kSecretPairs{
    {{"api", "key"}, {"access", "key"}, {"private", "key"}, {"account", "key"}}};

/// The words of "--dbPassword", "DB_PASSWORD" and "spark.db.password", in small letters.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  bool small_before = false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool hump = std::isupper(byte) != 0 && small_before;
    if ((std::isalnum(byte) == 0 || hump) && !words.back().empty()) {
      words.emplace_back();
    }
    if (std::isalnum(byte) != 0) {
      words.back() += static_cast<char>(std::tolower(byte));
    }
    small_before = std::islower(byte) != 0 || std::isdigit(byte) != 0;
  }
  return words;
}

bool names_secret(std::string_view name) {
  const std::vector<std::string> words = words_of(name);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i].ends_with(kPassword) ||
        std::find(kSecretWords.begin(), kSecretWords.end(), words[i]) != kSecretWords.end()) {
      return true;
    }
    for (const auto& [first, second] : kSecretPairs) {
      if (words[i] == first && i + 1 < words.size() && words[i + 1] == second) {
        return true;
      }
    }
  }
  return false;
}

/// Names are short and without spaces: a script that holds an equals sign is none.
bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_' || c == '.';
  });
}

bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
}

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

/// The name that ends before the colon or equals sign at `sign`: X-Api-Key, "password", ?sig.
std::string_view name_before(std::string_view text, std::size_t sign) {
  std::size_t end = sign;
  while (text[sign] == ':' && end > 0 && text[end - 1] == ' ') {
    --end;
  }
  if (end > 0 && is_quote(text[end - 1])) {
    --end;
  }
  std::size_t begin = end;
  while (begin > 0 && is_name_char(text[begin - 1])) {
    --begin;
  }
  return text.substr(begin, end - begin);
}

/// Where a value ends that begins at `begin`. A header's value may have several words.
std::size_t end_of_value(std::string_view text, std::size_t begin, bool header) {
  const std::size_t end = is_quote(text[begin])
                              ? text.find(text[begin], begin + 1)
                              : text.find_first_of(header ? "\n\r\"'" : " \t\n\r\"'&,;}", begin);
  return std::min(end, text.size());
}

/// Values in a script, a header, a query or JSON, by the names that they follow. A variable of the
/// shell is none.
std::string hide_within(const std::string& word) {
  std::string shown;
  std::size_t copied = 0;
  for (std::size_t sign = word.find_first_of(":="); sign != std::string::npos;
       sign = word.find_first_of(":=", sign + 1)) {
    const std::string_view name = name_before(word, sign);
    if (sign < copied || !names_secret(name)) {
      continue;
    }
    std::size_t begin = sign + 1;
    while (word[sign] == ':' && begin < word.size() && word[begin] == ' ') {
      ++begin;
    }
    if (begin >= word.size() || word[begin] == ' ' || word[begin] == '$') {
      continue;
    }
    const std::size_t end = end_of_value(word, begin, word[sign] == ':' && !is_quote(word[begin]));
    begin += is_quote(word[begin]) ? 1U : 0U;
    shown += word.substr(copied, begin - copied) + std::string(kHidden);
    copied = std::max(begin, end);
  }
  return shown + word.substr(copied);
}

/// "user:password"
std::string hide_password(const std::string& word) {
  const std::size_t colon = word.find(':');
  return colon == std::string::npos ? word : word.substr(0, colon + 1) + std::string(kHidden);
}

}  // namespace

std::vector<std::string> hide_secrets(const std::vector<std::string>& words) {
  std::vector<std::string> shown;
  bool value_of_secret = false;
  bool value_of_user = false;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const bool secret = is_name(name) && names_secret(name);
    if (value_of_secret && !word.starts_with("--")) {
      shown.emplace_back(kHidden);
    } else if (secret && equals != std::string::npos) {
      shown.push_back(name + '=' + std::string(kHidden));
    } else {
      const std::string hidden = hide_within(redact_passwords(word));
      shown.push_back(value_of_user ? hide_password(hidden) : hidden);
    }
    value_of_user = std::find(kUserOptions.begin(), kUserOptions.end(), word) != kUserOptions.end();
    value_of_secret = secret && equals == std::string::npos && word.starts_with('-');
  }
  return shown;
}

}  // namespace tranche::runner
