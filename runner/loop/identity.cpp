#include "loop/identity.hpp"

#include "version.hpp"

#include "tranche/database_url.hpp"
#include "tranche/inventory.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <pwd.h>
#include <unistd.h>

namespace tranche::runner {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

std::string user_name() {
  const passwd* entry = getpwuid(geteuid());
  return entry != nullptr ? entry->pw_name : std::to_string(geteuid());
}

bool names_secret(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  static constexpr std::array<std::string_view, 9> kWords{"password", "passwd", "secret",     "token",     "api-key",
                                                          "api_key",  "apikey", "credential", "access-key"};
  return std::any_of(kWords.begin(), kWords.end(), [&](std::string_view word) { return lower.find(word) != std::string::npos; });
}

}  // namespace

std::vector<std::string> hide_secrets(const std::vector<std::string>& command) {
  std::vector<std::string> shown;
  bool hide_next = false;
  for (const std::string& argument : command) {
    const auto equals = argument.find('=');
    if (hide_next && !argument.starts_with("-")) {
      shown.emplace_back("***");
      hide_next = false;
    } else if (equals != std::string::npos && argument.find(' ') == std::string::npos && names_secret(argument.substr(0, equals))) {
      shown.push_back(argument.substr(0, equals + 1) + "***");
      hide_next = false;
    } else {
      shown.push_back(redact_passwords(argument));
      hide_next = argument.starts_with("-") && equals == std::string::npos && names_secret(argument);
    }
  }
  return shown;
}

Run make_run(const std::string& job, const std::string& window, const std::vector<std::string>& command) {
  Run run;
  run.id = random_uuid();
  run.job = job;
  run.window = window;
  run.host = host_name();
  run.boot_id = boot_id();
  run.pid = getpid();
  run.user = user_name();
  run.command = hide_secrets(command);
  run.version = version();
  return run;
}

}  // namespace tranche::runner
