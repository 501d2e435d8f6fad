#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/open.hpp"
#include "cli/output.hpp"
#include "exit_status.hpp"
#include "log.hpp"
#include "version.hpp"

#include "tranche/diagnose.hpp"
#include "tranche/error.hpp"
#include "tranche/source.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <set>
#include <unistd.h>

namespace tranche::cli {
namespace {

using State = Finding::State;
using Findings = std::vector<Finding>;

struct Options {
  OutputFormat output = OutputFormat::table;
};

/// Where a runner puts the files of a batch.
Finding check_temporary_folder() {
  const char* const set = std::getenv("TMPDIR");
  const std::string folder = set == nullptr || *set == '\0' ? "/tmp" : set;
  std::string name = folder + "/tranche-doctor-XXXXXX";
  const int file = mkstemp(name.data());
  if (file < 0) {
    return {
        State::broken, "temporary folder", folder + " cannot be written: " + std::strerror(errno)};
  }
  close(file);
  unlink(name.c_str());
  return {State::ok, "temporary folder", folder};
}

/// What was proved when the job was defined may have been changed since.
std::string order_lost(const Job& job, const DatabaseUrl& where) {
  JobDefinition now = job.definition;
  inspect_order(where, now);
  const bool lost =
      job.definition.key_order == KeyOrder::proved && now.key_order == KeyOrder::unproved;
  return lost ? "the order of its keys was proved, and is not any more: " + now.key_order_reason +
                    "; assets may be left out, which 'tranche audit' finds; 'tranche job update " +
                    job.name + "' takes note of it"
              : "";
}

Finding check_source(const Job& job, const DatabaseUrl& where) {
  const std::string check = "source of " + job.name;
  try {
    const auto source = open_source(where, job.definition);
    const auto reading = source->begin(std::chrono::seconds(10));
    const std::optional<Key> newest = source->newest_key();
    const std::string lost = order_lost(job, where);
    if (!lost.empty()) {
      return {State::warning, check, lost};
    }
    return {State::ok,
            check,
            where.redacted() + ", table " + job.definition.table + ", " +
                (newest ? "newest key " + newest->text() : "no asset yet")};
  } catch (const Error& error) {
    return {State::broken, check, error.what()};
  }
}

Findings check_sources(const Context& context) {
  Findings findings;
  std::optional<Inventory> inventory = find_inventory(context);
  if (!inventory) {
    return findings;
  }
  for (const Job& job : inventory->list_jobs()) {
    findings.push_back(check_source(job, source_of(context, job.definition)));
  }
  return findings;
}

bool any_broken(const Findings& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.state == State::broken;
  });
}

Findings examine(const Context& context) {
  Findings findings{{State::ok, "tranche", std::string(runner::version())}};
  for (Finding& finding : diagnose(context.inventory(), context.schema)) {
    findings.push_back(std::move(finding));
  }
  if (!any_broken(findings)) {
    for (Finding& finding : check_sources(context)) {
      findings.push_back(std::move(finding));
    }
  }
  findings.push_back(check_temporary_folder());
  return findings;
}

int run_doctor(const Context& context, const Options& options) {
  const Findings findings = examine(context);
  Listing listing(options.output,
                  "checks",
                  {{"check", "CHECK"},
                   {"state", "STATE", Column::Align::left, 9, {}, true},
                   {"detail", "DETAIL", Column::Align::left, 8}});
  std::string broken;
  for (const Finding& finding : findings) {
    listing.add({{"check", finding.check},
                 {"state", to_string(finding.state)},
                 {"detail", finding.detail}});
    if (finding.state == State::broken) {
      broken += (broken.empty() ? "" : "; ") + finding.check + ": " + finding.detail;
    }
  }
  listing.finish();
  if (broken.empty()) {
    return runner::kExitDone;
  }
  runner::log::error(broken);
  return runner::kExitFailure;
}

}  // namespace

void add_doctor(Registry& registry) {
  auto& c =
      registry.command("doctor", "Whether everything that tranche needs is well", "tranche doctor");
  auto options = std::make_shared<Options>();
  c.about(
      "Looks at the inventory's database and schema, at how safely it keeps what it acknowledges, "
      "at the jobs' sources and the order of their keys, the clocks and the temporary folder. "
      "Changes nothing. The exit status "
      "is 125 where something is broken; a warning alone is 0.");
  c.listing(options->output);
  c.run([options](Context& context) { return run_doctor(context, *options); });
}

}  // namespace tranche::cli
