#include "cli/audit_output.hpp"
#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/window_options.hpp"
#include "exit_status.hpp"
#include "terminal.hpp"

#include <unistd.h>

namespace tranche::cli {
namespace {

struct Options {
  WindowOptions where;
  bool repair = false;
  OutputFormat output = OutputFormat::table;
};

int audit(const Context& context, const Options& options) {
  Inventory inventory = need_inventory(context, options.where.what());
  inventory.find_window(options.where.job, options.where.window());
  AuditReport report(options.output, options.where.job, options.where.window());
  // Rows and a line that is written over would mix on one screen.
  AuditProgress progress(
      runner::terminal::is_terminal(STDERR_FILENO) &&
      (options.output == OutputFormat::table || !runner::terminal::is_terminal(STDOUT_FILENO)));
  AuditOptions wanted;
  wanted.window = options.where.window();
  wanted.repair = options.repair;
  wanted.progress = [&](const AuditTotals& totals, const Key& at, const Key& end) {
    progress.show(totals, at, end);
  };
  const AuditTotals totals = inventory.audit(
      options.where.job, wanted, [&](const AuditFinding& finding) { report.add(finding); });
  progress.clear();
  report.finish(totals);
  return totals.clean() ? runner::kExitDone : runner::kExitDifferent;
}

}  // namespace

void add_audit(Registry& registry) {
  auto& c = registry.command("audit",
                             "Compare what was handed out with the source now",
                             "tranche audit --job flights --repair");
  auto options = std::make_shared<Options>();
  c.about(
      "Recounts every range behind the window's frontier, under the filter that it was cut with. "
      "Finds assets that are late (no batch holds them: they appeared behind the frontier), those "
      "that vanished (a batch holds them; the source does not, or they match no more), and batches "
      "that changed (an item or a weight is another). Of text and UUID keys the ledger has hashes: "
      "of those that vanished it says how many, and between which keys. Reads some thousand assets "
      "at a time and blocks nobody. "
      "Ends with 0 where nothing was found or all of it repaired, with 1 where a difference is "
      "left. A table shows the first 100; the other forms show all, JSON in 'findings'.");
  add_window(c, options->where);
  c.flag("--repair",
         options->repair,
         "Make batches of the late assets, within the job's limits; they are handed out as others "
         "that come back");
  c.listing(options->output);
  c.run([options](Context& context) { return audit(context, *options); });
}

}  // namespace tranche::cli
