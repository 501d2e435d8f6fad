#include "run_identity.hpp"

#include "secrets.hpp"
#include "version.hpp"

#include <array>
#include <fstream>
#include <pwd.h>
#include <unistd.h>

namespace tranche::runner {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

std::string user_name() {
  const passwd* const user = getpwuid(geteuid());
  return user == nullptr ? std::to_string(geteuid()) : user->pw_name;
}

}  // namespace

Run describe_run(std::string id,
                 std::string job,
                 std::string window,
                 const std::vector<std::string>& command,
                 Identity identity) {
  Run run;
  run.id = std::move(id);
  run.job = std::move(job);
  run.window = std::move(window);
  run.host = host_name();
  run.boot_id = boot_id();
  run.pid = getpid();
  run.user = user_name();
  run.command = hide_secrets(command);
  run.identity = std::move(identity);
  run.version = version();
  return run;
}

std::vector<std::string> acquire_command(const std::string& job) {
  return {"tranche", "acquire", "--job", job};
}

}  // namespace tranche::runner
