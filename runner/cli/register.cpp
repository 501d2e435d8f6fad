#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/print.hpp"
#include "exit_status.hpp"
#include "log.hpp"
#include "register/inputs.hpp"
#include "register/progress.hpp"
#include "terminal.hpp"
#include "text.hpp"

#include "tranche/registrar.hpp"

#include <cstdio>
#include <unistd.h>

namespace tranche::cli {
namespace {

struct RegisterOptions {
  std::string table;
  std::vector<std::string> inputs;
  std::optional<std::string> source;
  std::vector<std::string> globs, excludes;
  bool no_recursive = false;
  std::optional<Duration> min_age;
  std::optional<std::string> format;
  bool nul_separated = false;
  RegisterColumns columns;
  bool dry_run = false;
  OutputFormat output = OutputFormat::table;
};

runner::InputRules rules_of(const RegisterOptions& options) {
  runner::InputRules rules;
  rules.folders.include = runner::Globs(options.globs);
  rules.folders.exclude = runner::Globs(options.excludes);
  rules.folders.recursive = !options.no_recursive;
  if (options.min_age) {
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    rules.folders.files.modified_until = now - *options.min_age;
  }
  if (options.format) {
    rules.format = runner::parse_format(*options.format);
  }
  rules.separator = options.nul_separated ? '\0' : '\n';
  return rules;
}

bool shows_progress() {
  return runner::terminal::is_terminal(STDERR_FILENO) &&
         runner::log::level() >= runner::log::Level::info;
}

Json key_json(const RegisterResult& result, const std::optional<std::string>& key) {
  if (!key) {
    return nullptr;
  }
  return result.integer_key ? Json(std::stoll(*key)) : Json(*key);
}

void show_summary(const RegisterOptions& options, const RegisterResult& result) {
  using Align = Column::Align;
  show_object(options.output,
              {{"table", "TABLE"},
               {"created", "CREATED"},
               {"seen", "SEEN", Align::right},
               {"registered", "REGISTERED", Align::right},
               {"already_registered", "ALREADY REGISTERED", Align::right},
               {"first_key", "FIRST KEY", Align::right},
               {"last_key", "LAST KEY", Align::right}},
              {{"table", options.table},
               {"created", result.created},
               {"seen", result.seen},
               {"registered", result.registered},
               {"already_registered", result.already_registered},
               {"first_key", key_json(result, result.first_key)},
               {"last_key", key_json(result, result.last_key)}});
}

void tell_next_step(const RegisterOptions& options, const RegisterResult& result) {
  const auto quoted = [](const std::string& word) {
    return word.find_first_of(" \"'$\\&?*") == std::string::npos ? word : "'" + word + "'";
  };
  std::string line = "created table " + options.table +
                     "; a job over it: tranche job create NAME --table " + quoted(options.table) +
                     " --key " + result.key_column + " --item " + quoted(options.columns.item) +
                     " --weight " + quoted(options.columns.weight.value_or("weight"));
  if (options.source) {
    line += " --source " + quoted(DatabaseUrl::parse(*options.source).redacted());
  }
  runner::log::info(line);
}

std::string time_text(const RegisterItem& item) {
  return item.time ? format_time(std::chrono::floor<Duration>(*item.time)) : std::string();
}

/// Columns of a fixed width: a table that fits its contents would have to hold all of them.
void print_line(const RegisterItem& item) {
  constexpr std::size_t kTimeWidth = 24;
  constexpr std::size_t kWeightWidth = 12;
  std::string time = time_text(item);
  time.resize(std::max(time.size(), kTimeWidth), ' ');
  std::string weight = item.weight ? format_weight(*item.weight) : "";
  weight.insert(0, kWeightWidth - std::min(weight.size(), kWeightWidth), ' ');
  print(time + "  " + weight + "  " + runner::escape_control(item.item) + "\n");
}

void preview(Registrar& registrar, const RegisterOptions& options) {
  Listing listing(options.output == OutputFormat::table ? OutputFormat::jsonl : options.output,
                  "assets",
                  {{"item", "ITEM"}, {"weight", "WEIGHT"}, {"modified_at", "MODIFIED"}});
  const auto show = [&](const RegisterItem& item) {
    if (options.output == OutputFormat::table) {
      return print_line(item);
    }
    listing.add({{"item", item.item},
                 {"weight", item.weight ? weight_json(*item.weight) : Json(nullptr)},
                 {"modified_at", item.time ? Json(time_text(item)) : Json(nullptr)}});
  };
  const RegisterResult result = registrar.preview(show);
  listing.finish();
  runner::log::info("would register " + std::to_string(result.registered) + " of " +
                    std::to_string(result.seen) + " assets; nothing was written");
}

int status_of(const runner::LeftOut& left_out) {
  if (left_out.too_young != 0) {
    runner::log::info(std::to_string(left_out.too_young) +
                      " files younger than --min-age were left for a later call");
  }
  if (left_out.problems == 0) {
    return runner::kExitDone;
  }
  runner::log::error(std::to_string(left_out.problems) +
                     " files or folders, named above, were not registered");
  return runner::kExitFailure;
}

int register_assets(Context& context, const RegisterOptions& options) {
  const runner::InputRules rules = rules_of(options);
  const DatabaseUrl url =
      options.source ? DatabaseUrl::parse(*options.source) : context.inventory();
  Registrar registrar(url, options.table, options.columns);
  runner::ProgressLine progress(shows_progress());
  std::uint64_t found = 0;
  runner::AssetSink sink;
  sink.asset =
      [&](std::string_view item, std::optional<double> weight, std::optional<AssetTime> time) {
        registrar.add(item, weight, time);
        progress.found(++found);
      };
  sink.problem = [&](const std::string& line) {
    progress.clear();
    runner::log::error(line);
  };
  const runner::LeftOut left_out = runner::read_inputs(options.inputs, rules, sink);
  if (options.dry_run) {
    progress.clear();
    preview(registrar, options);
    return status_of(left_out);
  }
  const RegisterResult result = registrar.finish(
      [&](std::uint64_t done, std::uint64_t total) { progress.written(done, total); });
  progress.clear();
  show_summary(options, result);
  if (result.created) {
    tell_next_step(options, result);
  }
  return status_of(left_out);
}

constexpr std::string_view kAbout =
    "Writes the files of folders, or the entries of lists and manifests, into a table: oldest "
    "first, "
    "each once, whatever was registered before or is right now by another process. The table is "
    "created if missing; one of your own needs a unique index on its item column.\n"
    "A PATH is a folder (all files below it, hidden ones and links to files too, links to folders "
    "not), a list (.txt .lst .list: a path or URI a line), a manifest (.jsonl .ndjson; .csv with a "
    "header: item or path, weight or size, time or modified_at), any other file (an asset itself), "
    "a "
    "URI, or - for a list on standard input. A bad line of a list or manifest refuses the call "
    "before "
    "anything is written. A folder that cannot be read, or a file name that is not UTF-8, is named "
    "on "
    "standard error, the rest is registered, and the exit status is 125.";

}  // namespace

void add_register(Registry& registry) {
  auto& c =
      registry.command("register",
                       "Fill a table with files, oldest first, each once",
                       "tranche register --table assets --glob '*.parquet' --min-age 5m /data/in");
  auto options = std::make_shared<RegisterOptions>();
  c.about(kAbout);
  c.example("find /data -name '*.gz' -print0 | tranche register --table assets --null -");
  c.required("--table", options->table, "[SCHEMA.]T", "The table to fill");
  c.option("--source", options->source, "URL", "The table's database")
      .default_text("the inventory's");
  c.option("--glob",
           options->globs,
           "PATTERN",
           "Only such files of a folder; with a slash in it, of the path below the folder");
  c.option("--exclude", options->excludes, "PATTERN", "Not such files and folders");
  c.option("--min-age",
           options->min_age,
           "DUR",
           "Leave files modified more recently: they may still be being written");
  c.flag("--no-recursive", options->no_recursive, "Not the folders within a folder");
  c.choices("--format",
            options->format,
            {"list", "jsonl", "csv", "file"},
            "What a PATH that is a file holds; file: it is an asset itself")
      .default_text("by its ending");
  c.flag("--null", options->nul_separated, "Entries of lists end in NUL instead of a line break");
  c.option("--item-column", options->columns.item, "COL", "Column of the items");
  c.option("--weight-column", options->columns.weight, "COL", "Column of the weights")
      .default_text("weight, if there");
  c.option("--time-column", options->columns.time, "COL", "Column of the times")
      .default_text("modified_at, if there");
  c.flag(
      "--dry-run", options->dry_run, "List what would be registered, in order, and write nothing");
  c.listing(options->output);
  c.positional("PATH", options->inputs, "Folder, list, manifest, file, URI or -").need();
  c.run([options](Context& context) { return register_assets(context, *options); });
}

}  // namespace tranche::cli
