#include "cli/batch_table.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/people.hpp"
#include "cli/print.hpp"
#include "cli/run_names.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"
#include "json/batch_json.hpp"
#include "log.hpp"

#include "tranche/error.hpp"

namespace tranche::cli {
namespace {

using Align = Column::Align;

struct Options {
  std::string job;
  std::optional<std::string> key;
  std::optional<std::string> item;
  OutputFormat output = OutputFormat::table;
};

Json asset_json(Inventory& inventory, const AssetHistory& asset, TimePoint now) {
  Json json{{"key", runner::key_json(asset.key)},
            {"key_text", asset.key.text()},
            {"item", runner::maybe_json(asset.item)},
            {"weight", asset.weight ? weight_json(*asset.weight) : Json(nullptr)},
            {"batches", Json::array()}};
  for (const BatchHistory& history : asset.batches) {
    json["batches"].push_back(runner::history_json(history, now));
  }
  json["runs"] = runs_of(inventory, asset.batches);
  return json;
}

/// An attempt with what a person asks next: in which batch, by which command, where.
Json attempt_row(const Json& batch, const Json& attempt, const Json& runs) {
  Json row = attempt;
  row["batch_id"] = batch.at("batch_id");
  row["window"] = batch.at("window");
  row["run"] = run_of(runs, attempt.at("run_id"));
  row["host"] = nullptr;
  row["command"] = "-";
  if (const Json& run = row["run"]; !run.is_null()) {
    row["host"] = run.at("host");
    std::string command;
    for (const Json& word : run.at("command")) {
      command += (command.empty() ? "" : " ") + word.get<std::string>();
    }
    row["command"] = command;
  }
  return row;
}

void show_attempts(const Json& asset, TimePoint now) {
  std::vector<Column> columns{{"batch_id", "BATCH", Align::right, 10},
                              {"window", "WINDOW", Align::left, 3}};
  for (Column& column : attempt_columns(now)) {
    columns.push_back(std::move(column));
  }
  for (Column& column : orchestrator_columns(asset.at("runs"))) {
    columns.push_back(std::move(column));
  }
  columns.push_back({"host", "HOST", Align::left, 2});
  columns.push_back({"command", "COMMAND", Align::left, 5});
  Listing listing(OutputFormat::table, "attempts", columns);
  std::size_t attempts = 0;
  for (const Json& batch : asset.at("batches")) {
    for (const Json& attempt : batch.at("attempts")) {
      listing.add(attempt_row(batch, attempt, asset.at("runs")));
      ++attempts;
    }
  }
  if (attempts == 0) {
    runner::log::info(asset.at("batches").empty() ? "in no batch yet" : "no attempt yet");
    return;
  }
  print("\n");
  listing.finish();
  print_links(asset.at("runs"));
  for (const Json& batch : asset.at("batches")) {
    if (batch.at("attempts_pruned").get<bool>()) {
      tell_pruned(batch.at("batch_id").get<std::int64_t>());
    }
  }
}

std::string batches_text(const Json& asset) {
  std::string text;
  for (const Json& batch : asset.at("batches")) {
    text +=
        (text.empty() ? "" : ", ") + batch.at("batch_id").dump() + " " +
        (batch.at("superseded").get<bool>() ? "superseded" : batch.at("status").get<std::string>());
  }
  return text.empty() ? "-" : text;
}

const std::vector<Column> kFields{{"key", "KEY"},
                                  {"item", "ITEM"},
                                  {"weight", "WEIGHT"},
                                  {"batches", "BATCHES", Align::left, 1, batches_text}};

void show(OutputFormat format, const std::vector<Json>& assets, TimePoint now) {
  if (assets.size() == 1 || format == OutputFormat::table) {
    for (const Json& asset : assets) {
      show_object(format, kFields, asset);
      if (format == OutputFormat::table) {
        show_attempts(asset, now);
        print(&asset == &assets.back() ? "" : "\n");
      }
    }
    return;
  }
  Listing listing(format, "assets", kFields);
  for (const Json& asset : assets) {
    listing.add(asset);
  }
  listing.finish();
}

int show_asset(const Context& context, const Options& options) {
  if (options.key.has_value() == options.item.has_value()) {
    throw Error(ErrorCode::usage, "asset: give one of --key K and --item I");
  }
  Inventory inventory = need_inventory(context, "job '" + options.job + "'");
  std::vector<AssetHistory> found;
  if (options.key) {
    found.push_back(inventory.find_asset(options.job, *options.key));
  } else {
    found = inventory.find_item(options.job, *options.item);
  }
  const TimePoint now = inventory.now();
  std::vector<Json> assets;
  for (const AssetHistory& asset : found) {
    assets.push_back(asset_json(inventory, asset, now));
  }
  show(options.output, assets, now);
  return runner::kExitDone;
}

}  // namespace

void add_asset(Registry& registry) {
  auto& c = registry.command("asset",
                             "Which batch, attempt and run processed one asset",
                             "tranche asset --job flights --item /data/2026/01/01.csv");
  auto options = std::make_shared<Options>();
  c.about(
      "Answers from the keys that each batch was handed out with: an asset that came late or did "
      "not match the filter is in no batch. Where several assets carry the item, -o json prints an "
      "array.");
  add_job(c, options->job);
  c.option("--key", options->key, "K", "The asset's key");
  c.option("--item", options->item, "I", "Its item");
  c.listing(options->output);
  c.run([options](Context& context) { return show_asset(context, *options); });
}

}  // namespace tranche::cli
