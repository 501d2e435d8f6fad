#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/replaced_file.hpp"
#include "cli/report_page.hpp"
#include "cli/since.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"

namespace tranche::cli {
namespace {

struct Options {
  WindowOptions where;
  std::optional<std::string> since;
  std::string file;
};

int write_report(const Context& context, const Options& options) {
  const std::optional<Since> since =
      options.since ? std::optional(Since::parse(*options.since)) : std::nullopt;
  Inventory inventory = need_inventory(context, options.where.what());
  inventory.find_window(options.where.job, options.where.window());
  ReplacedFile file("--html", options.file);
  file.write(
      report_page(gather_report(inventory,
                                options.where.job,
                                options.where.campaign,
                                since ? std::optional(since->at(inventory.now())) : std::nullopt)));
  return runner::kExitDone;
}

}  // namespace

void add_report(Registry& registry) {
  auto& c = registry.command("report",
                             "A page on what a job or a campaign did",
                             "tranche report --job flights --campaign 2013 --html report.html");
  auto options = std::make_shared<Options>();
  c.about(
      "Writes one HTML file that needs nothing besides, for a browser or a phone: what was "
      "processed and what waits, the time line of batches, their durations against weight, the "
      "throughput, the slowest batches and the attempts that did not succeed, with what they said. "
      "The file is replaced in one step. Batches that a split or a reset put others in the place "
      "of "
      "are left out.");
  add_job(c, options->where.job);
  c.option("--campaign", options->where.campaign, "C", "Only this campaign, or 'incremental'")
      .default_text("all windows");
  c.option("--since", options->since, "T", "Only batches acquired since a time, or a duration ago");
  c.required("--html", options->file, "FILE", "Where it is written");
  c.run([options](Context& context) { return write_report(context, *options); });
}

}  // namespace tranche::cli
