#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/print.hpp"
#include "cli/replaced_file.hpp"
#include "exit_status.hpp"
#include "metrics/inventory_metrics.hpp"

namespace tranche::cli {
namespace {

struct Options {
  std::optional<std::string> job;
  std::optional<std::string> file;
};

int show_metrics(const Context& context, const Options& options) {
  std::optional<ReplacedFile> file;
  if (options.file) {
    file.emplace("--metrics-file", *options.file);
  }
  Inventory inventory = need_inventory(
      context, options.job ? "job '" + *options.job + "'" : std::string("the inventory"));
  const std::string text = runner::inventory_metrics(inventory, options.job);
  if (file) {
    file->write(text);
  } else {
    print(text);
  }
  return runner::kExitDone;
}

}  // namespace

void add_metrics(Registry& registry) {
  auto& c = registry.command("metrics",
                             "Backlogs, attempts and durations for Prometheus",
                             "tranche metrics --metrics-file /var/lib/node_exporter/tranche.prom");
  auto options = std::make_shared<Options>();
  c.about(
      "In Prometheus' text format: the backlog of each window by count, weight and age, batches by "
      "state, attempts by outcome, their durations, and lease takeovers. A job whose source cannot "
      "be read is left out with a warning.");
  c.option("--job", options->job, "NAME", "Only this job's").default_text("all jobs");
  c.option("--metrics-file",
           options->file,
           "FILE",
           "Replace this file in one step, for node_exporter's textfile collector")
      .default_text("standard output");
  c.run([options](Context& context) { return show_metrics(context, *options); });
}

}  // namespace tranche::cli
