#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/people.hpp"
#include "cli/print.hpp"
#include "cli/watch_screen.hpp"
#include "exit_status.hpp"
#include "json/status_json.hpp"
#include "log.hpp"

#include "tranche/error.hpp"

#include <thread>

namespace tranche::cli {
namespace {

using Align = Column::Align;

struct Options {
  bool watch = false;
  Duration interval = std::chrono::seconds(2);
  OutputFormat output = OutputFormat::table;
};

std::string state_text(const Json& row) {
  return row.at("error").is_null() ? row.at("state").get<std::string>() : "broken";
}

std::string age_text(const Json& row) {
  const Json& age = row.at("oldest_age_seconds");
  return age.is_number()
             ? short_duration(Duration(static_cast<std::int64_t>(age.get<double>() * 1000)))
             : "-";
}

/// The newest holder, and how many more there are.
std::string holder_text(const Json& row) {
  const Json& holders = row.at("holders");
  if (holders.empty()) {
    return row.at("error").is_null() ? "-" : row.at("error").get<std::string>();
  }
  const Json& first = holders.front();
  const std::string host = first.at("host").is_string()
                               ? first.at("host").get<std::string>() + ":" + first.at("pid").dump()
                               : "?";
  const auto held =
      row.at("processing").is_number() ? row.at("processing").get<std::size_t>() : holders.size();
  return host + (held > 1 ? " +" + std::to_string(held - 1) : "");
}

std::vector<Column> columns(TimePoint now) {
  const auto ago = [now](const Json& row) {
    return time_between(row.at("last_success_at"), format_time(now));
  };
  return {{"job", "JOB", Align::left, 10},
          {"window", "WINDOW", Align::left, 9},
          {"state", "STATE", Align::left, 8, state_text, true},
          {"count", "WAITING", Align::right, 8},
          weight_column("weight", "WEIGHT", 4),
          {"processing", "RUNNING", Align::right, 7},
          {"failed", "FAILED", Align::right, 7},
          {"exhausted", "EXHAUSTED", Align::right, 8},
          {"last_success_at", "LAST OK", Align::right, 6, ago},
          {"oldest_age_seconds", "OLDEST", Align::right, 5, age_text},
          {"holders", "HOLDER", Align::left, 3, holder_text}};
}

/// Everything once. A table on a terminal goes to `screen`, where there is one.
void show(const Context& context, const Options& options, WatchScreen* screen) {
  std::optional<Inventory> inventory = find_inventory(context);
  const std::vector<Json> rows = inventory ? runner::status_rows(*inventory) : std::vector<Json>();
  const TimePoint now = inventory ? inventory->now() : TimePoint();
  if (options.watch && options.output == OutputFormat::jsonl) {
    print(runner::dump_line({{"time", runner::time_json(now)}, {"windows", rows}}) + "\n");
    return;
  }
  std::string text;
  Listing listing(
      options.output,
      "jobs",
      columns(now),
      Screen::of_stdout(),
      screen == nullptr ? Sink(print) : [&](std::string_view part) { text += part; });
  for (const Json& row : rows) {
    listing.add(row);
  }
  if (screen == nullptr || !rows.empty()) {
    listing.finish();
  }
  if (screen != nullptr) {
    screen->show(format_time(now), rows.empty() ? "no jobs\n" : text);
  }
}

int show_status(const Context& context, const Options& options) {
  if (!options.watch) {
    show(context, options, nullptr);
    return runner::kExitDone;
  }
  if (options.output == OutputFormat::json || options.output == OutputFormat::csv) {
    throw Error(ErrorCode::usage,
                "status: --watch goes on and on; accepted are -o table and -o jsonl");
  }
  WatchScreen screen;
  for (bool first = true;; first = false) {
    try {
      show(context, options, options.output == OutputFormat::table ? &screen : nullptr);
    } catch (const Error& error) {
      // A server that restarts is back in a moment. What was wrong from the beginning stays wrong.
      if (first) {
        throw;
      }
      runner::log::warn(error.what());
    }
    flush_output();
    std::this_thread::sleep_for(options.interval);
  }
}

}  // namespace

void add_status(Registry& registry) {
  auto& c = registry.command("status", "All jobs at a glance", "tranche status --watch");
  auto options = std::make_shared<Options>();
  c.about(
      "A line for each job and campaign: WAITING and WEIGHT of the assets in no succeeded batch; "
      "of "
      "its batches those RUNNING, FAILED and tried again, and EXHAUSTED, which wait for 'tranche "
      "retry' or 'tranche cancel'; LAST OK the time since the last success, OLDEST the age of the "
      "oldest asset that waits, HOLDER the newest runner at work and how many batches are held "
      "besides. A narrow terminal shows less; -o json shows all. Cancelled campaigns are left out; "
      "a job whose source cannot be read is 'broken', and tells why.");
  c.example("tranche status -o jsonl --watch --interval 1m");
  c.flag("--watch",
         options->watch,
         "Again and again until interrupted: redrawn on a terminal, with -o jsonl one line for "
         "each round with 'time' and 'windows'");
  c.option("--interval", options->interval, "DUR", "Between two rounds of --watch");
  c.listing(options->output);
  c.run([options](Context& context) { return show_status(context, *options); });
}

}  // namespace tranche::cli
