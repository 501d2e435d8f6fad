#include "secrets.hpp"

#include "tranche/database_url.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace tranche::runner {
namespace {

constexpr std::string_view kHidden = "***";

constexpr std::array<std::string_view, 11> kSecretWords{"password",
                                                        "passwd",
                                                        "passphrase",
                                                        "pwd",
                                                        "secret",
                                                        "secrets",
                                                        "token",
                                                        "credential",
                                                        "credentials",
                                                        "apikey",
                                                        "bearer"};

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
    if (std::find(kSecretWords.begin(), kSecretWords.end(), words[i]) != kSecretWords.end()) {
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

}  // namespace

std::vector<std::string> hide_secrets(const std::vector<std::string>& words) {
  std::vector<std::string> shown;
  bool value_of_secret = false;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    const bool secret = is_name(name) && names_secret(name);
    if (value_of_secret && !word.starts_with("--")) {
      shown.emplace_back(kHidden);
    } else if (secret && equals != std::string::npos) {
      shown.push_back(name + '=' + std::string(kHidden));
    } else {
      shown.push_back(redact_passwords(word));
    }
    value_of_secret = secret && equals == std::string::npos && word.starts_with('-');
  }
  return shown;
}

}  // namespace tranche::runner
