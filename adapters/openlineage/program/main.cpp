// Hears a run's events as lines of JSON on standard input and tells them to OpenLineage.
#include "config.hpp"
#include "delivery.hpp"
#include "direct_transports.hpp"
#include "event_writer.hpp"
#include "http_transport.hpp"
#include "say.hpp"
#include "spool.hpp"

#include "tranche/error.hpp"

#include <algorithm>
#include <cstdlib>
#include <curl/curl.h>
#include <functional>
#include <iostream>
#include <signal.h>
#include <unistd.h>

namespace tranche::adapters::openlineage {
namespace {

namespace fs = std::filesystem;

// The run waits 5 s for us at its end, half a second where it was told to stop.
constexpr auto kPatience = std::chrono::milliseconds(3000);
constexpr auto kPatienceAfterStop = std::chrono::milliseconds(300);
// A step is often the whole of what its caller waits for.
constexpr auto kPatienceOfStep = std::chrono::milliseconds(1000);
constexpr int kStopped = 128;

using Send = std::function<void(const std::string& event)>;

/// How long to go on sending after the last event `told`; `most`: as was said before.
std::chrono::milliseconds patience_after(const nlohmann::json& told,
                                         std::chrono::milliseconds most) {
  const std::string event = told.value("event", "");
  if (event == "batch_handed_over" || event == "batch_resumed") {
    return kPatienceOfStep;
  }
  const bool stopped = event == "run_finished" && told.value("exit_status", 0) > kStopped;
  return stopped ? std::min(most, kPatienceAfterStop) : most;
}

/// Returns how long to go on sending. Where the runner was killed nobody waits.
std::chrono::milliseconds hear_all(EventWriter& writer, const Send& send) {
  std::chrono::milliseconds patience = kPatience;
  std::int64_t not_understood = 0;
  for (std::string line; std::getline(std::cin, line);) {
    try {
      const auto told = nlohmann::json::parse(line);
      if (const auto event = writer.hear(told)) {
        send(*event);
      }
      patience = patience_after(told, patience);
    } catch (const nlohmann::json::exception& error) {
      if (++not_understood == 1) {
        warn(std::string("an event is not understood: ") + error.what());
      }
    }
  }
  for (const std::string& event : writer.lose_all()) {
    send(event);
  }
  return patience;
}

void tell_directly(EventWriter& writer, Transport& transport) {
  std::int64_t failures = 0;
  hear_all(writer, [&](const std::string& event) {
    const Sent sent = transport.send(event);
    if (sent.kind != Sent::Kind::done && ++failures == 1) {
      warn(sent.why);
    }
  });
}

/// A folder of our own for as long as we live, where none can be kept.
fs::path passing_folder() {
  const char* const given = std::getenv("TMPDIR");
  std::string form =
      std::string(given == nullptr || *given == '\0' ? "/tmp" : given) + "/tranche-lineage.XXXXXX";
  return ::mkdtemp(form.data()) == nullptr ? fs::path() : fs::path(form);
}

struct Opened {
  std::unique_ptr<Spool> spool;
  bool passing = false;
};

Opened open_spool(const Environment& environment, const std::string& url) {
  const fs::path folder = spool_folder(environment, url);
  if (!folder.empty()) {
    try {
      const std::string most = variable(environment, "TRANCHE_OPENLINEAGE_SPOOL_BYTES");
      return {
          std::make_unique<Spool>(
              folder, most.empty() ? Spool::kMostBytes : std::strtoull(most.c_str(), nullptr, 10)),
          false};
    } catch (const Error&) {
    }
  }
  return {std::make_unique<Spool>(passing_folder()), true};
}

void tell_losses(const Delivery::Result& result, const Opened& opened) {
  const Spool& spool = *opened.spool;
  if (result.refused > 0) {
    warn(std::to_string(result.refused) + " events were refused: " + result.why);
  }
  if (spool.dropped() > 0) {
    warn(std::to_string(spool.dropped()) +
         " events that waited longest were given up: no room in " + spool.folder().string());
  }
  const std::size_t waiting = result.away ? spool.waiting().size() : 0;
  if (waiting > 0) {
    warn(std::to_string(waiting) +
         (opened.passing
              ? " events are lost: there is no folder for what waits, set TRANCHE_STATE_DIR: "
              : " events wait in " + spool.folder().string() + " for the next run: ") +
         result.why);
  }
}

void tell_by_http(EventWriter& writer, const Environment& environment, const HttpConfig& config) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const Opened opened = open_spool(environment, config.url);
  Spool& spool = *opened.spool;
  auto* const delivery = new Delivery(spool, make_http_transport(config));
  bool failed = false;
  const auto patience = hear_all(writer, [&](const std::string& event) {
    try {
      spool.put(event);
      delivery->wake();
    } catch (const Error& error) {
      if (!std::exchange(failed, true)) {
        warn(error.what());
      }
    }
  });
  const bool ended = delivery->finish(patience);
  Delivery::Result result = delivery->result();
  if (!ended && !result.away) {
    result.away = true;
    result.why = "the server has not taken them yet";
  }
  tell_losses(result, opened);
  if (opened.passing) {
    std::error_code ignored;
    fs::remove_all(spool.folder(), ignored);
  }
  // What is still being sent stays in the spool, and its thread ends with the process.
  std::cout.flush();
  std::_Exit(0);
}

void tell(const Environment& environment) {
  const Config config = read_config(environment);
  EventWriter writer(environment);
  switch (config.kind) {
    case Config::Kind::none:
      return;
    case Config::Kind::http:
      return tell_by_http(writer, environment, config.http);
    case Config::Kind::file:
      return tell_directly(writer, *make_file_transport(config.file));
    case Config::Kind::console:
      return tell_directly(writer, *make_console_transport());
  }
}

}  // namespace
}  // namespace tranche::adapters::openlineage

int main() {
  using namespace tranche::adapters::openlineage;
  ::signal(SIGPIPE, SIG_IGN);
  std::ios::sync_with_stdio(false);
  try {
    tell(tranche::process_environment());
  } catch (const std::exception& error) {
    warn(error.what());
  }
  // The runner must not find its pipe broken.
  for (std::string line; std::getline(std::cin, line);) {
  }
  return 0;
}
